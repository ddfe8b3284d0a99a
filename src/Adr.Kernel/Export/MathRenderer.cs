using System.Text;
using System.Text.RegularExpressions;
using Jint;
using Jint.Native;
using Interpreter = Jint.Engine;

namespace Adr.Kernel.Export;

/// <summary>Turns LaTeX into HTML while exporting, with KaTeX in a JavaScript interpreter: the page needs no script to show it.</summary>
internal sealed partial class MathRenderer
{
    private const string Call = "(function (tex, display) { return katex.renderToString(tex, { displayMode: display, throwOnError: false, strict: 'ignore', maxExpand: 1000 }); })";

    // families that plain formulas use; the others only where their class occurs
    private static readonly string[] Always = ["KaTeX_Main", "KaTeX_Math", "KaTeX_Size1", "KaTeX_Size2", "KaTeX_Size3", "KaTeX_Size4", "KaTeX_AMS"];
    private static readonly (string Family, string[] Classes)[] Sometimes =
    [
        ("KaTeX_Caligraphic", ["mathcal"]),
        ("KaTeX_Fraktur", ["mathfrak", "textfrak", "mathboldfrak", "textboldfrak"]),
        ("KaTeX_SansSerif", ["mathsf", "textsf", "mathboldsf", "textboldsf", "mathitsf", "mathsfit", "textitsf"]),
        ("KaTeX_Script", ["mathscr", "textscr"]),
        ("KaTeX_Typewriter", ["mathtt", "texttt"]),
    ];

    private readonly HashSet<string> _classes = [];
    private readonly Dictionary<(string, bool), string> _rendered = [];
    private Interpreter? _engine;
    private JsValue? _render;

    /// <summary>True once a formula was rendered.</summary>
    internal bool Used => _rendered.Count > 0;

    /// <summary>A formula as HTML; one that KaTeX does not understand comes out as its source, in red, with the reason as its title.</summary>
    internal string Render(string tex, bool display)
    {
        if (_rendered.TryGetValue((tex, display), out var html)) return html;
        if (_engine is null)
        {
            _engine = new Interpreter(options => options.TimeoutInterval(TimeSpan.FromMinutes(2)));
            _engine.Execute(Assets.Text("katex.min.js"));
            _render = _engine.Evaluate(Call);
        }
        html = _engine.Invoke(_render!, tex, display).AsString();
        foreach (Match list in ClassLists().Matches(html)) _classes.UnionWith(list.Groups[1].Value.Split(' '));
        return _rendered[(tex, display)] = html;
    }

    /// <summary>KaTeX's style with the fonts the formulas need inside it.</summary>
    internal string Style()
    {
        var families = Always.Concat(Sometimes.Where(font => font.Classes.Any(_classes.Contains)).Select(font => font.Family)).ToHashSet();
        var css = Assets.Text("katex.min.css");
        var style = new StringBuilder();
        foreach (Match face in FontFaces().Matches(css))
        {
            if (!families.Contains(face.Groups["family"].Value)) continue;
            var font = Convert.ToBase64String(Assets.Bytes(face.Groups["file"].Value));
            style.Append($"@font-face{{{face.Groups["start"].Value}src:url(data:font/woff2;base64,{font}) format(\"woff2\")}}\n");
        }
        return style.Append(FontFaces().Replace(css, "")).ToString();
    }

    [GeneratedRegex("class=\"([^\"]*)\"")]
    private static partial Regex ClassLists();

    [GeneratedRegex(@"@font-face\{(?<start>[^}]*?font-family:""?(?<family>KaTeX_\w+)""?[^}]*?)src:url\((?<file>fonts/[\w-]+\.woff2)\)[^}]*\}")]
    private static partial Regex FontFaces();
}
