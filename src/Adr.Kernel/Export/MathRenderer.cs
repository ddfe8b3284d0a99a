using System.Text;
using System.Text.RegularExpressions;
using Jint;
using Jint.Native;
using Jint.Runtime;
using Interpreter = Jint.Engine;

namespace Adr.Kernel.Export;

/// <summary>
/// Converts LaTeX to HTML with KaTeX in a JavaScript interpreter, so that the page needs no script to show formulas.
/// </summary>
/// <remarks>The interpreter has limits, so that no formula ends the process or keeps the page waiting.</remarks>
internal sealed partial class MathRenderer(RenderLimits limits)
{
    private const int MostStatements = 10_000_000; // of one formula
    private const int Largest = 200; // em, for rules and spaces

    private static readonly string Call = $$"""
        (function (tex, display) {
          const options = { displayMode: display, throwOnError: false, strict: 'ignore', maxExpand: 1000 };
          return katex.renderToString(tex, { ...options, maxSize: {{Largest}} });
        })
        """;

    // The fonts of plain formulas. The others are embedded only if one of their classes occurs.
    private static readonly string[] Always =
    [
        "KaTeX_Main", "KaTeX_Math", "KaTeX_Size1", "KaTeX_Size2", "KaTeX_Size3", "KaTeX_Size4", "KaTeX_AMS",
    ];
    private static readonly (string Family, string[] Classes)[] Sometimes =
    [
        ("KaTeX_Caligraphic", ["mathcal"]),
        ("KaTeX_Fraktur", ["mathfrak", "textfrak", "mathboldfrak", "textboldfrak"]),
        ("KaTeX_SansSerif", ["mathsf", "textsf", "mathboldsf", "textboldsf", "mathitsf", "mathsfit", "textitsf"]),
        ("KaTeX_Script", ["mathscr", "textscr"]),
        ("KaTeX_Typewriter", ["mathtt", "texttt"]),
    ];

    private readonly HashSet<string> classes = [];
    private readonly Dictionary<(string, bool), string> rendered = [];
    private Interpreter? engine;
    private JsValue? render;

    /// <summary>Whether a formula has been rendered.</summary>
    internal bool Used => rendered.Count > 0;

    /// <summary>
    /// A formula as HTML. If KaTeX does not understand it, the result is its source in red, with the reason as title.
    /// If it is too much for the interpreter, the result is its source and a note.
    /// </summary>
    internal string Render(string tex, bool display)
    {
        if (rendered.TryGetValue((tex, display), out var html)) return html;
        try
        {
            html = limits.Run(() => ByKatex(tex, display));
            foreach (Match list in ClassLists().Matches(html)) classes.UnionWith(list.Groups[1].Value.Split(' '));
        }
        catch (RenderException problem)
        {
            engine = null; // It may have been left in the middle of something.
            html = $"<code>{Html.Escape(Html.Shortened(tex))}</code>"
                + Html.InlineNote($" (This formula is shown as it was written, because {problem.Message}.)");
        }
        return rendered[(tex, display)] = html;
    }

    private string ByKatex(string tex, bool display)
    {
        try
        {
            if (engine is null)
            {
                engine = new Interpreter(options =>
                {
                    options.Constraints.StackOverflowGuard = true;
                    options.MaxStatements(MostStatements);
                });
                engine.Execute(Assets.Text("katex.min.js"));
                render = engine.Evaluate(Call);
            }
            return engine.Invoke(render!, tex, display).AsString();
        }
        catch (StatementsCountOverflowException problem)
        {
            throw new RenderException("it is too long or too intricate", problem);
        }
        catch (JavaScriptException problem) when (problem.Message.Contains("call stack", StringComparison.Ordinal))
        {
            throw new RenderException("it is nested too deeply", problem);
        }
    }

    /// <summary>KaTeX's style, with the fonts that the formulas need embedded in it.</summary>
    internal string Style()
    {
        var used = Sometimes.Where(font => font.Classes.Any(classes.Contains)).Select(font => font.Family);
        var families = Always.Concat(used).ToHashSet();
        var css = Assets.Text("katex.min.css");
        var style = new StringBuilder();
        foreach (Match face in FontFaces().Matches(css))
        {
            if (!families.Contains(face.Groups["family"].Value)) continue;
            var font = Convert.ToBase64String(Assets.Bytes(face.Groups["file"].Value));
            style.Append($"@font-face{{{face.Groups["start"].Value}");
            style.Append($"src:url(data:font/woff2;base64,{font}) format(\"woff2\")}}\n");
        }
        return style.Append(FontFaces().Replace(css, "")).ToString();
    }

    [GeneratedRegex("class=\"([^\"]*)\"")]
    private static partial Regex ClassLists();

    [GeneratedRegex(@"@font-face\{(?<start>[^}]*?font-family:""?(?<family>KaTeX_\w+)""?[^}]*?)" +
        @"src:url\((?<file>fonts/[\w-]+\.woff2)\)[^}]*\}")]
    private static partial Regex FontFaces();
}
