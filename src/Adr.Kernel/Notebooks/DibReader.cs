using Adr.Kernel.Engine;

namespace Adr.Kernel.Notebooks;

/// <summary>Reads a .dib, .NET Interactive's text form of a notebook.</summary>
/// <remarks>A line that names a language, such as <c>#!csharp</c>, begins a cell.</remarks>
internal static class DibReader
{
    private const string Meta = "#!meta";

    /// <summary>
    /// The cells as a notebook without outputs. A cell in another language than C# keeps the line that says so.
    /// </summary>
    internal static Notebook Read(string text)
    {
        var notebook = Notebook.Create();
        var (language, lines) = ("csharp", new List<string>());
        foreach (var line in text.ReplaceLineEndings("\n").Split('\n'))
        {
            if (!Submission.IsLanguage(line) && line.TrimEnd() != Meta)
            {
                lines.Add(line);
                continue;
            }
            EndCell();
            (language, lines) = (line.TrimEnd()[2..].ToLowerInvariant(), []);
        }
        EndCell();
        return notebook;

        void EndCell()
        {
            var source = string.Join('\n', lines.SkipWhile(string.IsNullOrWhiteSpace)).TrimEnd();
            if (source.Length == 0 || language == Meta[2..]) return; // Metadata lists the kernels of .NET Interactive.
            notebook.Add(language switch
            {
                "markdown" => Cell.Markdown(source),
                "csharp" or "c#" or ".net-csharp" => Cell.Code(source),
                _ => Cell.Code($"#!{language}\n{source}"),
            });
        }
    }
}
