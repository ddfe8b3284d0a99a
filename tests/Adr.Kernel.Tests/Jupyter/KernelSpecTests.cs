using System.Text;
using System.Text.Json.Nodes;
using Adr.Kernel.Jupyter;

namespace Adr.Kernel.Tests.Jupyter;

public class KernelSpecTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adr-kernel-spec-");

    private string Kernels => Path.Combine(folder.FullName, "kernels");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Installed_is_found_listed_and_removed()
    {
        var spec = Install();
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(Kernels, ".net-csharp", "kernel.json")))!;
        // Otherwise clients would send a signal, which C# code cannot see.
        Assert.Equal("message", json["interrupt_mode"]!.GetValue<string>());
        Assert.Equal("C#", json["language"]!.GetValue<string>());
        Assert.Equal("{connection_file}", json["argv"]!.AsArray()[^1]!.GetValue<string>());
        Assert.Equal("1", json["env"]!["OMP_NUM_THREADS"]!.GetValue<string>());

        Assert.Contains("Plotly", File.ReadAllText(Path.Combine(Kernels, ".net-csharp", "plotly-cartesian.min.js")));

        var found = Assert.Single(KernelSpec.In(Kernels));
        Assert.True(found.IsOurs);
        Assert.Equal((spec.Name, spec.DisplayName), (found.Name, found.DisplayName));
        found.Remove();
        Assert.Empty(KernelSpec.In(Kernels));
    }

    [Fact]
    public void Installing_again_replaces_our_own_and_not_others()
    {
        Install();
        Install();
        var file = Path.Combine(Kernels, ".net-csharp", "kernel.json");
        File.WriteAllText(file, """{"argv":["dotnet","interactive"],"display_name":".NET (C#)"}""");
        Assert.Contains("another kernel", Assert.Throws<InvalidOperationException>(() => Install()).Message);
        Assert.Throws<InvalidOperationException>(() => Assert.Single(KernelSpec.In(Kernels)).Remove());
        Install(replace: true);
        Assert.True(Assert.Single(KernelSpec.In(Kernels)).IsOurs);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("../a")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("...")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("/a")]
    [InlineData("a\n")]
    [InlineData("é")]
    [InlineData("a\0")]
    [InlineData("C:a")]
    public void A_name_that_is_none_is_refused(string name)
    {
        Assert.Equal("name", Assert.Throws<ArgumentException>(() => Install(name)).ParamName);
        Assert.Empty(folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("..a")]
    [InlineData("a..")]
    [InlineData("-")]
    public void A_name_with_dots_is_one(string name) =>
        Assert.Equal(Path.Combine(Kernels, name), Install(name).Folder);

    [Fact]
    public void What_is_gone_is_named()
    {
        Assert.Equal(["/nowhere/dotnet"], Install().Missing);
    }

    [Fact]
    public void What_is_no_kernel_is_left_out()
    {
        Directory.CreateDirectory(Path.Combine(Kernels, "empty"));
        Directory.CreateDirectory(Path.Combine(Kernels, "broken"));
        File.WriteAllText(Path.Combine(Kernels, "broken", "kernel.json"), "{");
        string[] odd = ["{\"argv\":[],\"argv\":[]}", "[]", "null", "", "5", "{\"a\":\"\u00e9\"}"];
        foreach (var (i, text) in odd.Index())
        {
            Directory.CreateDirectory(Path.Combine(Kernels, $"odd{i}"));
            File.WriteAllText(Path.Combine(Kernels, $"odd{i}", "kernel.json"), text, Encoding.Latin1);
        }
        Assert.Empty(KernelSpec.In(Kernels));
        Assert.Empty(KernelSpec.In("/nowhere"));
    }

    [Fact]
    public void What_a_kernel_says_in_another_type_does_not_count()
    {
        Directory.CreateDirectory(Path.Combine(Kernels, "odd"));
        File.WriteAllText(
            Path.Combine(Kernels, "odd", "kernel.json"),
            "{\"argv\":[1,null,{}],\"display_name\":5,\"metadata\":[]}");
        var found = Assert.Single(KernelSpec.In(Kernels));
        Assert.Equal(("", false, 3), (found.DisplayName, found.IsOurs, found.Command.Count));
    }

    private KernelSpec Install(string name = KernelSpec.DefaultName, bool replace = false) =>
        KernelSpec.Install(
            Kernels, name, ".NET (C#)", ["/nowhere/dotnet", "kernel", "run", "{connection_file}"],
            new Dictionary<string, string> { ["OMP_NUM_THREADS"] = "1" }, replace);
}
