using System.Text.RegularExpressions;
using System.Runtime.CompilerServices;

namespace Adr.Samples;

/// <summary>Every C# snippet of the documentation is in this project, so that it compiles and runs.</summary>
public static class DocumentationTests
{
    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));

    public static TheoryData<string, int> Snippets
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var page in Pages())
                foreach (var (line, _) in SnippetsOf(page))
                    data.Add(Path.GetRelativePath(Root(), page).Replace('\\', '/'), line);
            return data;
        }
    }

    [Theory, MemberData(nameof(Snippets))]
    public static void Snippet_is_compiled_here(string page, int line)
    {
        var snippet = SnippetsOf(Path.Combine(Root(), page)).Single(one => one.Line == line).Text;
        var samples = Directory.GetFiles(Path.Combine(Root(), "tests", "Samples"), "*.cs")
            .Select(file => Flat(File.ReadLines(file)));
        Assert.True(samples.Any(sample => sample.Contains(snippet, StringComparison.Ordinal)),
            $"{page}:{line}: put this snippet into tests/Samples, so that it is compiled and run:\n{snippet}");
    }

    [Fact]
    public static void Pages_have_snippets() => Assert.InRange(Pages().Sum(page => SnippetsOf(page).Count()), 8, 1000);

    private static IEnumerable<string> Pages() =>
        Directory.GetFiles(Path.Combine(Root(), "docs"), "*.md").Append(Path.Combine(Root(), "README.md"));

    private static IEnumerable<(int Line, string Text)> SnippetsOf(string page)
    {
        var lines = File.ReadAllLines(page);
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Trim() != "```csharp") continue;
            var body = lines.Skip(i + 1).TakeWhile(line => line.Trim() != "```").ToList();
            yield return (i + 1, Flat(body));
        }
    }

    // indentation does not matter, nor do empty lines and the spaces before a comment
    private static string Flat(IEnumerable<string> lines) => string.Join('\n',
        lines.Select(line => Regex.Replace(line.Trim(), " +// ", " // ")).Where(line => line.Length > 0));
}
