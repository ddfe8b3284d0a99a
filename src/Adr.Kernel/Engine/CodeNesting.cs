using System.Buffers;
using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Adr.Kernel.Engine;

/// <summary>Finds code that is nested so deeply that the compiler could end the process.</summary>
/// <remarks>
/// <para>
/// Roslyn follows code by calls of itself. It watches its stack in many places, but not in all of them, and for some
/// code its time grows with the third power of the depth. A full stack ends the process, and with it all variables. So
/// every text is scanned before Roslyn gets it.
/// </para>
/// <para>
/// Two things are counted. The first is brackets in brackets. The second is the tokens of the statement and of those
/// around it, because some nesting has no brackets: <c>!!!!x</c>, <c>x.y.y.y</c>, <c>a => b => c</c>,
/// <c>if (a) … else if (b) …</c>. A comma and the end of a statement begin anew, and so do operators such as
/// <c>+</c>, which Roslyn follows in a loop. Long lists, sums and programs are therefore not deep.
/// </para>
/// </remarks>
internal sealed class CodeNesting
{
    /// <summary>How many brackets may enclose a place. Texts with values in them count, and <c>&lt;</c> too.</summary>
    internal const int MostBrackets = 200;

    /// <summary>How many tokens the statements that enclose a place may have.</summary>
    internal const int MostTokens = 5000;

    private const int LambdaWeight = 10; // The time for lambdas in lambdas grows most, and queries are lambdas.

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\u0085\u2028\u2029");

    // Words that are not reserved, and that go on with an expression after an operand.
    private static readonly string[] Contextual =
    [
        "with", "and", "or", "from", "where", "select", "let", "join", "orderby", "group", "into", "on", "equals", "by",
    ];

    private static readonly HashSet<string> Connecting = [.. Contextual, "not", "await", "scoped"];

    // Any other word after a block begins another statement.
    private static readonly HashSet<string> AfterBlock = [.. Contextual, "switch", "is", "as", "else", "in"];

    private readonly string code;
    private readonly Stack<Level> around = new();
    private readonly HashSet<string> symbols = []; // of #define
    private Level level = new('\0');
    private int at;
    private int tokens, angles; // sums over the level and those around it
    // Of the documentation before the next token: elements in elements now and at most, and parts of names.
    private int elements, mostElements, names;
    private int conditions; // those of #if that hold here
    private char last; // of the last token: 'a' for a word, 'k' for one that connects, '1' for a literal, or the sign

    private CodeNesting(string code) => this.code = code;

    /// <summary>Where code is nested too deeply; null if it is not.</summary>
    /// <returns>The position in UTF-16 code units, and what is wrong in full sentences.</returns>
    internal static (int Position, string Problem)? Find(string code)
    {
        var (scan, start) = (new CodeNesting(code), 0);
        scan.BeginLine();
        while (scan.Excess is null && scan.at < code.Length)
        {
            start = scan.at;
            if (scan.level.Text is { } text) scan.InText(text);
            else scan.InCode();
        }
        return scan.Excess is { } what
            ? (start, $"This is nested too deeply to be compiled safely: {what} are around this place. " +
                "Divide it into several statements or methods.")
            : null;
    }

    private string? Excess =>
        Math.Max(around.Count + angles, mostElements) > MostBrackets ? $"more than {MostBrackets} brackets"
        : Math.Max(tokens, names) > MostTokens ? string.Create(
            CultureInfo.InvariantCulture, $"more than {MostTokens:N0} words and signs without a comma or an end")
        : null;

    private char Peek(int ahead = 0) => at + ahead < code.Length ? code[at + ahead] : '\0';

    private void InCode()
    {
        var c = code[at];
        if (LineEnds.Contains(c))
        {
            at++;
            BeginLine();
        }
        else if (char.IsWhiteSpace(c)) at++;
        else if (c == '/' && Peek(1) is '/' or '*') Comment();
        else InToken(c);
    }

