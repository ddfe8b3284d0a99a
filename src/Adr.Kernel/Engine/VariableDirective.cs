using System.Text.Json;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.DotNet.Interactive;

namespace Adr.Kernel.Engine;

/// <summary>Translates <c>#!set</c>, <c>#!value</c> and <c>#!share</c> into C# that declares the variable.</summary>
/// <remarks>
/// There is only one language here, so sharing a variable means assigning it. As in .NET Interactive, a value that
/// stands in the directive is text, whatever it looks like.
/// </remarks>
/// <param name="ask">Asks the user: takes a prompt and whether the answer is a password.</param>
internal sealed partial class VariableDirective(Func<string, bool, Task<string>> ask)
{
    private const string SetUsage =
        "#!set --name NAME --value VALUE, where VALUE is a word, a text in quotes, JSON, @csharp:VARIABLE, " +
        "@value:NAME, @input:PROMPT or @password:PROMPT";
    private const string ValueUsage =
        "#!value --name NAME with the text on the lines below it, or with --from-value TEXT, --from-file FILE or " +
        "--from-url ADDRESS; --mime-type TYPE shows it";
    private const string ShareUsage = "#!share --from csharp|value VARIABLE [--as NAME]";
    private const string Json = "application/json";

    private readonly HashSet<string> json = []; // the variables of #!value with that MIME type

    /// <summary>The C# code of <c>#!set</c> or <c>#!share</c>.</summary>
    /// <exception cref="DirectiveException">An argument is missing or unknown.</exception>
    internal async Task<VariableCode> CodeAsync(Directive directive)
    {
        var arguments = new Arguments(directive.Argument, directive.Line);
        return directive.Name == "set"
            ? await SetAsync(arguments).ConfigureAwait(false)
            : new VariableCode(Share(arguments));
    }

    /// <summary>The C# code of <c>#!value</c>, with the text of the block or of a file or address.</summary>
    /// <exception cref="DirectiveException">An argument is missing or unknown, or there is no such file.</exception>
    internal async Task<string> ValueCodeAsync(CodeBlock block)
    {
        var arguments = new Arguments(block.Argument, Math.Max(1, block.Line - 1)); // the line of the directive
        var (name, mimeType) = (arguments.Take("--name"), arguments.Take("--mime-type"));
        var file = await AnswerAsync(arguments.TakeRaw("--from-file")).ConfigureAwait(false);
        var url = await AnswerAsync(arguments.TakeRaw("--from-url")).ConfigureAwait(false);
        var given = await AnswerAsync(arguments.TakeRaw("--from-value")).ConfigureAwait(false);
        var text = given ?? (string.IsNullOrWhiteSpace(block.Text) ? null : block.Text);
        var sources = new[] { file, url, text }.Count(source => source is not null);
        if (name is null || arguments.Words.Count > 0 || sources != 1) throw arguments.Expected(ValueUsage);
        arguments.CheckName(name);
        if (file is not null && !File.Exists(file)) throw arguments.Missing(file);
        if (mimeType == Json) json.Add(name);
        else json.Remove(name);
        var value = file is not null ? $"System.IO.File.ReadAllText({CSharpLiteral.Text(file)})"
            : url is not null ? $"await new System.Net.Http.HttpClient().GetStringAsync({CSharpLiteral.Text(url)})"
            : CSharpLiteral.Text(text!);
        var display = mimeType is null ? "" : $" {name}.DisplayAs({CSharpLiteral.Text(mimeType)});";
        return $"var {name} = {value};{display}";
    }

