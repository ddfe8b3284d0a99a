using System.Text;
using System.Text.RegularExpressions;
using Adr.Kernel.Packages;

namespace Adr.Kernel.Engine;

/// <summary>A cell's text cut at its directives: lines that begin with <c>#!</c>.</summary>
internal sealed partial class Submission
{
    // Not a language: text that becomes a variable.
    private const string Value = "value";

    private static readonly Dictionary<string, string> Languages = new(StringComparer.OrdinalIgnoreCase)
    {
        ["csharp"] = "csharp", ["c#"] = "csharp", [".net-csharp"] = "csharp", ["dotnet-interactive.csharp"] = "csharp",
        ["markdown"] = "markdown", ["html"] = "html", ["javascript"] = "javascript", ["js"] = "javascript", ["value"] = Value,
    };

    /// <summary>The directives, as they are written.</summary>
    internal static IReadOnlyList<string> Directives { get; } = ["#!csharp", "#!markdown", "#!html", "#!javascript", "#!time", "#!import", "#!set", "#!value", "#!share", "#!who", "#!whos", "#!about", "#!lsmagic"];

    private static readonly HashSet<string> Actions = ["time", "import", "set", "share", "who", "whos", "about", "lsmagic"];

    // What .NET Interactive knew and one C# session cannot do.
    private static readonly HashSet<string> Foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        "fsharp", "f#", "pwsh", "powershell", "sql", "kql", "http", "mermaid", "connect", "aspnet", "python", "r", "vscode",
    };

    private Submission(IReadOnlyList<Step> steps) => Steps = steps;

    /// <summary>What to do, in order.</summary>
    internal IReadOnlyList<Step> Steps { get; }

    /// <summary>Cuts a cell.</summary>
    /// <param name="code">The cell's text.</param>
    /// <param name="language">Its language until a directive says otherwise.</param>
    /// <exception cref="DirectiveException">A directive is unknown, names no package, or asks for a language that this engine does not run.</exception>
    internal static Submission Parse(string code, string language = "csharp")
    {
        var steps = new List<Step>();
        var block = new CodeBlock(LanguageOf(language, $"The cell's language '{language}'", 1), 1, []);
        var lines = code.ReplaceLineEndings("\n").Split('\n');
        for (var number = 1; number <= lines.Length; number++)
        {
            var line = lines[number - 1];
            if (block.Language == "csharp" && Package().Match(line) is { Success: true } package)
            {
                steps.Add(PackageLine(package, number));
                block.Lines.Add(""); // so that what follows keeps its number
            }
            else if (Magic().Match(line) is { Success: true } magic)
            {
                End(number);
                var name = magic.Groups["name"].Value;
                if (Actions.Contains(name)) steps.Add(new Directive(name, magic.Groups["rest"].Value.Trim(), number));
                else block = block with { Language = LanguageOf(name, $"'#!{name}'", number), Argument = magic.Groups["rest"].Value.Trim() };
            }
            else
            {
                block.Lines.Add(line);
            }
        }
        End(lines.Length + 1);
        return new Submission(steps);

        void End(int directiveLine)
        {
            if (block.Lines.Any(line => !string.IsNullOrWhiteSpace(line)) || block is { Language: Value, Argument.Length: > 0 }) steps.Add(block);
            block = new CodeBlock(block.Language, directiveLine + 1, []);
        }
    }

    /// <summary>Whether a line names a language and says nothing more.</summary>
    internal static bool IsLanguage(string line) =>
        Magic().Match(line) is { Success: true } magic && string.IsNullOrWhiteSpace(magic.Groups["rest"].Value)
        && (Languages.ContainsKey(magic.Groups["name"].Value) || Foreign.Contains(magic.Groups["name"].Value));

    /// <summary>The text with all that is not C# blanked out, so that what is C# stays in its place.</summary>
    internal static string CSharpIn(string code)
    {
        var text = new StringBuilder(code.Length);
        var isCSharp = true;
        foreach (var line in code.Split('\n'))
        {
            var magic = Magic().Match(line);
            if (magic.Success && !Actions.Contains(magic.Groups["name"].Value)) isCSharp = Languages.GetValueOrDefault(magic.Groups["name"].Value) == "csharp";
            text.Append(magic.Success || !isCSharp || Package().IsMatch(line) ? new string(' ', line.Length) : line).Append('\n');
        }
        return text.ToString(0, code.Length); // without the last line feed
    }

    private static Step PackageLine(Match line, int number)
    {
        var text = line.Groups["what"].Value;
        if (line.Groups["kind"].Value == "i") return new PackageSource(text.Trim(), number);
        try
        {
            return new PackageStep(PackageRequest.Parse(text), number);
        }
        catch (FormatException error)
        {
            throw new DirectiveException(error.Message, number);
        }
    }

    private static string LanguageOf(string name, string asked, int line)
    {
        if (Languages.TryGetValue(name, out var language)) return language;
        throw new DirectiveException(Foreign.Contains(name)
            ? $"{asked} is not C#, and this engine runs C# only. Remove it, or tag the cell 'skip-execution' to run the rest."
            : $"{asked} is not a directive this engine knows (#!csharp, #!markdown, #!html, #!javascript, #!time, #!import, #!set, #!value, #!share, #!who, #!about).", line);
    }

    // "#!/usr/bin/…" is a script's first line and no directive.
    [GeneratedRegex(@"^#!(?<name>[A-Za-z.][\w.#-]*)(?<rest>.*)$")]
    private static partial Regex Magic();

    [GeneratedRegex(@"^\s*#(?<kind>[ri])\s+""nuget:(?<what>[^""]*)""\s*(//.*)?$")]
    private static partial Regex Package();
}

/// <summary>One thing to do for a cell.</summary>
internal abstract record Step(int Line);

/// <summary>Lines of one language.</summary>
internal sealed record CodeBlock(string Language, int Line, List<string> Lines) : Step(Line)
{
    /// <summary>What stands behind the directive that began it.</summary>
    internal string Argument { get; init; } = "";

    internal string Text => string.Join('\n', Lines);

    /// <summary>The text on the lines where the cell has it, so that errors name them.</summary>
    internal string InPlace => new string('\n', Line - 1) + Text;
}

/// <summary>An action, such as <c>#!time</c>.</summary>
internal sealed record Directive(string Name, string Argument, int Line) : Step(Line);

/// <summary>A package to restore: <c>#r "nuget: …"</c>.</summary>
internal sealed record PackageStep(PackageRequest Package, int Line) : Step(Line);

/// <summary>A feed to restore from: <c>#i "nuget: …"</c>.</summary>
internal sealed record PackageSource(string Address, int Line) : Step(Line);

/// <summary>A directive that cannot be obeyed.</summary>
internal sealed class DirectiveException(string message, int line) : Exception(message)
{
    /// <summary>The line, from 1.</summary>
    internal int Line => line;

    /// <summary>What holds the line, such as <c>Cell [2]</c> or <c>other.dib</c>; null until who runs it says so.</summary>
    internal string? Place { get; set; }
}
