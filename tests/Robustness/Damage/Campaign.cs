using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Adr.Robustness.Parsers;

namespace Adr.Robustness.Damage;

/// <summary>Tries a parser at damaged samples and counts what became of them.</summary>
/// <remarks>A case is its number: the same seed, parser and number give the same input again.</remarks>
internal static class Campaign
{
    /// <summary>Runs the cases from 0 on.</summary>
    /// <param name="parser">The parser.</param>
    /// <param name="cases">How many.</param>
    /// <param name="seed">Decides the damage.</param>
    /// <exception cref="InvalidOperationException">The parser refuses a valid sample.</exception>
    internal static CampaignReport Run(Parser parser, int cases, long seed)
    {
        var folder = Directory.CreateTempSubdirectory("adr-damage-").FullName;
        try
        {
            var samples = parser.MakeSamples(folder);
            using var process = new ParserProcess(parser.Name, folder);
            var report = new CampaignReport { Parser = parser.Name, Seed = seed };
            var valid = samples.Select(sample => Content(process, sample)).ToHashSet();
            for (var number = 0; number < cases; number++)
            {
                var (sample, damaged) = Case(parser, samples, seed, number);
                var verdict = Judged(process.Try(sample.File, damaged.Bytes), damaged.IsCovered, valid);
                report.Count(verdict, valid.Contains(verdict.Content));
                if (verdict.Outcome != Outcome.Problem) continue;
                var known = report.ProblemsByKind.Find(problem => problem.Kind == verdict.Kind);
                if (known is not null) known.Count++;
                else report.ProblemsByKind.Add(Problem(number, verdict, sample.File, Shrinking.Smallest(damaged.Bytes,
                    bytes => Judged(process.Try(sample.File, bytes), damaged.IsCovered, valid).Kind == verdict.Kind)));
            }
            return report;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Content(ParserProcess process, Sample sample)
    {
        var verdict = process.Try(sample.File, sample.Bytes);
        return verdict.Outcome == Outcome.Accepted ? verdict.Content : throw new InvalidOperationException(
            $"The valid sample {sample.File} was not accepted: {verdict.Kind} {verdict.Words}");
    }

    private static (Sample Sample, Damaged Damaged) Case(
        Parser parser, IReadOnlyList<Sample> samples, long seed, int number)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{parser.Name}/{number}"));
        var random = new Random(BinaryPrimitives.ReadInt32LittleEndian(hash));
        var sample = samples[number % samples.Count];
        var others = samples.Where(other => other.Form == sample.Form).ToList();
        var damaged = sample.Form.Damage(sample.Bytes, others[random.Next(others.Count)].Bytes, random);
        return (sample, damaged with { IsCovered = parser.IsCovered(sample, damaged) });
    }

    private static Verdict Judged(Verdict verdict, bool isCovered, HashSet<string> valid) =>
        verdict.Outcome == Outcome.Accepted && isCovered && !valid.Contains(verdict.Content)
            ? verdict with
            {
                Outcome = Outcome.Problem, Kind = "accepted",
                Words = "a checksum covers what was changed, and yet other content was read",
            }
            : verdict;

    private static CampaignProblem Problem(int number, Verdict verdict, string file, byte[] smallest) => new()
    {
        Kind = verdict.Kind,
        Case = number,
        File = file,
        Words = string.Join('\n', verdict.Words.Split('\n').Take(12)),
        Bytes = smallest.Length,
        Input = Shown(smallest),
    };

    private static string Shown(byte[] bytes)
    {
        const int Most = 400;
        var isText = bytes.All(one => one is >= 0x20 and < 0x7F or (byte)'\n' or (byte)'\r' or (byte)'\t');
        var shown = isText ? Encoding.ASCII.GetString(bytes) : Convert.ToHexString(bytes);
        return shown.Length <= Most ? shown : $"{shown[..Most]}… ({shown.Length} characters)";
    }
}

/// <summary>What became of the cases of one parser.</summary>
internal sealed record CampaignReport
{
    /// <summary>The parser's name.</summary>
    public required string Parser { get; init; }

    /// <summary>What decided the damage.</summary>
    public required long Seed { get; init; }

    /// <summary>How many inputs were tried.</summary>
    public int Cases { get; private set; }

    /// <summary>Those that the parser refused by its one exception.</summary>
    public int Refused { get; private set; }

    /// <summary>Those that were read as a valid sample is: the damage touched nothing that counts.</summary>
    public int AcceptedEqual { get; private set; }

    /// <summary>Those that were read as something else, where no checksum covers what was changed.</summary>
    public int AcceptedDifferent { get; private set; }

    /// <summary>All others.</summary>
    public int Problems { get; private set; }

    /// <summary>The longest that an input took.</summary>
    public double LongestMilliseconds { get; private set; }

    /// <summary>The most resident memory of a process that ran the parser.</summary>
    public double PeakMebibytes { get; private set; }

    /// <summary>The problems, each kind with its first case.</summary>
    public List<CampaignProblem> ProblemsByKind { get; } = [];

    /// <summary>Counts an input.</summary>
    internal void Count(Verdict verdict, bool isEqual)
    {
        Cases++;
        if (verdict.Outcome == Outcome.Refused) Refused++;
        else if (verdict.Outcome == Outcome.Problem) Problems++;
        else if (isEqual) AcceptedEqual++;
        else AcceptedDifferent++;
        LongestMilliseconds = Math.Max(LongestMilliseconds, Math.Round(verdict.Milliseconds, 1));
        PeakMebibytes = Math.Max(PeakMebibytes, Math.Round(verdict.PeakMebibytes));
    }
}

/// <summary>One kind of problem.</summary>
internal sealed record CampaignProblem
{
    /// <summary>The type of the exception, or "hang", "memory", "exit 134", "accepted", "no file named".</summary>
    public required string Kind { get; init; }

    /// <summary>How many cases have it.</summary>
    public int Count { get; set; } = 1;

    /// <summary>The number of the first.</summary>
    public required int Case { get; init; }

    /// <summary>The file that was damaged.</summary>
    public required string File { get; init; }

    /// <summary>What was said.</summary>
    public required string Words { get; init; }

    /// <summary>The length of the smallest input that has it.</summary>
    public required int Bytes { get; init; }

    /// <summary>That input, as text or in hexadecimal digits.</summary>
    public required string Input { get; init; }
}
