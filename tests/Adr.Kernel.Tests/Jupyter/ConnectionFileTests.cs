using Adr.Kernel.Jupyter;

namespace Adr.Kernel.Tests.Jupyter;

public class ConnectionFileTests : IDisposable
{
    private const string Good = """
        {"transport":"tcp","ip":"127.0.0.1","shell_port":1,"iopub_port":2,"stdin_port":3,"control_port":4,"hb_port":5,
        "key":"k","signature_scheme":"hmac-sha256"}
        """;
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Is_read() => Assert.Equal(new ConnectionFile("127.0.0.1", 1, 2, 3, 4, 5, "k"), Load(Good));

    [Theory]
    [InlineData("\"tcp\"", "\"ipc\"", "uses tcp")]
    [InlineData("hmac-sha256", "hmac-md5", "hmac-sha256")]
    [InlineData("127.0.0.1", "0.0.0.0", "only on this machine")]
    [InlineData("127.0.0.1", "192.168.0.7", "only on this machine")]
    [InlineData("\"hb_port\":5", "\"hb_port\":70000", "hb_port")]
    [InlineData("\"shell_port\":1,", "", "shell_port")]
    [InlineData("{", "", "JSON")]
    [InlineData("{", "[", "")]
    public void That_cannot_be_used_says_why(string good, string bad, string why) =>
        Assert.Contains(why, Assert.Throws<ConnectionFileException>(() => Load(Good.Replace(good, bad))).Message);

    [Fact]
    public void That_is_not_there_is_named() =>
        Assert.Contains(
            "nowhere.json", Assert.Throws<ConnectionFileException>(() => ConnectionFile.Load("nowhere.json")).Message);

    private ConnectionFile Load(string text)
    {
        File.WriteAllText(path, text);
        return ConnectionFile.Load(path);
    }
}
