using Adr.Cli.Doctor;

namespace Adr.Cli.Tests.Doctor;

public sealed class SlowBlasTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr-blas-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Follows_the_chain_of_links_to_the_reference_BLAS()
    {
        var link = Chain("blas/libblas.so.3.11.0");

        Assert.Contains("libopenblas0-pthread", SlowBlas.Warning(link));
    }

    [Fact]
    public void Says_nothing_of_a_fast_one() => Assert.Null(SlowBlas.Warning(Chain("openblas-pthread/libblas.so.3")));

    [Fact]
    public void Says_nothing_where_there_is_none() => Assert.Null(SlowBlas.Warning(Path.Combine(folder, "libblas.so.3")));

    private string Chain(string target)
    {
        var file = Path.Combine(folder, target);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");
        File.CreateSymbolicLink(Path.Combine(folder, "alternative"), file);
        var link = Path.Combine(folder, "libblas.so.3");
        File.CreateSymbolicLink(link, Path.Combine(folder, "alternative"));
        return link;
    }
}
