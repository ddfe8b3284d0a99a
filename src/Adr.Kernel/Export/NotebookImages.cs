using System.Buffers.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Export;

/// <summary>The images that the text of a notebook shows, as data URLs that a page can carry.</summary>
/// <param name="folder">The folder of the notebook; null if images are not read from files.</param>
internal sealed partial class NotebookImages(string? folder)
{
    /// <summary>The size of the largest file that is embedded, in bytes: 20 MiB.</summary>
    internal const long LargestFile = 20 << 20;

    private const string AttachmentScheme = "attachment:";

    /// <summary>The data URL of an image.</summary>
    /// <param name="url">As the text gives it: a data URL, an attachment, or a path below the folder.</param>
    /// <param name="attachments">The attachments of the cell by name; null if there are none.</param>
    /// <exception cref="RenderException">The page cannot carry the image.</exception>
    internal string Embed(string url, JsonObject? attachments)
    {
        url = url.Trim();
        if (url.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)) return url;
        if (url.StartsWith(AttachmentScheme, StringComparison.Ordinal))
            return Attached(Uri.UnescapeDataString(url[AttachmentScheme.Length..]), attachments);
        if (Scheme().Match(url) is { Success: true, Value: var scheme })
        {
            throw new RenderException(scheme.StartsWith("http", StringComparison.OrdinalIgnoreCase)
                ? "it is on the network" : $"its address begins with {scheme}");
        }
        if (folder is null) throw new RenderException("the folder of the notebook is not known");
        try
        {
            return OfFile(Uri.UnescapeDataString(url.Split('?', '#')[0]), folder);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RenderException(problem.Message.TrimEnd('.'), problem);
        }
    }

    /// <summary>The data URL of an image in base64.</summary>
    /// <exception cref="RenderException">It is not one.</exception>
    internal static string DataUrl(string mimeType, string? data)
    {
        if (!MimeType().IsMatch(mimeType)) throw new RenderException($"its type is '{mimeType}', and not an image");
        if (data is null || data.Length == 0 || !Base64.IsValid(data))
            throw new RenderException($"its data ({mimeType}) are not base64");
        if (data.Length > RenderLimits.LongestText)
            throw new RenderException("it is too large for a page");
        return $"data:{mimeType};base64,{WhiteSpace().Replace(data, "")}";
    }

    private static string Attached(string name, JsonObject? attachments)
    {
        if (attachments?[name] is not JsonObject { Count: > 0 } bundle)
            throw new RenderException($"the cell has no attachment '{name}'");
        var (mimeType, value) = bundle.First();
        return DataUrl(mimeType, Multiline.Join(value));
    }

    private static string OfFile(string path, string folder)
    {
        var root = RealPath.Of(folder);
        // Links may lead out of the folder from any place in the path.
        var file = RealPath.Of(Path.Combine(root, path));
        var below = Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar;
        if (!file.StartsWith(below, StringComparison.Ordinal))
            throw new RenderException("it lies outside the folder of the notebook");
        var mimeType = Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".png" => "image/png",
            ".jpg" or ".jpeg" => "image/jpeg",
            ".gif" => "image/gif",
            ".webp" => "image/webp",
            ".svg" => "image/svg+xml",
            var other => throw new RenderException($"a page cannot show files of the type '{other}'"),
        };
        var length = File.Exists(file) ? new FileInfo(file).Length : throw new RenderException("there is no such file");
        if (length == 0) throw new RenderException("the file is empty");
        if (length > LargestFile)
            throw new RenderException($"the file is larger than {LargestFile >> 20} MiB");
        return $"data:{mimeType};base64,{Convert.ToBase64String(File.ReadAllBytes(file))}";
    }

    [GeneratedRegex(@"^[A-Za-z][\w+.-]*:")]
    private static partial Regex Scheme();

    [GeneratedRegex(@"^image/[\w+.-]+\z")]
    private static partial Regex MimeType();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