    private void InToken(char c)
    {
        elements = mostElements = names = 0;
        if (c == '\'') Quoted();
        else if (c is '"' or '$' or '@' && TextStart() is { } text) Begin(text);
        else if (char.IsLetter(c) || c is '_' or '@') Word();
        else if (char.IsDigit(c))
        {
            SkipWord();
            Token('1');
        }
        else Sign(c);
    }

    private void Word()
    {
        var start = at++;
        SkipWord();
        var word = code[start..at];
        if (last is '}' or ']' && !AfterBlock.Contains(word)) Restart();
        var connects = Connecting.Contains(word) || (SyntaxFacts.GetKeywordKind(word) is var keyword
            && SyntaxFacts.IsReservedKeyword(keyword) && !SyntaxFacts.IsPredefinedType(keyword)
            && word is not ("this" or "base" or "null" or "true" or "false" or "default"));
        if (connects) Firm('k', word is "from" or "let" or "join" or "into" ? LambdaWeight : 1);
        else Token('a');
    }

    private void SkipWord()
    {
        while (char.IsLetterOrDigit(Peek()) || Peek() == '_') at++;
    }

    private void Sign(char c)
    {
        at++;
        var isAfterOperand = last is 'a' or '1' or ']' or '}';
        switch (c, Peek())
        {
            case ('(' or '[' or '{', _):
                if (c == '{' && last == '}') Restart();
                Token(c);
                Push(new Level(c));
                break;
            case (')' or ']' or '}', _):
                Pop(c);
                break;
            case (';', _):
                Restart();
                last = c;
                break;
            case (',', _):
                if (last == '1') Angles(0); // not between type arguments
                Restart(level.Angles);
                last = c;
                break;
            case (':', not ':') when level.Hole is not null && last != ':': // The format of a value in a text begins.
                while (at < code.Length && Peek() is not ('}' or '"') && !LineEnds.Contains(Peek())) at++;
                break;
            case ('=', '>'):
                at++;
                Angles(0);
                Firm('=', LambdaWeight);
                break;
            case ('=' or '!' or '<' or '>', '='):
            case ('&', '&') or ('|', '|') or ('<', '<'):
                at++;
                Operator(c);
                break;
            case ('-', '>'):
                at++;
                Token('.');
                break;
            case ('<', _) when last == 'a':
                Angles(level.Angles + 1);
                Token(c);
                break;
            case ('>', _) when level.Angles > 0:
                Angles(level.Angles - 1);
                Token(c);
                break;
            case ('/' or '%' or '|', _):
            case ('+' or '-' or '&' or '^', _) when isAfterOperand:
                Operator(c);
                break;
            case ('*', _) when isAfterOperand: // also of a pointer type
                Restart(level.Angles, level.Firm);
                last = c;
                break;
            case ('=' or '?' or ':', _):
                Firm(c);
                break;
            case ('.', _):
                Token(c);
                break;
            default:
                Angles(0);
                Token(c);
                break;
        }
    }

    /// <summary>A token that belongs to the present operand.</summary>
    private void Token(char token) => (level.Loose, tokens, last) = (level.Loose + 1, tokens + 1, token);

    /// <summary>A token that no operator such as + separates from those after it.</summary>
    private void Firm(char token, int weight = 1) =>
        (level.Firm, tokens, last) = (level.Firm + weight, tokens + weight, token);

    /// <summary>An operator that stands between operands, and whose left one the compiler follows in a loop.</summary>
    private void Operator(char token)
    {
        Angles(0);
        Restart(0, level.Firm);
        last = token;
    }

    private void Restart()
    {
        Angles(0);
        Restart(0);
    }

    private void Restart(int loose, int firm = 0)
    {
        tokens += loose + firm - level.Loose - level.Firm;
        (level.Loose, level.Firm) = (loose, firm);
    }

    private void Angles(int count)
    {
        angles += count - level.Angles;
        level.Angles = count;
    }

    private void Push(Level next)
    {
        around.Push(level);
        level = next;
    }

