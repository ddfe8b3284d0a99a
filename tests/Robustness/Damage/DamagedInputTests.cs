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
    private static readonly int Cases = (int)CampaignFolder.Setting("ADR_CASES", 200);
    private static readonly long Seed = CampaignFolder.Setting("ADR_SEED", 1);

    public static TheoryData<string> Parsers => [.. Parser.All.Select(parser => parser.Name)];

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Damaged_input_is_refused_in_words_or_does_no_harm(string name)
    {
        var report = Campaign.Run(Parser.All.Single(parser => parser.Name == name), Cases, Seed);

        CampaignFolder.Save("damaged", name, report);
        Assert.Equal(Cases, report.Cases);
        Assert.InRange(report.Cases - report.AcceptedEqual, 1, Cases); // the damage reaches what is read
        Assert.True(report.Problems == 0, $"{report.Problems} of {report.Cases} cases of {name}, seed {Seed}:\n"
            + JsonSerializer.Serialize(report.ProblemsByKind, CampaignFolder.Indented));
    }
}
