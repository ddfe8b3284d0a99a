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

    [Theory]
    [InlineData("file:///etc/passwd", "redirects to file:///etc/passwd, which is not followed")]
    [InlineData("ftp://127.0.0.1/file.gz", "which is not followed")]
    [InlineData("data:,x", "which is not followed")]
    [InlineData("http://[", "which is no address")]
    [InlineData(null, "redirects to nowhere")]
    public async Task Goes_to_the_next_mirror_when_one_leads_away_from_the_web(string? location, string expected)
    {
        using var astray = new LoopbackServer(_content) { Answers = (response, _) => Redirect(response, location) };
        using var right = new LoopbackServer(_content);
        await new ResumableDownload().Fetch([astray.Address, right.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Single(astray.Ranges);

        var error = await Assert.ThrowsAsync<IOException>(() => new ResumableDownload()
            .Fetch([astray.Address], _folder["other"], Check));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/there/file.gz")]
    [InlineData("file.gz")]
    public async Task Follows_a_redirection_and_asks_there_for_the_rest(string location)
    {
        File.WriteAllBytes(Target + ".part", _content[..1000]);
        using var server = new LoopbackServer(_content)
        {
            Answers = (response, request) => request == 0 && Redirect(response, location),
        };
        await new ResumableDownload().Fetch([server.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Equal(["bytes=1000-", "bytes=1000-"], server.Ranges);
    }

    [Fact]
    public async Task Ends_when_a_mirror_leads_round_in_a_circle()
    {
        using var circle = new LoopbackServer(_content) { Answers = (response, _) => Redirect(response, "/") };
        var error = await Assert.ThrowsAsync<IOException>(() => new ResumableDownload()
            .Fetch([circle.Address], Target, Check));
        Assert.Contains("redirects more than 10 times", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/file.gz")]
    public async Task Takes_a_mirror_that_is_not_on_the_web_for_one_that_failed(string address)
    {
        using var right = new LoopbackServer(_content);
        await new ResumableDownload().Fetch([new Uri(address), right.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task Begins_anew_where_a_server_always_answers_from_the_first_byte()
    {
        File.WriteAllBytes(Target + ".part", _content[..1000]);
        using var server = new LoopbackServer(_content)
        {
            Answers = (response, _) => Part(response, 0, _content[..1000], _content.Length),
        };
        var error = await Assert.ThrowsAsync<IOException>(() => new ResumableDownload { Retries = 3 }
            .Fetch([server.Address], Target, Check));
        Assert.Equal(["bytes=1000-", "", "bytes=1000-", ""], server.Ranges);
        Assert.Contains("asked for the bytes from 1000 on, was sent those from 0 on", error.Message,
            StringComparison.Ordinal);
        Assert.Contains("ended after 1000 of 300000 bytes", error.Message, StringComparison.Ordinal);

        using var right = new LoopbackServer(_content);
        await new ResumableDownload { Retries = 0 }.Fetch([server.Address, right.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task Takes_the_whole_file_where_a_server_sends_it_as_a_part()
    {
        File.WriteAllBytes(Target + ".part", new byte[1000]);
        using var server = new LoopbackServer(_content)
        {
            Answers = (response, _) => Part(response, 0, _content, _content.Length),
        };
        await new ResumableDownload().Fetch([server.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Single(server.Ranges);
    }

    [Theory]
    [InlineData("bytes 5-9/300000")]
    [InlineData("bytes */300000")]
    [InlineData("bytes 9-5/300000")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task Believes_no_part_that_was_not_asked_for(string? range)
    {
        File.WriteAllBytes(Target + ".part", _content[..1000]);
        using var server = new LoopbackServer(_content)
        {
            Answers = (response, request) => request == 0 && Answer(response, range, new byte[5]),
        };
        await new ResumableDownload().Fetch([server.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Equal(["bytes=1000-", ""], server.Ranges);
    }

    [Fact]
    public async Task Believes_no_part_whose_length_is_not_that_of_its_range()
    {
        File.WriteAllBytes(Target + ".part", _content[..1000]);
        using var server = new LoopbackServer(_content)
        {
            Answers = (response, request) => request == 0 && Answer(response, "bytes 1000-1004/300000", new byte[9]),
        };
        await new ResumableDownload().Fetch([server.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task Stops_a_server_that_sends_more_than_it_announced()
    {
        File.WriteAllBytes(Target + ".part", _content[..1000]);
        using var endless = new LoopbackServer(_content)
        {
            Answers = (response, _) => Answer(response, "bytes 1000-1999/2000", new byte[5000], isChunked: true),
        };
        using var right = new LoopbackServer(_content);
        await new ResumableDownload().Fetch([endless.Address, right.Address], Target, Check);
        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Single(endless.Ranges);
        Assert.Equal([""], right.Ranges); // of the part nothing could be trusted
    }

    [Fact]
    public async Task Takes_no_file_that_is_longer_than_its_limit()
    {
        using var announced = new LoopbackServer(_content);
        using var sent = new LoopbackServer(_content)
        {
            Answers = (response, _) =>
            {
                response.SendChunked = true;
                return Send(response, _content);
            },
        };
        var error = await Assert.ThrowsAsync<IOException>(() => new ResumableDownload { Limit = 250_000 }
            .Fetch([announced.Address, sent.Address], Target, Check));
        Assert.Contains($"{announced.Address}: has 300000 bytes; expected at most 250000", error.Message,
            StringComparison.Ordinal);
        Assert.Contains($"{sent.Address}: sent more than the 250000 bytes", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path));
        Assert.Equal((1, 1), (announced.Ranges.Count, sent.Ranges.Count));
    }

    [Fact]
    public async Task Says_that_the_disk_has_no_room_before_anything_comes()
    {
        using var server = new LoopbackServer(_content)
        {
            Answers = (response, _) =>
            {
                response.ContentLength64 = 1L << 60;
                response.OutputStream.Write(new byte[10]);
                response.OutputStream.Flush();
                response.Abort();
                return true;
            },
        };
        var error = await Assert.ThrowsAnyAsync<IOException>(() => new ResumableDownload { Limit = long.MaxValue }
            .Fetch([server.Address, server.Address], Target, Check));
        Assert.Contains($"{Target}.part cannot be written: {1L << 60} bytes are to come, and the disk has room for",
            error.Message, StringComparison.Ordinal);
        Assert.Single(server.Ranges);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task Says_that_the_file_cannot_be_written_and_asks_no_other_mirror()
    {
        Directory.CreateDirectory(Target + ".part");
        using var server = new LoopbackServer(_content);
        var error = await Assert.ThrowsAnyAsync<IOException>(() => new ResumableDownload()
            .Fetch([server.Address, server.Address], Target, Check));
        Assert.StartsWith($"{Target}.part cannot be written", error.Message, StringComparison.Ordinal);
        Assert.Empty(server.Ranges);

        File.WriteAllText(_folder["file"], "");
        error = await Assert.ThrowsAnyAsync<IOException>(() => new ResumableDownload()
            .Fetch([server.Address], _folder["file/below.gz"], Check));
        Assert.Contains("cannot be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaves_a_part_alone_that_another_process_writes()
    {
        using var other = new FileStream(Target + ".part", FileMode.Create, FileAccess.Write, FileShare.None);
        using var server = new LoopbackServer(_content);
        var error = await Assert.ThrowsAnyAsync<IOException>(() => new ResumableDownload()
            .Fetch([server.Address], Target, Check));
        Assert.Contains("used by another process", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Target + ".part"));
    }

    [Fact]
    public async Task Follows_no_link_that_was_planted()
    {
        var (victim, nobody) = (_folder["victim"], _folder["nobody"]);
        File.WriteAllBytes(victim, _content[..1000]);
        using var server = new LoopbackServer(_content);
        foreach (var behind in new[] { victim, nobody })
        {
            File.CreateSymbolicLink(Target + ".part", behind);
            File.Delete(Target);
            File.CreateSymbolicLink(Target, behind);
            await new ResumableDownload().Fetch([server.Address], Target, Check);
            Assert.Equal(_content, File.ReadAllBytes(Target));
            Assert.Null(new FileInfo(Target).LinkTarget);
        }
        Assert.Equal(_content[..1000], File.ReadAllBytes(victim));
        Assert.False(File.Exists(nobody));
        Assert.Equal(["", ""], server.Ranges);
    }

    [Fact]
    public async Task Says_that_no_mirror_was_named() => Assert.Contains("no mirror was named",
        (await Assert.ThrowsAsync<IOException>(() => new ResumableDownload().Fetch([], Target, Check))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("example.org/mnist")]
    [InlineData("http://")]
    public void Mnist_names_a_mirror_that_is_no_address(string mirror) => Assert.Contains($"\"{mirror}\"",
        Assert.Throws<ArgumentException>("mirrors", () => Mnist.Download(_folder.Path, [mirror])).Message,
        StringComparison.Ordinal);

    private static bool Redirect(HttpListenerResponse response, string? location)
    {
        response.StatusCode = (int)HttpStatusCode.Found;
        if (location is not null) response.Headers["Location"] = location;
        response.Close();
        return true;
    }

    private static bool Part(HttpListenerResponse response, int from, byte[] content, int all) =>
        Answer(response, $"bytes {from}-{from + content.Length - 1}/{all}", content);

    private static bool Answer(HttpListenerResponse response, string? range, byte[] content, bool isChunked = false)
    {
        response.StatusCode = (int)HttpStatusCode.PartialContent;
        if (range is not null) response.Headers["Content-Range"] = range;
        response.SendChunked = isChunked;
        return Send(response, content);
    }

    private static bool Send(HttpListenerResponse response, byte[] content)
    {
        if (!response.SendChunked) response.ContentLength64 = content.Length;
        try
        {
            response.OutputStream.Write(content);
            response.Close();
        }
        catch (HttpListenerException)
        {
            response.Abort(); // the client had enough
        }
        return true;
    }

    private string? Check(string path) => File.ReadAllBytes(path).SequenceEqual(_content) ? null : "it is another file";
}
