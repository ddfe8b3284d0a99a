using System.Text;
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
    [InlineData("127.0.0.1", "example.org", "only on this machine")]
    [InlineData("\"127.0.0.1\"", "[127]", "'ip' is an array; expected text")]
    [InlineData("\"tcp\"", "5", "'transport' is a number; expected text")]
    [InlineData("\"hmac-sha256\"", "true", "'signature_scheme' is true; expected text")]
    [InlineData("\"hb_port\":5", "\"hb_port\":70000", "hb_port")]
    [InlineData("\"hb_port\":5", "\"hb_port\":-1", "hb_port")]
    [InlineData("\"hb_port\":5", "\"hb_port\":1e99", "'hb_port' is a number; expected a whole number")]
    [InlineData("\"hb_port\":5", "\"hb_port\":5.5", "'hb_port' is a number; expected a whole number")]
    [InlineData("\"hb_port\":5", "\"hb_port\":\"5\"", "'hb_port' is a string; expected a whole number")]
    [InlineData("\"hb_port\":5", "\"hb_port\":{}", "'hb_port' is an object; expected a whole number")]
    [InlineData("\"hb_port\":5", "\"hb_port\":null", "hb_port")]
    [InlineData("\"hb_port\":5", "\"hb_port\":4", "2 of its ports are 4; expected five different ones")]
    [InlineData("\"hb_port\":5", "\"hb_port\":5,\"hb_port\":6", "hb_port")]
    [InlineData("\"hb_port\":5", "\"hb_port\":5,\"a\":{\"b\":1,\"b\":2}", "b")]
    [InlineData("\"shell_port\":1,", "", "shell_port")]
    [InlineData("\"key\":\"k\"", "\"key\":\"\\ud800\"", "its key has half of a surrogate pair")]
    [InlineData("\"key\":\"k\"", "\"key\":5", "'key' is a number; expected text")]
    [InlineData("\"key\":\"k\"", "\"key\":null", "it has no key")]
    [InlineData("\"key\":\"k\",", "", "it has no key")]
    [InlineData("{", "", "JSON")]
    [InlineData("{", "[", "")]
    [InlineData(Good, "", "JSON")]
    [InlineData(Good, "null", "it is not a JSON object")]
    [InlineData(Good, "{\"\0\":1}", "line 1: expected text in UTF-8")]
    public void That_cannot_be_used_says_why(string good, string bad, string why) =>
        Assert.Contains(why, Assert.Throws<ConnectionFileException>(() => Load(Good.Replace(good, bad))).Message);

    [Fact]
    public void That_is_not_there_is_named() =>
        Assert.Contains(
            "nowhere.json", Assert.Throws<ConnectionFileException>(() => ConnectionFile.Load("nowhere.json")).Message);

    [Theory]
    [InlineData("localhost", "127.0.0.1")]
    [InlineData("", "127.0.0.1")]
    [InlineData("127.1", "127.0.0.1")]
    [InlineData("127.0.0.2", "127.0.0.2")]
    [InlineData("::1", "::1")]
    public void An_address_of_this_machine_is_one_however_it_is_written(string given, string ip) =>
        Assert.Equal(ip, Load(Good.Replace("127.0.0.1", given)).Ip);

    [Fact]
    public void That_says_that_nothing_is_signed_is_read() =>
        Assert.Equal("", Load(Good.Replace("\"k\"", "\"\"")).Key);

    [Fact]
    public void Bytes_of_another_encoding_are_named()
    {
        File.WriteAllText(path, Good.Replace("\"k\"", "\"é\""), Encoding.Latin1);
        Assert.Contains("line 2: expected text in UTF-8, but there are the bytes E9", Problem());
        File.WriteAllText(path, Good, Encoding.Unicode);
        Assert.Contains("this is UTF-16", Problem());
        File.WriteAllText(path, Good, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Assert.Equal("k", ConnectionFile.Load(path).Key);
    }

    [Fact]
    public void That_is_too_long_or_too_deep_or_none_is_told()
    {
        File.WriteAllText(path, Good.Replace("\"k\"", $"\"{new string('k', 2 << 20)}\""));
        Assert.Contains("expected at most 1,048,576 bytes", Problem());
        File.WriteAllText(path, new string('[', 10_000) + new string(']', 10_000));
        Assert.Contains(path, Problem());
        if (File.Exists("/dev/zero")) Assert.Throws<ConnectionFileException>(() => ConnectionFile.Load("/dev/zero"));
        Assert.Throws<ConnectionFileException>(() => ConnectionFile.Load(Path.GetTempPath()));
    }

    private string Problem() => Assert.Throws<ConnectionFileException>(() => ConnectionFile.Load(path)).Message;

    private ConnectionFile Load(string text)
    {
        File.WriteAllText(path, text);
        return ConnectionFile.Load(path);
    }
}
