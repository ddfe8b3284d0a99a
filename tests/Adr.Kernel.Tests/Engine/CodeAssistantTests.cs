using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Engine;

public sealed class CodeAssistantTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("adr-assistant-");

    [Fact]
    public async Task It_knows_what_earlier_cells_declared_also_after_a_load()
    {
        File.WriteAllText(Path.Combine(folder.FullName, "loaded.csx"), "var loadedNumber = 1;");
        var session = new CSharpSession(folder.FullName, []);
        session.Start();
        foreach (var code in new[] { "var firstNumber = 2;", "#load \"loaded.csx\"\nvar secondNumber = loadedNumber;" })
        {
            await session.RunAsync(code, "Cell [1]", warn: _ => { }, default);
            Assert.Equal(code, session.Submissions[^1].ToString());
        }
        var assistant = new CodeAssistant(session);
        foreach (var name in new[] { "firstNumber", "secondNumber" })
        {
            var typed = name[..^3];
            var found = (Completions)await assistant.AnswerAsync(new CompletionRequest(1, typed, typed.Length));
            Assert.Contains(found.Items, item => item.Text == name);
        }
    }

    public void Dispose() => folder.Delete(recursive: true);
}
