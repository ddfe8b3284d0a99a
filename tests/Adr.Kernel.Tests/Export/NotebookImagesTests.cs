using System.Text.Json.Nodes;
using Adr.Kernel.Export;
using Adr.Testing;

namespace Adr.Kernel.Tests.Export;

public sealed class NotebookImagesTests : IDisposable
{
    private static readonly string Embedded = $"data:image/png;base64,{Convert.ToBase64String([1, 2, 3])}";

    private readonly string around = Directory.CreateTempSubdirectory("adr-images-").FullName;
    private readonly string folder;

    public NotebookImagesTests()
    {
        folder = Path.Combine(around, "notebooks");
        foreach (var file in new[] { "secret.png", "notebooks/near.png", "notebooks/sub/a b.png", "notebooks-2/b.png" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(around, file))!);
            File.WriteAllBytes(Path.Combine(around, file), [1, 2, 3]);
        }
    }

    public void Dispose() => Directory.Delete(around, recursive: true);

    [Theory]
    [InlineData("near.png")]
    [InlineData("./sub/../near.png")]
    [InlineData("sub/a%20b.png")]
    [InlineData("near.png?raw=true#x")]
    [InlineData(" near.png ")]
    [InlineData("../notebooks/near.png")]
    public void A_file_below_the_folder_is_embedded(string url) => Assert.Equal(Embedded, Embed(url));

    [Theory]
    [InlineData("../secret.png")]
    [InlineData("..%2Fsecret.png")]
    [InlineData("%2e%2e/secret.png")]
    [InlineData("sub/../../secret.png")]
    [InlineData("../notebooks-2/b.png")] // The folder's name is only the beginning of its name.
    [InlineData("//server/share/secret.png")]
    public void A_file_outside_is_not(string url) => Assert.Contains("outside the folder", Refused(url));

    [Fact]
    public void Nor_is_an_absolute_path_or_a_file_URL()
    {
        var secret = Path.Combine(around, "secret.png").Replace('\\', '/');
        var inside = Path.Combine(folder, "near.png").Replace('\\', '/');
        Assert.Matches("outside the folder|begins with", Refused(secret));
        Assert.Matches("outside the folder|begins with", Refused(Uri.EscapeDataString(secret)));
        Assert.Contains("its address begins with file:", Refused($"file://{inside}"));
        Assert.Contains("its address begins with FILE:", Refused($"FILE:{inside}"));
    }

    [UnixFact]
    public void A_link_that_leads_outside_is_not_followed_wherever_it_stands()
    {
        Directory.CreateSymbolicLink(Path.Combine(folder, "up"), "..");
        File.CreateSymbolicLink(Path.Combine(folder, "link.png"), Path.Combine(around, "secret.png"));
        File.CreateSymbolicLink(Path.Combine(folder, "second.png"), "link.png");
        File.CreateSymbolicLink(Path.Combine(folder, "good.png"), "sub/a b.png");
        File.CreateSymbolicLink(Path.Combine(folder, "circle.png"), "circle.png");
        foreach (var url in new[] { "up/secret.png", "link.png", "second.png", "up/notebooks-2/b.png" })
            Assert.Contains("outside the folder", Refused(url));
        Assert.Equal(Embedded, Embed("good.png"));
        Assert.Equal(Embedded, Embed("up/notebooks/near.png"));
        Assert.Contains("circle", Refused("circle.png"));
    }

    [UnixFact]
    public void The_folder_itself_may_be_reached_by_a_link()
    {
        var link = Path.Combine(around, "link");
        Directory.CreateSymbolicLink(link, folder);
        Assert.Equal(Embedded, new NotebookImages(link).Embed("near.png", null));
        Assert.Contains("outside", Assert.Throws<RenderException>(
            () => new NotebookImages(link).Embed("../secret.png", null)).Message);
    }

    [Theory]
    [InlineData("missing.png", "there is no such file")]
    [InlineData("sub", "files of the type ''")]
    [InlineData("sub.png", "there is no such file")] // a folder
    [InlineData("passwords.txt", "files of the type '.txt'")]
    [InlineData("empty.png", "the file is empty")]
    [InlineData("large.png", "larger than 20 MiB")]
    [InlineData("https://example.org/a.png", "on the network")]
    [InlineData("javascript:alert(1)", "begins with javascript:")]
    [InlineData("data:text/html,x", "begins with data:")]
    [InlineData("a%00b.png", "")]
    [InlineData("", "outside the folder")]
    [InlineData("attachment:missing.png", "no attachment 'missing.png'")]
    [InlineData("attachment:page.png", "its type is 'text/html'")]
    [InlineData("attachment:quote.png", "its type is 'image/png\" onerror=\"x'")]
    [InlineData("attachment:broken.png", "are not base64")]
    [InlineData("attachment:number.png", "are not base64")]
    public void Anything_else_is_refused_with_a_reason(string url, string reason)
    {
        File.WriteAllText(Path.Combine(folder, "passwords.txt"), "1234");
        File.WriteAllText(Path.Combine(folder, "empty.png"), "");
        Directory.CreateDirectory(Path.Combine(folder, "sub.png"));
        using (var large = File.Create(Path.Combine(folder, "large.png")))
            large.SetLength(NotebookImages.LargestFile + 1);
        Assert.Contains(reason, Refused(url));
    }

    [Fact]
    public void Attachments_and_data_are_images_already()
    {
        Assert.Equal("data:image/png;base64,BBBB", Embed("attachment:a%20b.png"));
        Assert.Equal("data:image/gif;base64,AAAA", Embed("data:image/gif;base64,AAAA"));
    }

    [Fact]
    public void Without_a_folder_no_file_is_read() =>
        Assert.Contains("folder of the notebook is not known", Assert.Throws<RenderException>(
            () => new NotebookImages(null).Embed(Path.Combine(folder, "near.png").Replace("C:", ""), null)).Message);

    private string Embed(string url) => new NotebookImages(folder).Embed(url, JsonNode.Parse("""
        {"a b.png": {"image/png": ["BB\n", "BB"]}, "page.png": {"text/html": "AAAA"}, "broken.png": {"image/png": "!"},
         "quote.png": {"image/png\" onerror=\"x": "AAAA"}, "number.png": {"image/png": 5}}
        """)!.AsObject());

    private string Refused(string url) => Assert.Throws<RenderException>(() => Embed(url)).Message;
}
