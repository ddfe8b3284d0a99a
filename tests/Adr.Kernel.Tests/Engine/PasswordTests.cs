using System.Text.Json;
using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Engine;

public class PasswordTests
{
    [Theory]
    [InlineData("#!set --name key --value @password:key\nkey")]
    [InlineData("var key = await GetPasswordAsync(\"key\"); key")]
    [InlineData("#!set --name key --value @password:key\nkey.Display(); new { key }")]
    [InlineData("#!set --name key --value @password:key\nkey.Missing()")] // does not compile
    public async Task A_password_is_shown_as_asterisks(string code)
    {
        await using var engine = await TestEngine.StartAsync();
        engine.Answer = "s3cret";
        var heard = await engine.RunAsync(code);
        Assert.DoesNotContain("s3cret", JsonSerializer.Serialize(heard));
        if (((CellDone)heard[^1]).Error is not null) return;
        Assert.Contains("************", heard.OfType<ValueReturned>().Single().Data["text/plain"]);
        Assert.Equal("s3cret", await engine.ValueAsync("key.GetClearTextPassword()")); // asked for on purpose
    }
}
