using System.Collections.Concurrent;
using System.Text;

namespace Adr.Kernel.Export;

/// <summary>The files embedded in this assembly: the page's style and script, plotly.js, KaTeX and its fonts.</summary>
internal static class Assets
{
    private static readonly ConcurrentDictionary<string, byte[]> Read = new();

    /// <summary>The bytes of a file under assets/.</summary>
    internal static byte[] Bytes(string name) => Read.GetOrAdd(name, static name =>
    {
        using var stream = typeof(Assets).Assembly.GetManifestResourceStream("assets/" + name)
            ?? throw new InvalidOperationException($"The asset '{name}' is not embedded in this assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    });

    /// <summary>The text of a file under assets/.</summary>
    internal static string Text(string name) => Encoding.UTF8.GetString(Bytes(name));
}
