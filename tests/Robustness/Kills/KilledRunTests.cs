using System.Diagnostics;
using Xunit.Abstractions;

namespace Adr.Robustness.Kills;

/// <summary>Commands that are killed at random moments, and run again until they end.</summary>
/// <remarks><c>ADR_KILLS=25</c> kills each command so often, <c>ADR_SEED=7</c> at other moments, and
/// <c>ADR_CAMPAIGN=FOLDER</c> keeps the counts (docs/reliability.md).</remarks>
public sealed class KilledRunTests(ITestOutputHelper output) : IDisposable
{
    private const int EveryDraft = 4; // so often a kill waits until a file is being written

    private static readonly int Kills = (int)CampaignFolder.Setting("ADR_KILLS", 2);
    private static readonly int Seed = (int)CampaignFolder.Setting("ADR_SEED", Environment.TickCount);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("adr-killed-").FullName;

    // Between the two ways of adr run there is little difference, so that few kills try one of them.
    public static TheoryData<string> Commands => [.. KilledCommand.All.Select(command => command.Name)
        .Where(name => Kills > 2 || name != "run -o")];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [KillTheory]
    [MemberData(nameof(Commands))]
    public void A_killed_command_leaves_valid_files_and_ends_with_the_same_bytes_when_run_again(string name)
    {
        output.WriteLine($"ADR_SEED={Seed}");
        var command = KilledCommand.Of(name);
        var random = new Random(Seed);
        var counts = new KillCounts { Command = name, Seed = Seed };
        while (counts.Kills < Kills)
        {
            var work = New(command, $"killed {counts.Runs}");
            counts.Runs++;
            while (Killed(command, work, random, counts)) Folder.Check(work);
            Assert.Empty(Folder.Drafts(work));
            Assert.Equal(command.Whole.Content, Folder.Content(work));
        }
        output.WriteLine($"{counts}");
        CampaignFolder.Save("killed", name, counts);
    }

    /// <summary>Kills a run, unless it is killed often enough; false if it has come to its end.</summary>
    private static bool Killed(KilledCommand command, string work, Random random, KillCounts counts)
    {
        var inWrite = counts.Kills % EveryDraft == 1;
        using var run = new AdrProcess(command.Arguments(work));
        if (counts.Kills < Kills)
        {
            if (inWrite) WaitForDraft(run, work);
            else Wait(run, command.Whole, random);
            run.Kill();
        }
        if (run.Wait() is var code && code != AdrProcess.Killed)
        {
            Assert.True(code == 0, $"run again after {counts}, it ended with {code}: {run.Errors}");
            return false;
        }
        counts.Kills++;
        if (inWrite) counts.AtDraft++;
        if (Folder.Drafts(work).Count > 0) counts.LeftDraft++;
        Assert.True(SpinWait.SpinUntil(() => run.CountLeft() == 0, Patience), "a process outlives the killed one");
        return true;
    }

    // A random line of its output and a random part of the time until the next one: a busy machine writes them later.
    private static void Wait(AdrProcess run, WholeRun whole, Random random)
    {
        var lines = random.Next(whole.Lines);
        var rest = whole.Length / whole.Lines * random.NextDouble();
        while (!run.HasEnded && run.Lines <= lines) Thread.Sleep(1);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < rest && !run.HasEnded;) Thread.Sleep(1);
    }

    private static void WaitForDraft(AdrProcess run, string work)
    {
        while (!run.HasEnded && Folder.Drafts(work).Count == 0)
        {
            // without a pause: a draft is there for milliseconds
        }
    }

    private string New(KilledCommand command, string name)
    {
        var work = Path.Combine(folder, name);
        Directory.CreateDirectory(work);
        command.Prepare(work);
        return work;
    }
}

/// <summary>What was done to a command.</summary>
internal sealed record KillCounts
{
    /// <summary>Its name.</summary>
    public required string Command { get; init; }

    /// <summary>What decided the moments.</summary>
    public required int Seed { get; init; }

    /// <summary>How often it was begun from nothing.</summary>
    public int Runs { get; set; }

    /// <summary>How often it was killed.</summary>
    public int Kills { get; set; }

    /// <summary>Those kills that waited until a file was being written.</summary>
    public int AtDraft { get; set; }

    /// <summary>Those after which an unfinished draft was left.</summary>
    public int LeftDraft { get; set; }
}

/// <summary>A test that finds what a killed process leaves in /proc, which other systems do not have.</summary>
internal sealed class KillTheoryAttribute : TheoryAttribute
{
    public KillTheoryAttribute()
    {
        if (!OperatingSystem.IsLinux()) Skip = "It looks for processes in /proc, which only Linux has.";
    }
}