    /// <summary>Closes the brackets up to that which belongs to a closing one, which may have none.</summary>
    private void Pop(char close)
    {
        var open = close == ')' ? '(' : close == ']' ? '[' : '{';
        last = close;
        var isOpen = around.Prepend(level).TakeWhile(one => one.Text is null).Any(one => one.Open == open);
        if (!isOpen) return;
        while (level.Open != open) Leave();
        var hole = level.Hole;
        Leave();
        if (hole is not null) at = Math.Min(at + hole.Braces - 1, code.Length);
    }

    private void Leave()
    {
        Restart();
        level = around.Pop();
    }

    // The compiler reads documentation as XML, and the names in it as types.
    private void Comment()
    {
        var (start, isLine) = (at, Peek(1) == '/');
        at = isLine ? LineEnd() : After("*/", at + 2);
        var sign = code[start + 1];
        var isDocumentation = at - start > 3 && code[start + 2] == sign && code[start + 3] != sign;
        for (var i = start + 3; isDocumentation && i < at; i++)
        {
            var next = i + 1 < at ? code[i + 1] : '\0';
            if ((code[i], next) is ('<', '/') or ('/', '>') or ('}', _)) elements = Math.Max(elements - 1, 0);
            else if (code[i] is '<' or '{') mostElements = Math.Max(mostElements, ++elements);
            else if (code[i] == '.' && char.IsLetter(next)) names++;
        }
    }

    private int LineEnd() => code.AsSpan(at).IndexOfAny(LineEnds) is >= 0 and var length ? at + length : code.Length;

    private int After(string end, int from)
    {
        var found = from < code.Length ? code.IndexOf(end, from, StringComparison.Ordinal) : -1;
        return found < 0 ? code.Length : found + end.Length;
    }

    /// <summary>Skips a line such as <c>#region</c>, and after <c>#if</c> what is not compiled.</summary>
    private void BeginLine()
    {
        switch (Directive())
        {
            case ("define", var symbol):
                symbols.Add(Symbol(symbol));
                break;
            case ("undef", var symbol):
                symbols.Remove(Symbol(symbol));
                break;
            case ("if", var condition) when Holds(condition):
                conditions++;
                break;
            case ("if", _):
                SkipBranches(isOver: false);
                break;
            case ("elif" or "else", _) when conditions > 0:
                conditions--;
                SkipBranches(isOver: true);
                break;
            case ("endif", _) when conditions > 0:
                conditions--;
                break;
        }
    }

    /// <summary>Skips lines to the next branch that is compiled, or else to the end of the branches.</summary>
    /// <param name="isOver">Whether no other branch is compiled.</param>
    private void SkipBranches(bool isOver)
    {
        for (var depth = 1; depth > 0 && at < code.Length;)
        {
            at = Math.Min(LineEnd() + 1, code.Length);
            var (name, condition) = Directive();
            if (name == "if") depth++;
            else if (name == "endif") depth--;
            else if (depth == 1 && !isOver && (name == "else" || (name == "elif" && Holds(condition))))
            {
                conditions++;
                return;
            }
        }
    }

    /// <summary>Skips the directive that the line consists of, if it does, and returns its name and the rest.</summary>
    private (string Name, string Condition) Directive()
    {
        var line = code.AsSpan(at, LineEnd() - at);
        var text = line.TrimStart();
        if (text is not ['#', ..]) return ("", "");
        at += line.Length;
        text = text[1..].TrimStart();
        var length = text.IndexOfAnyExceptInRange('a', 'z') is >= 0 and var end ? end : text.Length;
        return (text[..length].ToString(), text[length..].ToString());
    }

