using Adr.Kernel.Engine;

namespace Adr.Kernel.Notebooks;

/// <summary>Reads a .dib, .NET Interactive's notebook as text: a line that names a language, such as <c>#!csharp</c>, begins a cell.</summary>
internal static class DibReader
{
    private const string Meta = "#!meta";

    /// <summary>The same cells as a notebook without outputs; a cell that is not C# keeps its line.</summary>
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
            End();
            (language, lines) = (line.TrimEnd()[2..].ToLowerInvariant(), []);
        }
        End();
        return notebook;

        void End()
        {
            var source = string.Join('\n', lines.SkipWhile(string.IsNullOrWhiteSpace)).TrimEnd();
            if (source.Length == 0 || language == Meta[2..]) return; // the kernels of another program
            notebook.Add(language switch
            {
                "markdown" => Cell.Markdown(source),
                "csharp" or "c#" or ".net-csharp" => Cell.Code(source),
                _ => Cell.Code($"#!{language}\n{source}"),
            });
        }
    }
}
