using System.Net;
using System.Security.Cryptography;
using Adr.Data;

namespace Adr.Tests.Data;

public sealed class ResumableDownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(300_000);

    private string Target => _folder["file.gz"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Fetches_a_file_and_leaves_no_part()
    {
        using var server = new LoopbackServer(_content);
        var seen = new List<DownloadProgress>();
        await new ResumableDownload().Fetch([server.Address], Target, Check, new Listener<DownloadProgress>(seen.Add));
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder.Path));
        Assert.Equal(new DownloadProgress("file.gz", 300_000, 300_000), seen[^1]);
    }

    [Fact]
    public async Task Asks_only_for_the_rest_when_the_connection_breaks()
    {
        using var server = new LoopbackServer(_content) { BreaksAfter = request => request < 2 ? 100_000 : null };
        await new ResumableDownload().Fetch([server.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Equal(["", "bytes=100000-", "bytes=200000-"], server.Ranges);
    }

    [Fact]
    public async Task Goes_on_in_a_later_attempt()
    {
        File.WriteAllBytes(Target + ".part", _content[..123_456]);
        using var server = new LoopbackServer(_content);
        await new ResumableDownload().Fetch([server.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Equal(["bytes=123456-"], server.Ranges);
    }

    [Fact]
    public async Task Starts_over_where_the_server_knows_no_ranges()
    {
        File.WriteAllBytes(Target + ".part", _content[..1000]);
        using var server = new LoopbackServer(_content) { KnowsRanges = false };
        await new ResumableDownload().Fetch([server.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task Takes_a_part_that_lacked_only_its_name()
    {
        File.WriteAllBytes(Target + ".part", _content);
        using var server = new LoopbackServer(_content);
        await new ResumableDownload().Fetch([server.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task Fetches_anew_when_the_part_was_of_another_file()
    {
        File.WriteAllBytes(Target + ".part", new byte[1000]);
        using var server = new LoopbackServer(_content);
        await new ResumableDownload().Fetch([server.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Equal(["bytes=1000-", ""], server.Ranges);
    }

    [Fact]
    public async Task Goes_to_the_next_mirror_when_the_first_has_a_wrong_file_or_none()
    {
        using var wrong = new LoopbackServer(new byte[5000]);
        using var none = new LoopbackServer(_content) { Refuses = HttpStatusCode.NotFound };
        using var right = new LoopbackServer(_content);
        await new ResumableDownload().Fetch([wrong.Address, none.Address, right.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Single(wrong.Ranges);
        Assert.Single(none.Ranges);
    }

    [Fact]
    public async Task Keeps_nothing_that_fails_the_check_and_lists_what_each_mirror_did()
    {
        using var wrong = new LoopbackServer(new byte[5000]);
        using var none = new LoopbackServer(_content) { Refuses = HttpStatusCode.Forbidden };
        var error = await Assert.ThrowsAsync<IOException>(() => new ResumableDownload()
            .Fetch([wrong.Address, none.Address], Target, Check));
        Assert.Contains($"{wrong.Address}: it is another file", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{none.Address}: answered 403", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Keeps_the_part_when_it_gives_up_for_now()
    {
        using var server = new LoopbackServer(_content) { BreaksAfter = _ => 1000 };
        await Assert.ThrowsAsync<IOException>(() => new ResumableDownload { Retries = 2 }.Fetch([server.Address],
            Target, Check));
        Assert.Equal(_content[..3000], File.ReadAllBytes(Target + ".part"));
    }

    [Fact]
    public async Task Stops_when_told_to()
    {
        using var server = new LoopbackServer(_content);
        using var stop = new CancellationTokenSource();
        var listener = new Listener<DownloadProgress>(_ => stop.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ResumableDownload()
            .Fetch([server.Address], Target, Check, listener, stop.Token));
        Assert.False(File.Exists(Target));
    }

    [Fact]
    public void Mnist_checks_the_unpacked_bytes_and_says_which_file_was_wrong()
    {
        using var server = new LoopbackServer([0x1F, 0x8B, 8, 0, 1, 2, 3]);
        var error = Assert.Throws<IOException>(() => Mnist.Download(_folder.Path, [server.Address.ToString()]));
        Assert.Contains("train-images-idx3-ubyte.gz", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    private string? Check(string path) => File.ReadAllBytes(path).SequenceEqual(_content) ? null : "it is another file";
}