    // A comment may follow it.
    private static string Symbol(string rest) =>
        rest.Split([' ', '\t', '/'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault("");

    /// <summary>Whether the condition of <c>#if</c> holds.</summary>
    private bool Holds(string condition)
    {
        if (condition.AsSpan().Count('(') > MostBrackets) angles += MostBrackets + 1;
        if (condition.Length > MostTokens) tokens += MostTokens + 1; // each of its signs may be a token
        if (Excess is not null) return false;
        var options = new CSharpParseOptions(preprocessorSymbols: symbols.Where(SyntaxFacts.IsValidIdentifier));
        return CSharpSyntaxTree.ParseText($"#if {condition}\n#endif", options).GetRoot().GetFirstDirective()
            is IfDirectiveTriviaSyntax { ConditionValue: true };
    }

    private void Quoted()
    {
        for (at++; at < code.Length && Peek() != '\'' && !LineEnds.Contains(Peek()); at++)
            if (Peek() == '\\') at++;
        at = Math.Min(at + 1, code.Length);
        Token('1');
    }

    private int Run(char c, int from)
    {
        var end = from;
        while (end < code.Length && code[end] == c) end++;
        return end - from;
    }

    /// <summary>The text that begins here; null if none does.</summary>
    private Text? TextStart()
    {
        var prefix = code.AsSpan(at, Math.Max(code.AsSpan(at).IndexOfAnyExcept('$', '@'), 0));
        var quotes = Run('"', at + prefix.Length);
        var (dollars, isVerbatim) = (prefix.Count('$'), prefix.Contains('@'));
        if (quotes == 0) return null;
        if (quotes < 3 || isVerbatim)
            return new Text(at + prefix.Length + 1, Math.Min(dollars, 1), 0, isVerbatim, isVerbatim);
        var start = at + prefix.Length + quotes;
        var rest = code.AsSpan(start);
        if (rest.IndexOfAny(LineEnds) is >= 0 and var length) rest = rest[..length];
        return new Text(start, dollars, quotes, isVerbatim, rest.IsWhiteSpace());
    }

    private void Begin(Text text)
    {
        at = text.Start;
        Push(new Level('"') { Text = text });
    }

    /// <summary>Goes on to the end of a text, or into the next value in it.</summary>
    private void InText(Text text)
    {
        while (at < code.Length)
        {
            var (c, start) = (code[at], at);
            if (c == '"')
            {
                at += text.IsRaw ? Run('"', at) : text.IsVerbatim && Peek(1) == '"' ? 2 : 1;
                if (text.IsRaw ? at - start < text.Quotes : at - start == 2) continue;
                break;
            }
            if (c == '{' && text.Braces > 0)
            {
                at += text.IsRaw ? Run('{', at) : Peek(1) == '{' ? 2 : 1;
                if (text.IsRaw ? at - start < text.Braces : at - start == 2) continue;
                Push(new Level('{') { Hole = text });
                return;
            }
            if (LineEnds.Contains(c) && !text.HasLines) break;
            at += c == '\\' && !text.IsRaw && !text.IsVerbatim ? 2 : 1;
        }
        at = Math.Min(at, code.Length);
        Leave();
        Token('1');
    }

    /// <summary>What is between two brackets, or a text.</summary>
    private sealed class Level(char open)
    {
        internal char Open => open;

        /// <summary>The text; null if the level is code.</summary>
        internal Text? Text { get; init; }

        /// <summary>The text whose value this is; null for other code.</summary>
        internal Text? Hole { get; init; }

        /// <summary>The tokens that operators such as + separate from later ones.</summary>
        internal int Loose { get; set; }

        /// <summary>The other tokens of the statement.</summary>
        internal int Firm { get; set; }

        /// <summary>The open brackets of type arguments, or comparisons that look like them.</summary>
        internal int Angles { get; set; }
    }

    /// <summary>A text in quotes.</summary>
    /// <param name="Start">Where its content starts.</param>
    /// <param name="Braces">How many braces begin a value in it; 0 for a text without values.</param>
    /// <param name="Quotes">How many quotes end a raw text; 0 for other texts.</param>
    /// <param name="IsVerbatim">Whether a backslash is only a backslash, and two quotes are one.</param>
    /// <param name="HasLines">Whether the text goes on after the end of a line.</param>
    private sealed record Text(int Start, int Braces, int Quotes, bool IsVerbatim, bool HasLines)
    {
        internal bool IsRaw => Quotes > 0;
    }
}
