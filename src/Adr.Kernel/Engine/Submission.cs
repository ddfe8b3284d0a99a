using System.Text.RegularExpressions;
using Adr.Kernel.Packages;

namespace Adr.Kernel.Engine;

/// <summary>
/// A cell's text divided into steps: blocks of code, and directives, which are lines that begin with <c>#!</c>.
/// </summary>
internal sealed partial class Submission
{
    private const string CSharp = "csharp";
    private const string Value = "value"; // Not a language: the text becomes the value of a variable.

    private static readonly Dictionary<string, string> Languages = new(StringComparer.OrdinalIgnoreCase)
    {
        [CSharp] = CSharp, ["c#"] = CSharp, [".net-csharp"] = CSharp, ["dotnet-interactive.csharp"] = CSharp,
        ["markdown"] = "markdown", ["html"] = "html", ["javascript"] = "javascript", ["js"] = "javascript",
        ["mermaid"] = "mermaid", [Value] = Value,
    };

    private static readonly HashSet<string> Actions =
        ["time", "import", "set", "share", "who", "whos", "about", "lsmagic"];

    // Languages and directives of .NET Interactive that a single C# session cannot support.
    private static readonly HashSet<string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        "fsharp", "f#", "pwsh", "powershell", "sql", "kql", "http", "connect", "aspnet", "python", "r",
        "vscode",
    };

    private Submission(IReadOnlyList<Step> steps) => Steps = steps;

    /// <summary>The directives as they are written.</summary>
    internal static IReadOnlyList<string> Directives { get; } =
    [
        "#!csharp", "#!markdown", "#!html", "#!javascript", "#!mermaid", "#!time", "#!import", "#!set", "#!value",
        "#!share", "#!who", "#!whos", "#!about", "#!lsmagic",
    ];

    /// <summary>The steps in order.</summary>
    internal IReadOnlyList<Step> Steps { get; }

    /// <summary>Divides a cell into steps.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="language">Its language up to the first directive that changes it.</param>
    /// <exception cref="DirectiveException">
    /// A directive is unknown, names no package, or asks for a language that this engine does not run.
    /// </exception>
    internal static Submission Parse(string code, string language = CSharp)
    {
        var steps = new List<Step>();
        language = LanguageOf(language, $"The cell's language '{language}'", 1);
        var block = new CodeBlock(language, 1, []);
        var number = 0;
        foreach (var line in Scan(code.ReplaceLineEndings("\n"), language))
        {
            number++;
            if (line.Package is not null)
            {
                steps.Add(PackageStepOf(line.Package, number));
                block.Lines.Add(""); // The lines below keep their numbers.
            }
            else if (line.Directive is not null)
            {
                End();
                var (name, argument) = Divide(line.Directive);
                if (Actions.Contains(name)) steps.Add(new Directive(name, argument, number));
                else block = block with { Language = LanguageOf(name, $"'#!{name}'", number), Argument = argument };
            }
            else
            {
                block.Lines.Add(line.Text);
            }
        }
        End();
        return new Submission(steps);

        void End()
        {
            var hasText = block.Lines.Any(line => !string.IsNullOrWhiteSpace(line));
            if (hasText || block is { Language: Value, Argument.Length: > 0 }) steps.Add(block);
            block = new CodeBlock(block.Language, number + 1, []);
        }
    }

    /// <summary>Whether a line consists of the name of a language.</summary>
    internal static bool IsLanguage(string line) =>
        Scan(line).First().Directive is { } directive && Divide(directive) is (var name, "")
        && (Languages.ContainsKey(name) || Foreign.Contains(name));

    /// <summary>The text with everything but C# replaced by spaces, so that the C# keeps its position.</summary>
    internal static string CSharpIn(string code) => string.Join('\n', Scan(code).Select(line =>
        line is { Language: CSharp, Package: null, Directive: null } ? line.Text : new string(' ', line.Text.Length)));

    /// <summary>The lines of a cell, with the matches of those that are directives. Any text is allowed.</summary>
    private static IEnumerable<(string Text, string Language, Match? Package, Match? Directive)> Scan(
        string code, string language = CSharp)
    {
        foreach (var text in code.Split('\n'))
        {
            var package = language == CSharp ? PackagePattern().Match(text) : Match.Empty;
            var directive = DirectivePattern().Match(text);
            yield return (text, language, package.Success ? package : null, directive.Success ? directive : null);
            if (directive.Success && Divide(directive).Name is var name && !Actions.Contains(name))
                language = Languages.GetValueOrDefault(name, "");
        }
    }

    private static (string Name, string Argument) Divide(Match directive) =>
        (directive.Groups["name"].Value, directive.Groups["rest"].Value.Trim());

    private static Step PackageStepOf(Match line, int number)
    {
        var text = line.Groups["what"].Value;
        if (line.Groups["kind"].Value == "i")
        {
            return text.Any(char.IsControl) || string.IsNullOrWhiteSpace(text)
                ? throw new DirectiveException("#i: expected the address or the folder of a feed.", number)
                : new PackageSource(text.Trim(), number);
        }
        try
        {
            return new PackageStep(PackageRequest.Parse(text), number);
        }
        catch (FormatException error)
        {
            throw new DirectiveException(error.Message, number);
        }
    }

    private static string LanguageOf(string name, string subject, int line)
    {
        if (Languages.TryGetValue(name, out var language)) return language;
        throw new DirectiveException(Foreign.Contains(name)
            ? $"{subject} is not C#, and this engine runs only C#. Remove it, or tag the cell 'skip-execution' to " +
                "run the rest."
            : $"{subject} is not a directive or language of this engine. Its directives are: " +
                $"{string.Join(", ", Directives)}.", line);
    }

    // The first line of a script, "#!/usr/bin/…", is not a directive.
    [GeneratedRegex(@"^#!(?<name>[A-Za-z.][\w.#-]*)(?<rest>.*)$")]
    private static partial Regex DirectivePattern();

    [GeneratedRegex(@"^\s*#(?<kind>[ri])\s+""nuget:(?<what>[^""]*)""\s*(//.*)?$")]
    private static partial Regex PackagePattern();
}

/// <summary>One thing to do for a cell.</summary>
/// <param name="Line">The line of the cell, from 1.</param>
internal abstract record Step(int Line);

/// <summary>Lines in one language.</summary>
internal sealed record CodeBlock(string Language, int Line, List<string> Lines) : Step(Line)
{
    /// <summary>What follows the directive that begins the block.</summary>
    internal string Argument { get; init; } = "";

    internal string Text => string.Join('\n', Lines);

    /// <summary>The text on the same lines as in the cell, so that errors name the right line.</summary>
    internal string InPlace => new string('\n', Line - 1) + Text;
}

/// <summary>An action, such as <c>#!time</c>.</summary>
internal sealed record Directive(string Name, string Argument, int Line) : Step(Line);

/// <summary>A package to restore: <c>#r "nuget: …"</c>.</summary>
internal sealed record PackageStep(PackageRequest Package, int Line) : Step(Line);

/// <summary>A feed to restore packages from: <c>#i "nuget: …"</c>.</summary>
internal sealed record PackageSource(string Address, int Line) : Step(Line);

/// <summary>A directive cannot be carried out.</summary>
internal sealed class DirectiveException(string message, int line) : Exception(message)
{
    /// <summary>The line of the directive, from 1.</summary>
    internal int Line => line;

    /// <summary>
    /// The cell or file of the directive, such as <c>Cell [2]</c> or <c>other.dib</c>; null until it is known.
    /// </summary>
    internal string? Place { get; set; }
}
