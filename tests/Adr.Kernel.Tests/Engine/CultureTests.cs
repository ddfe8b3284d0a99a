using Adr.Kernel.Engine;

namespace Adr.Kernel.Tests.Engine;

public class CultureTests
{
    private const string Sorted = "string.Join(\" \", new[] { \"apple\", \"Banana\" }.OrderBy(word => word))";

    [CultureDataFact]
    public async Task Text_is_sorted_as_people_do_and_cultures_are_known()
    {
        await using var engine = await TestEngine.StartAsync();
        Assert.Equal("apple Banana", await engine.ValueAsync(Sorted));
        const string German = "new System.Globalization.CultureInfo(\"de\")";
        Assert.Equal("1.234,5", await engine.ValueAsync($"1234.5.ToString(\"N1\", {German})"));
    }

    [CultureDataFact]
    public async Task Numbers_look_the_same_on_every_machine()
    {
        await using var engine = await TestEngine.StartAsync(With("LC_ALL=de_DE.UTF-8"));
        Assert.Equal("1.5", await engine.ValueAsync("$\"{1.5}\""));
    }

    [CultureDataFact]
    public async Task The_environment_can_do_without_culture_data()
    {
        await using var engine = await TestEngine.StartAsync(With("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"));
        Assert.Equal("Banana apple", await engine.ValueAsync(Sorted));
    }

    private static EngineCommand With(string variable) =>
        new("env", [variable, EngineCommand.Default.FileName, .. EngineCommand.Default.Arguments]);
}

/// <summary>A test that needs the culture data of the system (ICU) and the program <c>env</c>.</summary>
internal sealed class CultureDataFactAttribute : FactAttribute
{
    public CultureDataFactAttribute()
    {
        var isInvariant = Environment.GetEnvironmentVariable("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT");
        if (isInvariant is "1" or "true") Skip = "The environment says that there is no culture data.";
        else if (OperatingSystem.IsWindows()) Skip = "Windows has no program env.";
    }
}
