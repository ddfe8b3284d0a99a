using Adr.Kernel.Engine;
using Microsoft.DotNet.Interactive;

namespace Adr.Kernel.Tests.Engine;

public class VariableDirectiveTests
{
    [Theory]
    [InlineData("set", "--name n --value 3", "var n = \"3\";")] // text, as in .NET Interactive
    [InlineData("set", "--value true --name n", "var n = \"true\";")]
    [InlineData("set", "--name n --value hello!", "var n = \"hello!\";")]
    [InlineData("set", "--name n --value \"a b\"", "var n = \"a b\";")]
    [InlineData("set", "--name n --value 'a \"b\"'", "var n = \"a \\\"b\\\"\";")]
    [InlineData("set", "--name n --value [1, 2]", "var n = \"[1, 2]\";")]
    [InlineData("set", "--name n --value @csharp:other --byref", "var n = other;")]
    [InlineData("set", "--name n --value @value:other", "var n = other;")]
    [InlineData(
        "set", "--name n --value @csharp:other --mime-type text/plain",
        "var n = Microsoft.DotNet.Interactive.Formatting.Formatter.ToDisplayString(other, \"text/plain\");")]
    [InlineData("share", "--from csharp x --as y", "var y = x;")]
    [InlineData("share", "x --from csharp", "")]
    [InlineData("share", "x --from value --as y", "var y = x;")]
    public async Task IsCSharp(string name, string argument, string code) =>
        Assert.Equal(new VariableCode(code), await CodeAsync(name, argument));

    [Theory]
    [InlineData("@input:city", "answer to city, seen")]
    [InlineData("@input", "answer to n, seen")]
    [InlineData("@input:\"your city\"", "answer to your city, seen")]
    [InlineData("@input:{\"prompt\": \"Where?\"}", "answer to Where?, seen")]
    [InlineData("@input:{\"prompt\": \"\\ud800\"}", "answer to \ufffd, seen")]
    [InlineData("@input:{\"prompt\": 5}", "answer to {\"prompt\": 5}, seen")]
    [InlineData("@input:{\"a\":1,\"a\":2}", "answer to {\"a\":1,\"a\":2}, seen")]
    [InlineData("@password:key", "answer to key, hidden")]
    [InlineData("@input:{\"prompt\": \"Key?\", \"type\": \"password\"}", "answer to Key?, hidden")]
    public async Task AnAnswerIsAValueAndNoCode(string value, string answer)
    {
        var (code, variable, given) = await CodeAsync("set", $"--name n --value {value}");
        Assert.DoesNotContain("answer", code);
        Assert.Equal("n", variable);
        Assert.Equal(answer, given is PasswordString secret ? secret.GetClearTextPassword() : given);
        Assert.Equal(answer.EndsWith("hidden", StringComparison.Ordinal), given is PasswordString);
    }

    [Fact]
    public async Task AValueThatIsJsonBecomesADocument()
    {
        var directive = new VariableDirective(Ask);
        var block = (CodeBlock)Submission.Parse("#!value --name data --mime-type application/json\n{}").Steps[0];
        await directive.ValueCodeAsync(block);
        var set = await directive.CodeAsync(new Directive("set", "--name x --value @value:data", 1));
        Assert.Equal("var x = System.Text.Json.JsonDocument.Parse(data);", set.Code);
    }

    [Theory]
    [InlineData("set", "--name n", "Expected #!set --name NAME --value VALUE")]
    [InlineData("set", "--name", "--name has no value")]
    [InlineData("set", "--name n --value 1 --extra", "Expected #!set")]
    [InlineData("set", "--name 1n --value 1", "'1n' is not a valid name for a C# variable")]
    [InlineData("set", "--name class --value 1", "'class' is not a valid name for a C# variable")]
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
    [InlineData("#!value --name n --from-value \"a b\"", "var n = \"a b\";")]
    [InlineData("#!value --name n --from-value @input:city", "var n = \"answer to city, seen\";")]
    [InlineData(
        "#!value --from-url https://example.org/a.json --name n",
        "var n = await new System.Net.Http.HttpClient().GetStringAsync(\"https://example.org/a.json\");")]
    [InlineData(
        "#!value --name n --mime-type text/html\n<b>x</b>", "var n = \"<b>x</b>\"; n.DisplayAs(\"text/html\");")]
    public async Task TextBelowADirectiveIsAVariable(string cell, string code) =>
        Assert.Equal(code, await ValueCodeAsync(Assert.Single(Submission.Parse(cell).Steps)));

    [Fact]
    public async Task AFileIsReadIfItIsThere()
    {
        var file = Path.GetTempFileName();
        var step = Submission.Parse($"1;\n#!value --name n --from-file '{file}'").Steps[^1];
        Assert.Contains("System.IO.File.ReadAllText(", await ValueCodeAsync(step));
        File.Delete(file);
        var error = await Assert.ThrowsAsync<DirectiveException>(() => ValueCodeAsync(step));
        Assert.StartsWith($"There is no file '{file}'", error.Message);
        Assert.Equal(2, error.Line);
    }

    [Theory]
    [InlineData("1;\n#!value --nam n\ntext", 2)]
    [InlineData("#!value --name n\n", 1)]
    [InlineData("#!value --name n --from-file f\ntext", 1)]
    [InlineData("#!value --name 1n\ntext", 1)]
    public async Task TextWithoutANameOrANameWithoutTextIsTold(string cell, int line)
    {
        var error = await Assert.ThrowsAsync<DirectiveException>(
            () => ValueCodeAsync(Submission.Parse(cell).Steps[^1]));
        Assert.Equal(line, error.Line);
    }

    private static Task<VariableCode> CodeAsync(string name, string argument) =>
        new VariableDirective(Ask).CodeAsync(new Directive(name, argument, 7));

    private static Task<string> ValueCodeAsync(Step step) =>
        new VariableDirective(Ask).ValueCodeAsync(Assert.IsType<CodeBlock>(step));

    private static Task<string> Ask(string prompt, bool isPassword) =>
        Task.FromResult($"answer to {prompt}, {(isPassword ? "hidden" : "seen")}");
}
