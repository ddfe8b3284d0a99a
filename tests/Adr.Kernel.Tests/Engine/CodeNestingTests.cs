using System.Runtime.CompilerServices;
using Adr.Kernel.Engine;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Engine;

public class CodeNestingTests
{
    /// <summary>What is before nested code, what is repeated, what is in the middle, and what closes it.</summary>
    public static TheoryData<string, string, string, string> Deep => new()
    {
        // brackets
        { "", "(", "1", ")" },
        { "", "(", "", "" },
        { "x", "[", "", "" },
        { "x", "[", "0", "]" },
        { "int[] x = ", "[", "", "]" },
        { "", "{", "", "}" },
        { "", "{", "", "" },
        { "", "Math.Abs(", "1", ")" },
        { "", "typeof(", "int", ")" },
        { "", "[(", "", "" },
        { "", "(a<b>", "", "" },
        { "", "((a)=>", "1", ")" },
        { "1 is ", "(", "2", ")" },
        { "x is ", "{A:", "2", "}" },
        { "", "1 switch { _ => ", "1", "}" },
        { "", "try{", "", "}finally{}" },
        { "", "switch(1){case 1: ", "", "break;}" },
        { "", "class A{", "", "}" },
        { "", "void F(){", "", "}" },
        { "", "new[]{", "1", "}" },
        { "", "new C{A=", "1", "}" },
        { "", "(int,", "int", ")" },
        { "", "delegate{", "", "}" },
        { "", "x with{A=", "1", "}" },
        { "", "[A(", "", "" },
        { "#if ", "(", "true", ")" },
        { "#if ", "!", "true", "" },
        { "#if ", "a || ", "true", "" },
        // after what only looks as if it hid the rest
        { "//\r", "!", "true", "" },
        { "//\u2028", "!", "true", "" },
        { "#region\u0085", "!", "true", "" },
        { "\"\r", "!", "true", "" },
        { "'\n", "!", "true", "" },
        { "\"\"\"a\n", "!", "true", "" },
        { "$\"\"\"a\n", "!", "true", "" },
        { "$\"\n", "!", "true", "" },
        { "$\"{a:\n", "!", "true", "" },
        { "\"\\\"\n", "!", "true", "" },
        { "#if false\n\"\"\"\n#endif\n", "!", "true", "" },
        { "#if false\n/*\n#endif\n", "!", "true", "" },
        { "#if X && !Y\n@\"\n # else // */\n", "!", "true", "\n#endif" },
        { "#if false\n#if true\n/*\n#endif\n#elif true\n", "!", "true", "\n#endif" },
        { "#if true\n1;\n#else\n\"\"\"\n#endif\n", "!", "true", "" },
        { "#else\n", "!", "true", "" },
        { "#define X // a\n#if X\n", "!", "true", "\n#endif" },
        { "", "#if true\n(\n#endif\n", "", "" },
        // documentation
        { "/// ", "<a>", "", "</a>" },
        { "", "/// <a>\n", "", "/// </a>\n" },
        { "/** ", "<a>", "", "" },
        { "/// <a b=\"", "A{", "", "}" },
        { "/// <a b=\"A", ".A", "", "" },
        // brackets of type arguments
        { "", "List<", "int", ">" },
        { "", "List<", "", "" },
        { "", "Dictionary<int, ", "int", ">" },
        { "", "a<", "", "" },
        { "", "delegate*<", "int", ">" },
        { "class C : ", "A<", "int", "> {}" },
        // values in texts
        { "", "$\"{", "1", "}\"" },
        { "", "$@\"\"\"{", "1", "}\"\"\"" },
        { "", "$$\"\"\"{{", "1", "}}\"\"\"" },
        { "", "$\"{", "", "" },
        { "", "$\"{\"}\" + ", "1", "}\"" },
        // signs before an operand
        { "", "!", "true", "" },
        { "", "- ", "1", "" },
        { "", "~", "1", "" },
        { "", "*", "p", "" },
        { "", "& ", "p", "" },
        { "", "++ ", "p", "" },
        { "", "^", "1", "" },
        { "", "..", "1", "" },
        { "", "(int)", "1", "" },
        { "", "(int)-", "1", "" },
        { "", "await ", "x", "" },
        { "", "await - ", "x", "" },
        { "", "throw ", "x", "" },
        { "", "ref ", "x", "" },
        { "1 is ", "not ", "2", "" },
        // after one
        { "x", ".x", "", "" },
        { "x", "\n    .x", "", "" },
        { "x", "->x", "", "" },
        { "x", "?.x", "", "" },
        { "1", ".ToString()", "", "" },
        { "1 + 1", ".ToString()", "", "" },
        { "x", "!", "", "" },
        { "x", " ++", "", "" },
        { "x", "[0]", "", "" },
        { "x", "()", "", "" },
        { "x", " with{}", "", "" },
        { "1", " switch{_=>1}", "", "" },
        { "x", " is int", "", "" },
        { "int", "[]", " x;", "" },
        { "int", "*", " x;", "" },
        { "int", "?", " x;", "" },
        // between two, from the right
        { "int a; a", "=a", "", "" },
        { "int a; a", "=1+a", "", "" },
        { "", "true?1:", "1", "" },
        { "", "true?1+1:1+", "1", "" },
        { "", "true?", "1", ":1" },
        { "string s", " ?? s", "", "" },
        { "", "a=>", "a", "" },
        { "", "(a)=>", "a", "" },
        { "", "[a]()=>", "1", "" },
        // statements
        { "if(true){}", " else if(true){}", "", "" },
        { "if(true){}", " else if(1 + 1 == 2){\n}\n", "", "" },
        { "", "if(true) ", ";", "" },
        { "", "while(false) ", ";", "" },
        { "", "foreach(var a in b) ", ";", "" },
        { "", "using(x) ", ";", "" },
        { "", "lock(x) ", ";", "" },
        { "", "a: ", ";", "" },
        { "from a in b", " from c in d + e", " select a", "" },
        { "from a in b", " select a + a into a", " select a", "" },
    };

