using Adr.Kernel.Engine;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Engine;

public class SubmissionTests
{
    [Fact]
    public void CutsAtDirectivesAndKeepsLineNumbers()
    {
        var steps = Submission.Parse("a\n#!time\r\n#!markdown\n# b\n#!C#\nc\n").Steps;
        Assert.Collection(steps,
            step => Assert.Equal(("csharp", "a"), (((CodeBlock)step).Language, ((CodeBlock)step).Text)),
            step => Assert.Equal(new Directive("time", "", 2), step),
            step => Assert.Equal(("markdown", "# b"), (((CodeBlock)step).Language, ((CodeBlock)step).Text)),
            step => Assert.Equal("\n\n\n\n\nc\n", ((CodeBlock)step).InPlace));
    }

    [Theory]
    [InlineData("#!/usr/bin/env dotnet-script\n1")]
    [InlineData("var x = \"#!fsharp\";")]
    [InlineData(" #!fsharp")]
    [InlineData("#r \"path.dll\"\n#load \"x.csx\"\n#region r\n#endregion")]
    public void LeavesToTheCompilerWhatIsItsOwn(string code) =>
        Assert.Equal(code, ((CodeBlock)Assert.Single(Submission.Parse(code).Steps)).Text);

    [Theory]
    [InlineData("csharp", "1\n#!fsharp\n", 2, "#!fsharp")]
    [InlineData("csharp", "#!pwsh", 1, "#!pwsh")]
    [InlineData("csharp", "#!sql-mydb", 1, "#!sql-mydb")]
    [InlineData("csharp", "\n\n#!http --name x", 3, "#!http")]
    [InlineData("fsharp", "let x = 1", 1, "'fsharp'")]
    [InlineData("csharp", "1\n #r \"nuget: , 1.0\" // needed", 2, "expected a name, and after a comma a version")]
    [InlineData("csharp", "#r \"nuget:\"", 1, "expected a name, and after a comma a version")]
    [InlineData("csharp", "#r \"nuget: ../../x, 1.0\"", 1, "expected a name, and after a comma a version")]
    [InlineData("csharp", "#r \"nuget: <a/>\"", 1, "expected a name, and after a comma a version")]
    [InlineData("csharp", "#i \"nuget: a\u0001b\"", 1, "expected the address or the folder of a feed")]
    [InlineData("csharp", "#i \"nuget: \"", 1, "expected the address or the folder of a feed")]
    public void RefusesOtherLanguagesAndPackagesByNameAndLine(string language, string code, int line, string named)
    {
        var error = Assert.Throws<DirectiveException>(() => Submission.Parse(code, language));
        Assert.Equal(line, error.Line);
        Assert.Contains(named, error.Message);
    }

    /// <summary>A cell of lines that begin a language, belong to one, or direct the engine.</summary>
    public sealed record Lines(string[] Texts)
    {
        public static Arbitrary<Lines> Any { get; } = Gen.Elements(
            "var x = 1;", "#!csharp", "#!markdown", "#!time", "#!html", "#!fsharp", "# a", "<b>", "", "\r", "🙂",
            "#r \"nuget: X\"")
            .ToArbitrary().Array().Convert(texts => new Lines(texts), lines => lines.Texts);

        public override string ToString() => string.Join('\n', Texts);
    }

    [Law(MaxTest = 300, Arbitrary = [typeof(Lines)])]
    public void WhatIsCSharpStaysInItsPlaceWhereTheRestIsBlankedOut(Lines lines)
    {
        var code = lines.ToString();
        var blanked = Submission.CSharpIn(code);
        Assert.Equal(code.Length, blanked.Length);
        var isCSharp = true;
        foreach (var (line, left) in code.Split('\n').Zip(blanked.Split('\n')))
        {
            if (line is "#!csharp" or "#!markdown" or "#!html" or "#!fsharp") isCSharp = line == "#!csharp";
            var isDirective = line.StartsWith("#!", StringComparison.Ordinal)
                || line.StartsWith("#r", StringComparison.Ordinal);
            Assert.Equal(isCSharp && !isDirective ? line : new string(' ', line.Length), left);
        }
    }
}
