using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;

namespace Adr.Kernel.Engine;

/// <summary><c>#!set</c>, <c>#!value</c> and <c>#!share</c> as C# that declares the variable; there is one language here, so that sharing is assigning.</summary>
internal static partial class VariableDirective
{
    private const string SetUsage = "#!set --name NAME --value VALUE, the value a number, true, false, a text in quotes, JSON, @csharp:VARIABLE, @input:NAME or @password:NAME";
    private const string ValueUsage = "#!value --name NAME, and the text on the lines below it, or --from-file FILE or --from-url ADDRESS, and --mime-type TYPE to show it";
    private const string ShareUsage = "#!share --from csharp|value VARIABLE [--as NAME]";

    /// <summary>The code.</summary>
    /// <param name="directive">The directive.</param>
    /// <param name="ask">Asks somebody: a prompt, and whether the answer is a password.</param>
    /// <exception cref="DirectiveException">Something is missing, or is not known here.</exception>
    internal static async Task<string> CodeAsync(Directive directive, Func<string, bool, Task<string>> ask)
    {
        var words = Word().Matches(directive.Argument).Select(word => word.Value).ToList();
        return directive.Name == "set" ? await SetAsync(words, directive.Line, ask).ConfigureAwait(false) : Share(words, directive.Line);
    }

    /// <summary>The code that makes a variable of the lines below <c>#!value</c>, or of what its file or address holds.</summary>
    /// <exception cref="DirectiveException">Something is missing, or is not known here.</exception>
    internal static string ValueCode(CodeBlock block)
    {
        var line = Math.Max(1, block.Line - 1); // of the directive
        var words = Word().Matches(block.Argument).Select(word => word.Value).ToList();
        var (name, mimeType) = (Take(words, "--name", line), Take(words, "--mime-type", line));
        var (file, url) = (Take(words, "--from-file", line), Take(words, "--from-url", line));
        var text = string.IsNullOrWhiteSpace(block.Text) ? null : block.Text;
        if (name is null || words.Count > 0 || new[] { file, url, text }.Count(source => source is not null) != 1) throw new DirectiveException($"Expected {ValueUsage}.", line);
        CheckName(name, line);
        var value = file is not null ? $"System.IO.File.ReadAllText({CSharpLiteral.Text(file)})"
            : url is not null ? $"await new System.Net.Http.HttpClient().GetStringAsync({CSharpLiteral.Text(url)})"
            : CSharpLiteral.Text(text!);
        return $"var {name} = {value};{(mimeType is null ? "" : $" {name}.DisplayAs({CSharpLiteral.Text(mimeType)});")}";
    }

    private static async Task<string> SetAsync(List<string> words, int line, Func<string, bool, Task<string>> ask)
    {
        words.Remove("--byref"); // within one language every value is
        var (name, value) = (Take(words, "--name", line), Take(words, "--value", line));
        var mimeType = Take(words, "--mime-type", line);
        if (name is null || value is null || words.Count > 0) throw new DirectiveException($"Expected {SetUsage}.", line);
        CheckName(name, line);
        if (Asked().Match(value) is { Success: true } asked)
        {
            var (kind, what) = (asked.Groups["kind"].Value, Unquote(asked.Groups["what"].Value));
            if (kind == "csharp") return mimeType is null ? $"var {name} = {what};" : $"var {name} = Microsoft.DotNet.Interactive.Formatting.Formatter.ToDisplayString({what}, {CSharpLiteral.Text(mimeType)});";
            if (kind is not ("input" or "password")) throw new DirectiveException($"'@{kind}:' is of another language, and this engine runs C# only. Expected {SetUsage}.", line);
            return $"var {name} = {CSharpLiteral.Text(await ask(Prompt(what), kind == "password").ConfigureAwait(false))};";
        }
        return $"var {name} = {Literal(Unquote(value), isText: value[0] is '"' or '\'')};";
    }

    private static string Share(List<string> words, int line)
    {
        var (from, name) = (Take(words, "--from", line), Take(words, "--as", line));
        if (from is null || words.Count != 1) throw new DirectiveException($"Expected {ShareUsage}.", line);
        if (from is not ("csharp" or "c#" or "value")) throw new DirectiveException($"'--from {from}' is another language, and this engine runs C# only. Expected {ShareUsage}.", line);
        CheckName(words[0], line);
        if (name is null || name == words[0]) return ""; // it is there
        CheckName(name, line);
        return $"var {name} = {words[0]};";
    }

    private static string? Take(List<string> words, string option, int line)
    {
        var at = words.IndexOf(option);
        if (at < 0) return null;
        if (at + 1 == words.Count) throw new DirectiveException($"{option} has no value.", line);
        var value = words[at + 1];
        words.RemoveRange(at, 2);
        return option == "--value" ? value : Unquote(value);
    }

    private static void CheckName(string name, int line)
    {
        if (!SyntaxFacts.IsValidIdentifier(name)) throw new DirectiveException($"'{name}' is no name for a C# variable.", line);
    }

    // What @input was given: a name, or JSON with a prompt.
    private static string Prompt(string what)
    {
        if (!what.StartsWith('{')) return what;
        try
        {
            using var given = JsonDocument.Parse(what);
            return given.RootElement.TryGetProperty("prompt", out var prompt) ? prompt.ToString() : what;
        }
        catch (JsonException)
        {
            return what;
        }
    }

    /// <summary>As .NET Interactive takes it: numbers and truth values are C#'s, a JSON object or list is a document, and the rest is text.</summary>
    private static string Literal(string value, bool isText) =>
        isText ? CSharpLiteral.Text(value) : value is ['{' or '[', ..] ? $"System.Text.Json.JsonDocument.Parse({CSharpLiteral.Text(value)})" : CSharpLiteral.Guess(value);

    private static string Unquote(string word) => word is ['"' or '\'', .., var last] && last == word[0] ? word[1..^1] : word;

    [GeneratedRegex("""@\w+:("[^"]*"|'[^']*'|\{[^}]*\}|\S+)|"[^"]*"|'[^']*'|\{.*\}|\[.*\]|\S+""")]
    private static partial Regex Word();

    [GeneratedRegex(@"^@(?<kind>\w+):(?<what>.+)$")]
    private static partial Regex Asked();
}