    private async Task<VariableCode> SetAsync(Arguments arguments)
    {
        arguments.Words.Remove("--byref"); // Within one language, values are shared by reference anyway.
        var (name, value) = (arguments.Take("--name"), arguments.TakeRaw("--value"));
        var mimeType = arguments.Take("--mime-type");
        if (name is null || value is null || arguments.Words.Count > 0) throw arguments.Expected(SetUsage);
        arguments.CheckName(name);
        if (Source().Match(value) is not { Success: true } source)
            return new VariableCode($"var {name} = {CSharpLiteral.Text(Unquote(value))};");
        var (kind, what) = (source.Groups["kind"].Value, Unquote(source.Groups["what"].Value));
        switch (kind)
        {
            case "csharp" or "value" when mimeType is not null:
                const string Format = "Microsoft.DotNet.Interactive.Formatting.Formatter.ToDisplayString";
                return new VariableCode($"var {name} = {Format}({what}, {CSharpLiteral.Text(mimeType)});");
            case "value" when json.Contains(what):
                return new VariableCode($"var {name} = System.Text.Json.JsonDocument.Parse({what});");
            case "csharp" or "value":
                return new VariableCode($"var {name} = {what};");
            case "input" or "password":
                return await AskAsync(name, kind, what).ConfigureAwait(false);
            default:
                throw arguments.Foreign($"@{kind}:", SetUsage);
        }
    }

    /// <summary>A variable for an answer, which does not become code: errors show code, and it may be secret.</summary>
    private async Task<VariableCode> AskAsync(string name, string kind, string what)
    {
        var (prompt, isPassword) = Question(kind, what.Length == 0 ? name : what);
        var answer = await ask(prompt, isPassword).ConfigureAwait(false);
        return isPassword
            ? new VariableCode($"{typeof(PasswordString).FullName} {name} = null;", name, new PasswordString(answer))
            : new VariableCode($"string {name} = null;", name, answer);
    }

    /// <summary>An argument, or what the user answers if it is <c>@input:</c>.</summary>
    private async Task<string?> AnswerAsync(string? argument)
    {
        if (argument is null) return null;
        if (Source().Match(argument) is not { Success: true } source || source.Groups["kind"].Value != "input")
            return Unquote(argument);
        var (prompt, isPassword) = Question("input", Unquote(source.Groups["what"].Value));
        return await ask(prompt, isPassword).ConfigureAwait(false);
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

    /// <summary>What to ask: the argument is a prompt, or JSON with a prompt and the type of the answer.</summary>
    private static (string Prompt, bool IsPassword) Question(string kind, string what)
    {
        var isPassword = kind == "password";
        if (!what.StartsWith('{')) return (what, isPassword);
        try
        {
            var given = NotebookJson.Parse(what);
            return (NotebookJson.TextAt(given, "prompt") ?? what,
                isPassword || NotebookJson.TextAt(given, "type") == "password");
        }
        catch (JsonException)
        {
            return (what, isPassword);
        }
    }

    private static string Unquote(string word) =>
        word is ['"' or '\'', .., var last] && last == word[0] ? word[1..^1] : word;

    [GeneratedRegex("""@\w+:("[^"]*"|'[^']*'|\{[^}]*\}|\S+)|"[^"]*"|'[^']*'|\{.*\}|\[.*\]|\S+""")]
    private static partial Regex Word();

    [GeneratedRegex(@"^@(?<kind>\w+)(:(?<what>.+))?$")]
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
            if (!SyntaxFacts.IsValidIdentifier(name) || SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None)
                throw new DirectiveException($"'{name}' is not a valid name for a C# variable.", line);
        }

        internal DirectiveException Expected(string usage) => new($"Expected {usage}.", line);

        internal DirectiveException Missing(string file) =>
            new($"There is no file '{file}'. The current folder is {Environment.CurrentDirectory}.", line);

        internal DirectiveException Foreign(string what, string usage) => new(
            $"'{what}' refers to another language, and this engine runs only C#. Expected {usage}.", line);
    }
}

/// <summary>The code of a directive that declares a variable.</summary>
/// <param name="Code">C#.</param>
/// <param name="Variable">The variable that gets its value after the code has run; null if the code gives it.</param>
/// <param name="Value">The value of that variable.</param>
internal sealed record VariableCode(string Code, string? Variable = null, object? Value = null);
