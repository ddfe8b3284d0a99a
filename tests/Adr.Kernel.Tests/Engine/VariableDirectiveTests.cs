using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Engine;

public class VariableDirectiveTests
{
    [Theory]
    [InlineData("set", "--name n --value 3", "var n = 3;")]
    [InlineData("set", "--value -2.5e3 --name n", "var n = -2500d;")]
    [InlineData("set", "--value 5000000000 --name n", "var n = 5000000000L;")]
    [InlineData("set", "--name n --value true", "var n = true;")]
    [InlineData("set", "--name n --value hello", "var n = \"hello\";")]
    [InlineData("set", "--name n --value \"3\"", "var n = \"3\";")]
    [InlineData("set", "--name n --value 'a \"b\"'", "var n = \"a \\\"b\\\"\";")]
    [InlineData("set", "--name n --value [1, 2]", "var n = System.Text.Json.JsonDocument.Parse(\"[1, 2]\");")]
    [InlineData("set", "--name n --value @csharp:other --byref", "var n = other;")]
    [InlineData(
        "set", "--name n --value @csharp:other --mime-type text/plain",
        "var n = Microsoft.DotNet.Interactive.Formatting.Formatter.ToDisplayString(other, \"text/plain\");")]
    [InlineData("set", "--name n --value @input:city", "var n = \"answer to city, seen\";")]
    [InlineData("set", "--name n --value @input:\"your city\"", "var n = \"answer to your city, seen\";")]
    [InlineData("set", "--name n --value @input:{\"prompt\": \"Where?\"}", "var n = \"answer to Where?, seen\";")]
    [InlineData("set", "--name n --value @password:key", "var n = \"answer to key, hidden\";")]
    [InlineData("share", "--from csharp x --as y", "var y = x;")]
    [InlineData("share", "x --from csharp", "")]
    [InlineData("share", "x --from value --as y", "var y = x;")]
    public async Task IsCSharp(string name, string argument, string code) =>
        Assert.Equal(code, await CodeAsync(name, argument));

    [Theory]
    [InlineData("set", "--name n", "Expected #!set --name NAME --value VALUE")]
    [InlineData("set", "--name", "--name has no value")]
    [InlineData("set", "--name n --value 1 --extra", "Expected #!set")]
    [InlineData("set", "--name 1n --value 1", "'1n' is not a valid name for a C# variable")]
    [InlineData("set", "--name n --value @fsharp:x", "'@fsharp:' refers to another language")]
    [InlineData("share", "--from fsharp x", "'--from fsharp' refers to another language")]
    [InlineData("share", "x", "Expected #!share")]
    [InlineData("share", "--from csharp x;y", "'x;y' is not a valid name")]
    public async Task WhatIsMissingOrForeignIsTold(string name, string argument, string said)
    {
        var error = await Assert.ThrowsAsync<DirectiveException>(() => CodeAsync(name, argument));
        Assert.Contains(said, error.Message);
        Assert.Equal(7, error.Line);
    }

    [Theory]
    [InlineData("#!value --name n\n  a \"b\"\nc", "var n = \"  a \\\"b\\\"\\nc\";")]
    [InlineData("#!value --name n --from-file 'my data.csv'", "var n = System.IO.File.ReadAllText(\"my data.csv\");")]
    [InlineData(
        "#!value --from-url https://example.org/a.json --name n",
        "var n = await new System.Net.Http.HttpClient().GetStringAsync(\"https://example.org/a.json\");")]
    [InlineData(
        "#!value --name n --mime-type text/html\n<b>x</b>", "var n = \"<b>x</b>\"; n.DisplayAs(\"text/html\");")]
    public void TextBelowADirectiveIsAVariable(string cell, string code) =>
        Assert.Equal(
            code, VariableDirective.ValueCode(Assert.IsType<CodeBlock>(Assert.Single(Submission.Parse(cell).Steps))));

    [Theory]
    [InlineData("1;\n#!value --nam n\ntext", 2)]
    [InlineData("#!value --name n\n", 1)]
    [InlineData("#!value --name n --from-file f\ntext", 1)]
    [InlineData("#!value --name 1n\ntext", 1)]
    public void TextWithoutANameOrANameWithoutTextIsTold(string cell, int line)
    {
        var error = Assert.Throws<DirectiveException>(
            () => VariableDirective.ValueCode(Assert.IsType<CodeBlock>(Submission.Parse(cell).Steps[^1])));
        Assert.Equal(line, error.Line);
    }

    private static Task<string> CodeAsync(string name, string argument) => VariableDirective.CodeAsync(
        new Directive(name, argument, 7),
        (prompt, isPassword) => Task.FromResult($"answer to {prompt}, {(isPassword ? "hidden" : "seen")}"));
}
