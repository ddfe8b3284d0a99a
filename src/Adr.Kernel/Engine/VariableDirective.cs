using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;

namespace Adr.Kernel.Engine;

/// <summary>Translates <c>#!set</c>, <c>#!value</c> and <c>#!share</c> into C# that declares the variable.</summary>
/// <remarks>There is only one language here, so sharing a variable means assigning it.</remarks>
internal static partial class VariableDirective
{
    private const string SetUsage =
        "#!set --name NAME --value VALUE, where VALUE is a number, true, false, a text in quotes, JSON, " +
        "@csharp:VARIABLE, @input:NAME or @password:NAME";
    private const string ValueUsage =
        "#!value --name NAME with the text on the lines below it, or with --from-file FILE or --from-url ADDRESS; " +
        "--mime-type TYPE shows it";
    private const string ShareUsage = "#!share --from csharp|value VARIABLE [--as NAME]";

    /// <summary>The C# code of <c>#!set</c> or <c>#!share</c>.</summary>
    /// <param name="directive">The directive.</param>
    /// <param name="ask">Asks the user: takes a prompt and whether the answer is a password.</param>
    /// <exception cref="DirectiveException">An argument is missing or unknown.</exception>
    internal static async Task<string> CodeAsync(Directive directive, Func<string, bool, Task<string>> ask)
    {
        var arguments = new Arguments(directive.Argument, directive.Line);
        return directive.Name == "set" ? await SetAsync(arguments, ask).ConfigureAwait(false) : Share(arguments);
    }

    /// <summary>The C# code of <c>#!value</c>, with the text of the block or of a file or address.</summary>
    /// <exception cref="DirectiveException">An argument is missing or unknown.</exception>
    internal static string ValueCode(CodeBlock block)
    {
        var arguments = new Arguments(block.Argument, Math.Max(1, block.Line - 1)); // the line of the directive
        var (name, mimeType) = (arguments.Take("--name"), arguments.Take("--mime-type"));
        var (file, url) = (arguments.Take("--from-file"), arguments.Take("--from-url"));
        var text = string.IsNullOrWhiteSpace(block.Text) ? null : block.Text;
        var sources = new[] { file, url, text }.Count(source => source is not null);
        if (name is null || arguments.Words.Count > 0 || sources != 1) throw arguments.Expected(ValueUsage);
        arguments.CheckName(name);
        var value = file is not null ? $"System.IO.File.ReadAllText({CSharpLiteral.Text(file)})"
            : url is not null ? $"await new System.Net.Http.HttpClient().GetStringAsync({CSharpLiteral.Text(url)})"
            : CSharpLiteral.Text(text!);
        var display = mimeType is null ? "" : $" {name}.DisplayAs({CSharpLiteral.Text(mimeType)});";
        return $"var {name} = {value};{display}";
    }

    private static async Task<string> SetAsync(Arguments arguments, Func<string, bool, Task<string>> ask)
    {
        arguments.Words.Remove("--byref"); // Within one language, values are shared by reference anyway.
        var (name, value) = (arguments.Take("--name"), arguments.TakeRaw("--value"));
        var mimeType = arguments.Take("--mime-type");
        if (name is null || value is null || arguments.Words.Count > 0) throw arguments.Expected(SetUsage);
        arguments.CheckName(name);
        if (Source().Match(value) is not { Success: true } source)
            return $"var {name} = {Literal(Unquote(value), isText: value[0] is '"' or '\'')};";
        var (kind, what) = (source.Groups["kind"].Value, Unquote(source.Groups["what"].Value));
        switch (kind)
        {
            case "csharp" when mimeType is null:
                return $"var {name} = {what};";
            case "csharp":
                const string Format = "Microsoft.DotNet.Interactive.Formatting.Formatter.ToDisplayString";
                return $"var {name} = {Format}({what}, {CSharpLiteral.Text(mimeType)});";
            case "input" or "password":
                var answer = await ask(Prompt(what), kind == "password").ConfigureAwait(false);
                return $"var {name} = {CSharpLiteral.Text(answer)};";
            default:
                throw arguments.Foreign($"@{kind}:", SetUsage);
        }
    }

    private static string Share(Arguments arguments)
    {
        var (from, name) = (arguments.Take("--from"), arguments.Take("--as"));
        if (from is null || arguments.Words is not [var variable]) throw arguments.Expected(ShareUsage);
        if (from is not ("csharp" or "c#" or "value")) throw arguments.Foreign($"--from {from}", ShareUsage);
        arguments.CheckName(variable);
        if (name is null || name == variable) return ""; // The variable is already there.
        arguments.CheckName(name);
        return $"var {name} = {variable};";
    }

    // The argument of @input is a name, or JSON with a prompt.
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

    /// <summary>
    /// A literal as .NET Interactive reads it: numbers and truth values become C# values, a JSON object or list becomes
    /// a document, and anything else is text.
    /// </summary>
    private static string Literal(string value, bool isText) => isText ? CSharpLiteral.Text(value)
        : value is ['{' or '[', ..] ? $"System.Text.Json.JsonDocument.Parse({CSharpLiteral.Text(value)})"
        : CSharpLiteral.Guess(value);

    private static string Unquote(string word) =>
        word is ['"' or '\'', .., var last] && last == word[0] ? word[1..^1] : word;

    [GeneratedRegex("""@\w+:("[^"]*"|'[^']*'|\{[^}]*\}|\S+)|"[^"]*"|'[^']*'|\{.*\}|\[.*\]|\S+""")]
    private static partial Regex Word();

    [GeneratedRegex(@"^@(?<kind>\w+):(?<what>.+)$")]
    private static partial Regex Source();

    /// <summary>The words after a directive.</summary>
    private sealed class Arguments(string text, int line)
    {
        internal List<string> Words { get; } = [.. Word().Matches(text).Select(word => word.Value)];

        /// <summary>Removes an option and returns its value without quotes; null if the option is absent.</summary>
        internal string? Take(string option) => TakeRaw(option) is { } value ? Unquote(value) : null;

        /// <summary>Removes an option and returns its value as it is written; null if the option is absent.</summary>
        internal string? TakeRaw(string option)
        {
            var at = Words.IndexOf(option);
            if (at < 0) return null;
            if (at + 1 == Words.Count) throw new DirectiveException($"{option} has no value.", line);
            var value = Words[at + 1];
            Words.RemoveRange(at, 2);
            return value;
        }

        internal void CheckName(string name)
        {
            if (!SyntaxFacts.IsValidIdentifier(name))
                throw new DirectiveException($"'{name}' is not a valid name for a C# variable.", line);
        }

        internal DirectiveException Expected(string usage) => new($"Expected {usage}.", line);

        internal DirectiveException Foreign(string what, string usage) => new(
            $"'{what}' refers to another language, and this engine runs only C#. Expected {usage}.", line);
    }
}
