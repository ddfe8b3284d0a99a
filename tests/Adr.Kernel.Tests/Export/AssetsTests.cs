using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Adr.Kernel.Export;

namespace Adr.Kernel.Tests.Export;

public class AssetsTests
{
    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string caller = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(caller)!, "../../../src/Adr.Kernel/Export/assets"));

    [Fact]
    public void Are_the_copies_that_the_readme_names()
    {
        var rows = Regex.Matches(
            File.ReadAllText(Path.Combine(Folder(), "README.md")), @"\| `([\w.-]+)` \|.*`([0-9a-f]{64})`").ToArray();
        Assert.Equal(3, rows.Length);
        Assert.All(rows, row => Assert.Equal(row.Groups[2].Value, Sum(row.Groups[1].Value)));
        var fonts = File.ReadAllLines(Path.Combine(Folder(), "fonts/SHA256SUMS"))
            .Select(line => line.Split("  ")).ToArray();
        Assert.Equal(20, fonts.Length);
        Assert.All(fonts, font => Assert.Equal(font[0], Sum("fonts/" + font[1])));
    }

    [Fact]
    public void That_is_not_there_is_named() =>
        Assert.Contains(
            "nothing.js", Assert.Throws<InvalidOperationException>(() => Assets.Bytes("nothing.js")).Message);

    private static string Sum(string name) => Convert.ToHexStringLower(SHA256.HashData(Assets.Bytes(name)));
}
