using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Adr.Kernel.Tests.Running;

namespace Adr.Kernel.Tests.InteractiveApi;

/// <summary>
/// One run of one notebook with a cell for every feature, in one engine; the tests look at its cells.
/// </summary>
public sealed class InteractiveApiRun : IAsyncLifetime
{
    /// <summary>The cells in order; a failing one does not stop the run.</summary>
    private static readonly (string Name, string Source)[] Sources =
    [
        ("usings",
            "var list = new List<int> { 3, 1, 2 }.OrderBy(x => x).ToList(); " +
            "new StringBuilder(\"ok\").Append(list.Count).ToString()"),
        ("await", "var awaited = await Task.FromResult(41);\nawait Task.Delay(1);\nawaited + 1"),
        ("no result", "awaited++;"),
        ("null result", "(object)null"),
        ("state", "awaited"),
        ("throws",
            "int kept = 1;\nkept = 5;\nvoid Thrower(int x) => throw new InvalidOperationException($\"bad {x}\");\n\n" +
            "Thrower(7);"),
        ("kept", "kept"),
        ("throws async", "await Task.Yield();\nint[] few = { 1 };\nfew[3].ToString()"),
        ("inner",
            "try { throw new FormatException(\"inner\"); } " +
            "catch (Exception e) { throw new ApplicationException(\"outer\", e); }"),
        ("does not compile", "Console.WriteLine(1);\n\nint wrong = \"text\";\nMissing();"),
        ("after compile error", "kept + 1"),
        ("warning", "async Task<int> NoAwait() { return 3; }\nawait NoAwait()"),
        ("unreachable", "int Never()\n{\n    return 1;\n    return 2;\n}\nNever()"),
        ("nullable", "string? maybe = \"a\";\nmaybe"),
        ("union", "class union { public int N = 5; }\nunion united = new union();\nunited.N"),
        ("with", "record Options(int A);\nvar chosen = new Options(1);\nchosen with { A = 2 }"),
        ("missing using", "var reader = new StringReader(\"a\");"),
        ("misspelt using", "using System.Linqq;"),
        ("unknown using", "using Some.Library.Of.Mine;"),
        ("streams",
            "Console.Write(\"a\"); Console.WriteLine(\"b\"); Console.Error.WriteLine(\"e\"); Console.Out.Write('c'); " +
            "Console.WriteLine(\"{0:0.0}\", 1.5);"),
        ("order", "Console.WriteLine(1); display(\"two\"); Console.WriteLine(3); display(4); \"five\""),
        ("aggregate",
            "Task.WhenAll(Task.Run(() => throw new FormatException(\"one\")), " +
            "Task.Run(() => throw new TimeoutException(\"two\"))).Wait();"),
        ("display",
            "var shown = display(\"first\", \"text/plain\"); " +
            "\"second\".Display(); 12.5.Display(\"text/plain\"); shown"),
        ("update", "shown.Update(\"changed\");"),
        ("update html", "var bold = display(HTML(\"<b>1</b>\")); bold.Update(HTML(\"<b>2</b>\"));"),
        ("display as",
            "\"{\\\"k\\\":[1.0,2]}\".DisplayAs(\"application/vnd.test+json\"); " +
            "\"<i>x</i>\".DisplayAs(\"text/html\"); \"not json\".DisplayAs(\"application/json\");"),
        ("table", "new[] { new { A = 1, B = \"x\" }, new { A = 2, B = \"y\" } }.DisplayTable();"),
        ("helpers", "Javascript(\"alert(1)\"); CSS(\"b { color: red }\"); HTML(\"<u>h</u>\")"),
        ("formatted value",
            "using Microsoft.DotNet.Interactive.Formatting;\n" +
            "new[] { new FormattedValue(\"text/html\", \"<p/>\"), new FormattedValue(\"image/png\", \"aGk=\") }"),
        ("latex", "MathString formula = \"x^2\";\nnew LaTeXString(\"of $a$\").Display();\nformula"),
        ("value", "#!value --name poem\nRoses are \"red\"\n#!csharp\n#!share --from value poem --as verse\nverse"),
        ("null text", "new FormattedValue(\"text/html\", null).Display(); \"goes on\""),
        ("lazy", "var readings = 0;\nEnumerable.Range(1, 3).Where(i => { readings++; return true; })"),
        ("readings", "readings"),
        ("register",
            "record Point(int X, int Y);\nFormatter.Register<Point>(p => $\"<em>{p.X}|{p.Y}</em>\", \"text/html\");\n" +
            "new Point(1, 2)"),
        ("preferred",
            "Formatter.Register<Point>((p, w) => w.Write($\"<svg>{p.X}</svg>\"), \"image/svg+xml\");\n" +
            "Formatter.SetPreferredMimeTypesFor(typeof(Point), \"image/svg+xml\", \"text/html\");\nnew Point(3, 4)"),
        ("source", """
            [AttributeUsage(AttributeTargets.Class)] class TypeFormatterSourceAttribute : Attribute {
                public TypeFormatterSourceAttribute(Type type) => FormatterSourceType = type;
                public Type FormatterSourceType { get; } public string[] PreferredMimeTypes { get; set; } }
            class PlotFormatter {
                public string MimeType => mime; string mime; public PlotFormatter(string m) => mime = m;
                public bool Format(object value, System.IO.TextWriter writer) {
                    writer.Write(mime == "text/html" ? "<div>plot</div>" : "{\"data\":[{\"y\":[1.50]}]}");
                    return true; } }
            class PlotSource { public IEnumerable<object> CreateTypeFormatters() {
                yield return new PlotFormatter("application/vnd.plotly.v1+json");
                yield return new PlotFormatter("text/html"); } }
            [TypeFormatterSource(
                typeof(PlotSource), PreferredMimeTypes = new[] { "application/vnd.plotly.v1+json", "text/html" })]
            class Plot { public override string ToString() => "a plot"; }
            new Plot()
            """),
        ("pocket view",
            "using static Microsoft.DotNet.Interactive.Formatting.PocketViewTags;\n" +
            "div[style: \"color:red\"](b(\"hi\"))"),
        ("bad formatter",
            "class Odd { }\nFormatter.Register<Odd>((o, w) => throw new NotSupportedException(\"cannot show\"), " +
            "\"text/html\");\nnew Odd()"),
        ("mute exception",
            "class Mute : Exception { public override string Message => null; " +
            "public override string ToString() => null; }\nthrow new Mute();"),
        ("throwing exception",
            "class Liar : Exception { public override string Message => throw new FormatException(); }\n\n" +
            "throw new Liar();"),
        ("markdown", "#!markdown\n# Heading\n\n*text* $x^2$"),
        ("mixed", "var before = 1;\n#!markdown\n**bold**\n#!csharp\nbefore + 1"),
        ("html", "#!html\n<p>raw</p>"),
        ("javascript", "#!js\nlet x = 1;"),
        ("mermaid", "#!mermaid\ngraph TD; A-->B"),
        ("newtonsoft", "Newtonsoft.Json.JsonConvert.SerializeObject(new { A = 1 })"),
        ("time", "#!time\nawait Task.Delay(20);"),
        ("who", "#!who"),
        ("whos", "#!whos"),
        ("about", "#!about"),
        ("unknown name", "notYetDeclared + 1"),
        ("native frames", "throw new Exception(\"bad size\\nException raised from f at /a.cpp:31 (most recent call "
            + "first):\\nframe #0: c10::Error (0x1)\\nframe #1: <unknown> (0x2)\");"),
        ("lines", "var one = 1;\n#!html\n<p>1</p>\n#!csharp\nvar two = 2;\nthrow new Exception(\"line six\");"),
        ("load", "#load \"helper.csx\"\nHelp(4)"),
        ("load error", "#load \"broken.csx\""),
        ("import notebook", "#!import \"other.ipynb\"\nfromOther"),
        ("import dib", "#!import other.dib"),
        ("import failing dib", "\n#!import failing.dib"),
        ("import foreign notebook", "#!import foreign.ipynb"),
        ("import missing", "#!import nowhere.ipynb"),
        ("reference", "#r \"lib/Outer.dll\"\nusing Testing;\nOuter.Answer()"),
        ("reference shared",
            "#r \"Microsoft.DotNet.Interactive.Formatting.dll\"\n" +
            "object.ReferenceEquals(typeof(Formatter), Outer.FormatterType())"),
        ("reference framework", "#r \"System.Net.Http\"\nnew System.Net.Http.HttpMethod(\"GET\").Method"),
        ("reference aspnet",
            "#r \"Microsoft.AspNetCore.Http.Abstractions\"\nMicrosoft.AspNetCore.Http.HttpMethods.Get"),
        ("reference missing", "#r \"Nowhere.dll\"\n1"),
        ("reference older", "#r \"lib/Markdig.dll\"\nMarkdig.Newer.Answer()"),
        ("context",
            "using Microsoft.DotNet.Interactive;\n" +
            "KernelInvocationContext.Current.Display(\"by context\"); " +
            "KernelInvocationContext.Current.CancellationToken.IsCancellationRequested"),
        ("context display",
            "var shownByContext = KernelInvocationContext.Current.Display(new { A = 1 });\n" +
            "KernelInvocationContext.Current.DisplayAs(\"<u>as</u>\", \"text/html\");"),
        ("context update", "shownByContext.Update(new { A = 2 });"),
        ("context publish", """
            using Microsoft.DotNet.Interactive.Commands;
            using Microsoft.DotNet.Interactive.Events;
            var running = KernelInvocationContext.Current;
            var published = new[] { new FormattedValue("text/html", "<p>published</p>") };
            running.Publish(new DisplayedValueProduced(null, running.Command, published));
            var told = ((SubmitCode)running.Command).Code;
            $"{running.HandlingKernel.Name} {Kernel.Root.FindKernelByName("csharp").Name} {told.Contains("told")}"
            """),
        ("submit", """
            var sent = await Kernel.Root.SendAsync(new SubmitCode("\"by \" + \"submission\""));
            sent.Events.OfType<CommandFailed>().Any()
            """),
        ("submit failing", """
            sent = await Kernel.Root.SendAsync(new SubmitCode("throw new Exception(\"sent\");"));
            sent.Events.OfType<CommandFailed>().Single().Message.Contains("sent")
            """),
        ("hidden functions",
            "using static Microsoft.DotNet.Interactive.Kernel;\n" +
            "var again = display(HTML(\"<i>1</i>\")); again.Update(HTML(\"<i>2</i>\"));"),
        ("input", "await GetInputAsync(\"your name\")"),
        ("set", "#!set --name given --value \"a text\"\ngiven.Length\n#!share --from csharp given --as taken"),
        ("set input", "#!set --name place --value @input:city\nplace"),
        ("native",
            "[System.Runtime.InteropServices.DllImport(\"libc\")] static extern int puts(string s);\n" +
            "[System.Runtime.InteropServices.DllImport(\"libc\")] static extern nint write(int fd, string s, " +
            "nint n);\nputs(\"from puts\"); write(2, \"from write\\n\", 11);"),
        ("child process",
            "var isWindows = OperatingSystem.IsWindows();\n" +
            "var child = System.Diagnostics.Process.Start(isWindows ? \"cmd\" : \"sh\", " +
            "new[] { isWindows ? \"/c\" : \"-c\", \"echo from child\" }); child.WaitForExit();"),
        ("background",
            "var late = Task.Run(async () => { await Task.Delay(150); Console.WriteLine(\"late text\"); });"),
        ("awaits background", "await late; Console.WriteLine(\"own text\");"),
        ("unicode", "foreach (var c in \"é😀\") Console.Write(c); \"日本\""),
        ("progress line", "for (var i = 0; i <= 100; i += 50) Console.Write($\"\\r{i} %\"); Console.WriteLine();"),
        ("directory", "System.IO.Directory.GetCurrentDirectory()"),
        ("stdin", "Console.ReadLine() is null"),
        ("recursion", "int Depth(int n) => n == 0 ? 0 : 1 + Depth(n - 1);\nDepth(20000)"),
    ];

