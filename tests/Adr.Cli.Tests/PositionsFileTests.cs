namespace Adr.Cli.Tests;

public sealed class PositionsFileTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("7\n3\r\n  9\t# the last\n\n# nothing\n", 7, 3, 9)]
    public void Has_one_position_in_a_line(string text, params int[] positions)
    {
        File.WriteAllText(path, text);
        Assert.Equal(positions, PositionsFile.Read(path, 10));
    }

    [Theory]
    [InlineData("1\n10", "line 2: expected a position from 0 to 9, not '10'.")]
    [InlineData("-1", "line 1: expected a position from 0 to 9, not '-1'.")]
    [InlineData("\n\n1 2", "line 3: expected a position from 0 to 9, not '1 2'.")]
    [InlineData("1.0", "line 1: expected a position from 0 to 9, not '1.0'.")]
    [InlineData("99999999999999999999999999999999999999999999",
        "line 1: expected a position from 0 to 9, not '9999999999999999999999999999999999999999…'.")]
    [InlineData("4\n# 4\n04", "line 3: position 4 is in line 1, too.")]
    [InlineData("# nothing\n", "has no position. Expected is one in each line, from 0 to 9.")]
    [InlineData("", "has no position.")]
    public void Anything_else_is_named_with_its_line(string text, string fault)
    {
        File.WriteAllText(path, text);
        var error = Assert.Throws<UsageException>(() => PositionsFile.Read(path, 10));
        Assert.StartsWith(path, error.Message);
        Assert.Contains(fault, error.Message);
    }
}