    [Theory]
    [MemberData(nameof(Deep))]
    public void What_is_nested_without_end_is_found(string before, string open, string middle, string close)
    {
        foreach (var n in new[] { 6_000, 20_000 })
        {
            var found = CodeNesting.Find(Nested(before, open, middle, close, n));
            Assert.NotNull(found);
            Assert.StartsWith("This is nested too deeply to be compiled safely: more than ", found.Value.Problem);
            Assert.InRange(found.Value.Position, 0, before.Length + n * open.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Deep))]
    public void What_a_person_would_write_is_not(string before, string open, string middle, string close) =>
        Assert.Null(CodeNesting.Find(Nested(before, open, middle, close, 90)));

    /// <summary>The compiler follows it in a loop, or it is a list.</summary>
    [Theory]
    [InlineData("1", "+1", "")]
    [InlineData("\"a\"", "\n    + \"b\"", ";")]
    [InlineData("1", "*2 - 3 / 4 % 5", "")]
    [InlineData("a", " && b || c", "")]
    [InlineData("a", " == b & c | d", "")]
    [InlineData("1", " << 2", "")]
    [InlineData("f(1)[0]", " / f(2, 3)[1] + x.y.z", "")]
    [InlineData("int[] a = { 1", ", 2", "};")]
    [InlineData("bool[] a = { 1 < 2", ", a < 2", "};")]
    [InlineData("f(1", ", (a, b), x.y(z), [1], -c, !d, a => b", ");")]
    [InlineData("", "Math.Abs(1);", "")]
    [InlineData("", "if (a < b) { c(); } else { d = $\"{e:0.0}\"; }\n", "")]
    [InlineData("", "[Fact]\npublic void A() { }\n", "")]
    [InlineData("", "int A { get; set; } = 1;\nint B => 2;\n", "")]
    [InlineData("var x = y switch { 1 => 2", ", > 3 and < 4 => 5", "};")]
    [InlineData("switch (a) {", "case 1: b(); break;\n", "}")]
    [InlineData("", "for (var i = 0; i < n; i++) a[i] += b[i];\n", "")]
    [InlineData("", "var x = a < b ? c : d;\n", "")]
    [InlineData("", "// ((((((((((\n", "")]
    [InlineData("", "/// <a>It's (.</a> <b/> {c}, e.\n", "")]
    [InlineData("", "/// <a>\nvoid A();\n", "")]
    [InlineData("", "//// <a>\n", "")]
    [InlineData("", "/* (((((((((( */", "")]
    [InlineData("var s = \"", "((([[[{{{<<<", "\";")]
    [InlineData("var s = @\"", "((([[[{{{<<<\"\"\n", "\";")]
    [InlineData("var s = \"\"\"\n", "((([[[{{{<<<\"\"\n", "\n\"\"\";")]
    [InlineData("var s = $\"", "((([[[<<<{{", "\";")]
    [InlineData("var s = $$\"\"\"", "((([[[<<<{", "\"\"\";")]
    [InlineData("var s = $\"", "{a:dd' o''clock'} {b,3} {(c ? d : e)} {f::g}", "\";")]
    [InlineData("", "var c = '('; var d = '\\''; var e = '{';\n", "")]
    [InlineData("", "#region it's (\n#endregion\n", "")]
    [InlineData("", "#if DEBUG\nf(\n#else\ng();\n#endif\n", "")]
    public void Long_code_is_not_deep(string before, string repeated, string after)
    {
        Assert.Null(CodeNesting.Find(Nested(before, repeated, after, "", 20_000)));
        Assert.NotNull(CodeNesting.Find(Nested(before, repeated, after, "", 100) + new string('(', 300)));
    }