    private Notebook saved = Notebook.Create();

    /// <summary>The run's result.</summary>
    public RunResult Result { get; private set; } = null!;

    /// <summary>The folder in which it ran.</summary>
    public string Folder { get; private set; } = "";

    /// <summary>What the run told while it ran.</summary>
    public List<RunEvent> Events { get; } = [];

    public Cell this[string name] => saved.Cells[Array.FindIndex(Sources, source => source.Name == name)];

    public async Task InitializeAsync()
    {
        using var sandbox = new Sandbox([.. Sources.Select(source => source.Source)]);
        Folder = sandbox.Folder;
        sandbox.Write("helper.csx", "int Help(int x) => x * 10;\n");
        sandbox.Write("broken.csx", "\nint broken = nothing;\n");
        sandbox.Write(
            "other.dib",
            "#!meta\n{\"kernelInfo\":{}}\n\n#!markdown\n\n# From dib\n\n#!csharp\n\nvar fromDib = 2;\nfromDib * 2\n");
        sandbox.Write(
            "failing.dib", "#!meta\n{\"kernelInfo\":{}}\n\n#!csharp\n\nthrow new Exception(\"in the dib\");\n");
        var foreign = Notebook.Create();
        foreign.Add(Cell.Markdown("text"));
        foreign.Add(Cell.Code("1\n#!fsharp\n"));
        foreign.Save(Path.Combine(sandbox.Folder, "foreign.ipynb"));
        var other = Notebook.Create();
        other.Add(Cell.Markdown("*imported text*"));
        other.Add(Cell.Code("#!time\nvar fromOther = 99;"));
        other.Save(Path.Combine(sandbox.Folder, "other.ipynb"));
        TestAssemblies.Compile(Path.Combine(sandbox.Folder, "lib"));
        (Result, saved) = await sandbox.RunAsync(options => options with { AllowErrors = true, Progress = Events.Add });
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
