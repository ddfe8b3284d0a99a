using System.Globalization;

namespace Adr.Kernel.Tests.Engine;

/// <summary>What cells leave behind in the memory of a real engine.</summary>
public sealed class MemoryTests : IAsyncLifetime
{
    private const int Cells = 150; // after the first hundred; 1,000 take minutes

    private TestEngine engine = null!;

    public async Task InitializeAsync() => engine = await TestEngine.StartAsync();

    public async Task DisposeAsync() => await engine.DisposeAsync();

    [Fact]
    public async Task Cells_that_declare_nothing_leave_nothing()
    {
        await engine.RunAsync("var i = 0;");
        var (before, after) = await GrowthAsync(_ => "i + 1");
        Assert.True(after < 1.2 * before, $"{before:N0} bytes after 100 cells, {after:N0} after {100 + Cells}");
        var assemblies = await engine.ValueAsync("AppDomain.CurrentDomain.GetAssemblies().Length") ?? "";
        Assert.InRange(int.Parse(assemblies, CultureInfo.InvariantCulture), 1, 200); // The cells' own are unloaded.
    }

    [Fact]
    public async Task Cells_that_declare_something_leave_the_same_each()
    {
        var (before, after) = await GrowthAsync(n => $"var x{n} = {n};");
        var each = (after - before) / Cells;
        Assert.True(each < 150_000, $"{each:N0} bytes a cell");
        Assert.Equal("7", await engine.ValueAsync("x7"));
    }

    /// <summary>The managed memory after a hundred cells and after some hundred more.</summary>
    private async Task<(long Before, long After)> GrowthAsync(Func<int, string> code)
    {
        for (var n = 0; n < 100; n++) await engine.RunAsync(code(n));
        var before = await MemoryAsync();
        for (var n = 0; n < Cells; n++) await engine.RunAsync(code(100 + n));
        return (before, await MemoryAsync());
    }

    private async Task<long> MemoryAsync() => long.Parse(
        await engine.ValueAsync("GC.GetTotalMemory(forceFullCollection: true)") ?? "", CultureInfo.InvariantCulture);
}
