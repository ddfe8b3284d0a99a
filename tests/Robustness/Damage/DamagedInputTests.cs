using System.Text.Json;
using Adr.Robustness.Parsers;

namespace Adr.Robustness.Damage;

/// <summary>Every parser, in a process of its own, on damaged samples of what it reads.</summary>
/// <remarks>
/// <c>ADR_CASES=10000</c> tries so many for each parser, <c>ADR_SEED=7</c> others, and <c>ADR_CAMPAIGN=FOLDER</c> keeps
/// a report for each parser (docs/reliability.md).
/// </remarks>
public sealed class DamagedInputTests
{
    private static readonly int Cases = (int)Setting("ADR_CASES", 200);
    private static readonly long Seed = Setting("ADR_SEED", 1);

    public static TheoryData<string> Parsers => [.. Parser.All.Select(parser => parser.Name)];

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Damaged_input_is_refused_in_words_or_does_no_harm(string name)
    {
        var report = Campaign.Run(Parser.All.Single(parser => parser.Name == name), Cases, Seed);

        if (Environment.GetEnvironmentVariable("ADR_CAMPAIGN") is { Length: > 0 } folder)
            Campaign.Save(report, folder);
        Assert.Equal(Cases, report.Cases);
        Assert.InRange(report.Refused, name == "dib" ? 0 : 1, Cases);
        Assert.True(report.Problems == 0, $"{report.Problems} of {report.Cases} cases of {name}, seed {Seed}:\n"
            + JsonSerializer.Serialize(report.ProblemsByKind, new JsonSerializerOptions { WriteIndented = true }));
    }

    private static long Setting(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } given ? long.Parse(given) : otherwise;
}
