using System.IO.Compression;
using Adr.Kernel.Notebooks;
using TorchSharp;

namespace Adr.Cli.Tests.Packages;

/// <summary>Our packages, restored from a folder as a user restores them.</summary>
public sealed class PackagesTests(PackageFolder packages) : IClassFixture<PackageFolder>
{
    private static readonly string TorchVersion = typeof(torch).Assembly.GetName().Version!.ToString(3);

    private string References => $"""
        #i "nuget: {packages.Feed}"
        #r "nuget: Adr.Interactive"
        #r "nuget: TorchSharp-cpu, {TorchVersion}"
        """;

    [Theory]
    [InlineData("Adr", "lib/net10.0/Adr.dll", "lib/net10.0/Adr.xml")]
    [InlineData("Adr.Interactive", "lib/net10.0/Adr.Interactive.dll", "lib/net10.0/Adr.Interactive.xml")]
    [InlineData("Adr.Cli", "tools/net10.0/any/Adr.Cli.dll", "tools/net10.0/any/Adr.Kernel.dll")]
    public void A_package_has_its_readme_licence_and_symbols_and_no_libtorch(string id, params string[] files)
    {
        using var package = ZipFile.OpenRead(Path.Combine(packages.Feed, $"{id}.{packages.Version}.nupkg"));
        var names = package.Entries.Select(entry => entry.FullName).ToList();

        Assert.Empty(new[] { "README.md", "LICENSE" }.Concat(files).Except(names));
        Assert.DoesNotContain(names, name => name.Contains("orch", StringComparison.Ordinal)
            && !name.EndsWith("/TorchSharp.dll", StringComparison.Ordinal));
        Assert.InRange(new FileInfo(Path.Combine(packages.Feed, $"{id}.{packages.Version}.nupkg")).Length, 0, 60 << 20);
        Assert.True(File.Exists(Path.Combine(packages.Feed, $"{id}.{packages.Version}.snupkg")));
        using var description = new StreamReader(package.GetEntry($"{id}.nuspec")!.Open());
        var text = description.ReadToEnd();
        Assert.Contains("<license type=\"expression\">MIT</license>", text);
        Assert.Contains("<readme>README.md</readme>", text);
        Assert.DoesNotContain("id=\"TorchSharp-", text);
    }

    [Fact]
    public void A_console_project_attacks_a_network()
    {
        var folder = packages.Folder("console");
        File.WriteAllText(Path.Combine(folder, "console.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <NuGetAudit>false</NuGetAudit>
                <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Adr" Version="{packages.Version}" />
                <PackageReference Include="TorchSharp-cpu" Version="{TorchVersion}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), ToyNotebook.Attack);

        var output = packages.Dotnet(folder, "run");

        Assert.Contains("moved by 0.100", output);
    }

    [Fact]
    public async Task A_notebook_in_our_kernel_attacks_a_network_and_shows_a_value()
    {
        var path = ToyNotebook.Write(packages.Folder("our kernel"), References);

        var executed = await ToyNotebook.RunAsync(path);

        ToyNotebook.Check(executed, $"{Path.DirectorySeparatorChar}{packages.Version}{Path.DirectorySeparatorChar}");
    }

    [DotnetInteractiveFact]
    public void A_notebook_in_dotnet_interactive_attacks_a_network_and_shows_a_value()
    {
        var folder = packages.Folder("dotnet-interactive");
        var path = ToyNotebook.Write(folder, References);
        DotnetInteractiveFactAttribute.WriteKernel(Path.Combine(folder, "kernels"));
        var script = Path.Combine(Repository.Root, "tests", "jupyter", "notebooks.py");

        string[] arguments = [script, ".net-csharp", Path.Combine(folder, "out"), path];
        var (code, output, errors) = packages.Run(DotnetInteractiveFactAttribute.Python, arguments, folder,
            ("JUPYTER_DATA_DIR", folder), ("JUPYTER_PATH", ""));

        Assert.True(code == 0, output + errors);
        ToyNotebook.Check(Notebook.Load(Path.Combine(folder, "out", Path.GetFileName(path))),
            $"{Path.DirectorySeparatorChar}{packages.Version}{Path.DirectorySeparatorChar}");
    }

    [Fact]
    public void The_command_works_without_a_clone_and_says_where_it_needs_one()
    {
        var folder = packages.Folder("tool");
        var tools = Path.Combine(folder, "bin");
        packages.Dotnet(folder, "tool", "install", "Adr.Cli", "--tool-path", tools, "--version", packages.Version);
        var adr = Path.Combine(tools, OperatingSystem.IsWindows() ? "adr.exe" : "adr");
        // with the command's own assemblies, wherever a path says that they lie
        ToyNotebook.Write(folder, "#r \"../artifacts/notebook/Adr.Interactive.dll\"");

        var (code, output, errors) = packages.Run(adr, ["run", "toy.ipynb"], folder);
        Assert.True(code == ExitCode.Fine, output + errors);
        ToyNotebook.Check(Notebook.Load(Path.Combine(folder, "artifacts", "run", "toy.ipynb")), tools);

        string[] train = ["train", "--epochs", "1", "--train-count", "64", "--validation-count", "16"];
        (code, output, errors) = packages.Run(adr, train, folder);
        Assert.True(code == ExitCode.Fine, output + errors);
        var best = Directory.GetFiles(Path.Combine(folder, "artifacts"), "best.safetensors",
            SearchOption.AllDirectories).Single();
        (code, output, errors) = packages.Run(adr, ["attack", best, "--examples", "4", "--epsilon", "0.001"], folder);
        Assert.True(code == ExitCode.Fine, output + errors);
        Assert.Contains("robust accuracy", output);

        (code, _, errors) = packages.Run(adr, ["demo"], folder);
        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("This needs a clone of the repository", errors);
    }
}