    [Fact]
    public void This_repository_is_not_deep()
    {
        foreach (var file in Directory.EnumerateFiles(Root(), "*.cs", SearchOption.AllDirectories))
            Assert.True(CodeNesting.Find(File.ReadAllText(file)) is null, file);
    }

    public sealed record Pieces(string[] All)
    {
        public static Arbitrary<Pieces> Any { get; } = Gen.Elements(
                "(", ")", "[", "]", "{", "}", "<", ">", "\"", "\"\"\"", "'", "$", "@", "\\", "\n", "/*", "*/", "//",
                "#if", " ", "a", "1", ".", ",", ";", ":", "?", "=>", "=", "+", "-", "!", "else", "await", "with", "é",
                "\0")
            .ToArbitrary().Array().Convert(all => new Pieces(all), pieces => pieces.All);
    }

    [Law(MaxTest = 1000, Arbitrary = [typeof(Pieces)])]
    public bool Any_text_is_scanned_to_its_end(Pieces pieces)
    {
        var text = string.Concat(pieces.All);
        return text.Length > CodeNesting.MostBrackets
            || (CodeNesting.Find(text) is null && CodeNesting.Find(text + "\n") is null);
    }

    [Fact]
    public async Task A_cell_that_is_nested_without_end_fails_and_the_variables_stay()
    {
        await using var engine = await TestEngine.StartAsync();
        await engine.RunAsync("var kept = 5;");
        foreach (object[] row in Deep)
        {
            if (row is not [string before, string open, string middle, string close]) continue;
            var heard = await engine.RunAsync("\n" + Nested(before, open, middle, close, 20_000));
            var error = ((CellDone)heard[^1]).Error!;
            Assert.Equal("CompilationError", error.Name);
            Assert.StartsWith($"Cell [{engine.Cell}], line ", error.Value);
            Assert.Contains("error CS8078: This is nested too deeply to be compiled safely", error.Value);
        }
        var sum = await engine.ValueAsync(Nested("kept", "+1", "", "", 2_000));
        Assert.Equal("2005", sum);
    }

    [Fact]
    public async Task Questions_about_it_have_no_answer_and_harm_nothing()
    {
        var session = new CSharpSession(Path.GetTempPath(), []);
        session.Start();
        var assistant = new CodeAssistant(session);
        foreach (object[] row in Deep)
        {
            if (row is not [string before, string open, string middle, string close]) continue;
            var code = Nested(before, open, middle, close, 20_000);
            var completeness = (Completeness)await assistant.AnswerAsync(new CompletenessRequest(1, code));
            Assert.Equal("unknown", completeness.Status);
            var completions = (Completions)await assistant.AnswerAsync(new CompletionRequest(2, code, code.Length));
            Assert.Empty(completions.Items);
            var inspection = (Inspection)await assistant.AnswerAsync(new InspectionRequest(3, code, code.Length / 2));
            Assert.Empty(inspection.Data);
        }
        var complete = (Completeness)await assistant.AnswerAsync(new CompletenessRequest(4, "1 + 1"));
        Assert.Equal("complete", complete.Status);
    }

    [Fact]
    public async Task Expressions_loaded_files_and_imported_ones_are_scanned_too()
    {
        var folder = Directory.CreateTempSubdirectory("adr-nesting-");
        try
        {
            var file = Path.Combine(folder.FullName, "deep.csx");
            await File.WriteAllTextAsync(file, "\n" + new string('!', 20_000) + "true");
            var session = new CSharpSession(folder.FullName, []);
            session.Start();
            var error = await Assert.ThrowsAsync<CellCompilationException>(
                () => session.RunAsync("#load \"deep.csx\"", "Cell [1]", warn: _ => { }, default));
            Assert.Contains("line 2: This is nested too deeply", error.Message);
            await Assert.ThrowsAsync<CellCompilationException>(
                () => session.EvaluateAsync(new string('!', 20_000) + "true", default));
            await using var engine = await TestEngine.StartAsync();
            var heard = await engine.RunAsync($"#!import \"{file}\"");
            Assert.StartsWith("deep.csx, line 2", ((CellDone)heard[^1]).Error!.Value);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Nested(string before, string open, string middle, string close, int n) =>
        before + string.Concat(Enumerable.Repeat(open, n)) + middle + string.Concat(Enumerable.Repeat(close, n));

    private static string Root([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", ".."));
}
