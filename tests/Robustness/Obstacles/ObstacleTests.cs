using System.Globalization;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Robustness.Kills;
using Adr.Training;

namespace Adr.Robustness.Obstacles;

/// <summary>What keeps a command from its work ends it in words, and what was saved stays valid.</summary>
public sealed class ObstacleTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr-obstacle-").FullName;

    // The two ways of adr run meet a full disk differently, and all else alike.
    public static TheoryData<string> Commands =>
        [.. KilledCommand.All.Select(command => command.Name).Where(name => name != "run -o")];

    /// <summary>How many KiB each command finds: enough for its first files, and not for the next ones.</summary>
    public static TheoryData<string, int> Rooms => new()
    {
        { "train", 6000 }, { "sweep", 6000 }, { "attack", 4 }, { "run --in-place", 4 }, { "run -o", 8 },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("train")]
    [InlineData("sweep")]
    public void A_run_folder_in_use_is_refused_and_the_run_in_it_goes_on(string verb)
    {
        var runs = Path.Combine(folder, "runs");
        var matrix = Path.Combine(folder, "matrix.json");
        var run = KilledCommand.Tiny(matrix, runs).Runs[0];
        string[] arguments = verb == "sweep" ? ["sweep", matrix, "--runs", runs] :
        [
            "train", "--defence", run.Defence, "--runs", runs, "--device", "cpu",
            "--epochs", Text(run.Experiment.Epochs), "--train-count", Text(run.Experiment.TrainCount),
            "--validation-count", Text(run.Experiment.ValidationCount), "--batch-size", Text(run.Experiment.BatchSize),
        ];
        var tried = false;

        run.Run(new Meanwhile<TrainingProgress>(() =>
        {
            if (tried) return;
            tried = true;
            using var second = new AdrProcess(arguments);
            second.EndsInWords();
            Assert.Contains("is in use by another run", second.Errors);
        }));

        Assert.True(tried);
        Folder.Check(folder);
        Assert.Equal("evaluated", run.State());
    }

    [Fact]
    public void Two_attacks_with_one_state_file_end_with_the_same_report_or_in_words()
    {
        var command = KilledCommand.Of("attack");
        command.Prepare(folder);
        var arguments = command.Arguments(folder);
        using var first = new AdrProcess(arguments);
        using var second = new AdrProcess(arguments);

        AtLeastOneIsDone(first, second);

        Folder.Check(folder);
        Assert.Empty(Folder.Drafts(folder));
        using var again = new AdrProcess(arguments);
        Assert.True(again.Wait() == 0, again.Errors);
    }

    [Fact]
    public void Two_runs_of_one_notebook_in_place_leave_a_whole_notebook()
    {
        var command = KilledCommand.Of("run --in-place");
        command.Prepare(folder);
        using var first = new AdrProcess(command.Arguments(folder));
        using var second = new AdrProcess(command.Arguments(folder));

        AtLeastOneIsDone(first, second);

        Folder.Check(folder);
        Assert.Empty(Folder.Drafts(folder));
    }

    [OwnMountTheory]
    [MemberData(nameof(Rooms))]
    public void A_full_disk_is_said_and_the_same_command_goes_on_when_there_is_room(string name, int room)
    {
        var command = KilledCommand.Of(name);
        var (small, left) = (New("small"), New("left"));
        command.Prepare(small);
        var within = OwnMount.Around($$"""
            disk=$(mktemp -d) && mount -t tmpfs -o size=32m tmpfs "$disk" && cp -a '{{small}}/.' "$disk" &&
            mount --bind "$disk" '{{small}}' &&
            free=$(df -k --output=avail "$disk" | tail -n 1) &&
            head -c $(((free - {{room}}) * 1024)) /dev/zero >"$disk/filler" || exit
            "$@"
            code=$?
            rm "$disk/filler" && cp -a "$disk/." '{{left}}' && umount '{{small}}' && umount "$disk" && rmdir "$disk"
            exit $code
            """);
        using (var full = new AdrProcess(command.Arguments(small), within)) full.EndsInWords();

        Folder.Check(left);
        Assert.Empty(Folder.Drafts(left));
        using var again = new AdrProcess(command.Arguments(left));
        Assert.True(again.Wait() == 0, again.Errors);
        Assert.Equal(command.Whole.Content, Folder.Content(left));
    }

    [OwnMountTheory]
    [MemberData(nameof(Commands))]
    public void A_folder_that_cannot_be_written_is_named(string name)
    {
        var command = KilledCommand.Of(name);
        command.Prepare(folder);
        var before = Folder.Content(folder);
        var within = OwnMount.Around(
            $"mount --bind '{folder}' '{folder}' && mount -o remount,bind,ro '{folder}' && exec \"$@\"");

        using (var adr = new AdrProcess(command.Arguments(folder), within))
        {
            adr.EndsInWords();
            Assert.Contains(folder, adr.Errors);
        }

        Assert.Equal(before, Folder.Content(folder));
    }

    [DevFullTheory]
    [MemberData(nameof(Commands))]
    public void Output_that_nobody_can_take_does_not_end_the_work(string name)
    {
        var command = KilledCommand.Of(name);
        command.Prepare(folder);

        using var adr = new AdrProcess(command.Arguments(folder), OwnMount.Shell("exec \"$@\" >/dev/full"));
        adr.Wait();

        Assert.DoesNotContain("   at ", adr.Errors);
        Assert.Equal(command.Whole.Content, Folder.Content(folder));
    }

    [Theory]
    [InlineData("cifar-10", "attack", "WEIGHTS", "--data", "cifar-10")]
    [InlineData("mnist", "attack", "WEIGHTS", "--data", "mnist")]
    [InlineData("absent.safetensors", "attack", "absent.safetensors")]
    [InlineData("absent.json", "sweep", "absent.json")]
    [InlineData("absent.json", "table", "absent.json")]
    [InlineData("mnist", "sweep", "MATRIX")]
    [InlineData("absent.ipynb", "run", "absent.ipynb")]
    [InlineData("absent.yaml", "run", "NOTEBOOK", "-f", "absent.yaml")]
    [InlineData("absent.json", "kernel", "run", "absent.json")]
    public void What_is_missing_is_named(string name, params string[] arguments)
    {
        foreach (var command in KilledCommand.All.DistinctBy(command => command.Prepare)) command.Prepare(folder);
        var matrix = Path.Combine(folder, "matrix.json");
        File.WriteAllText(matrix, File.ReadAllText(matrix).Replace("smoke", "desktop", StringComparison.Ordinal));
        string Real(string argument) => argument switch
        {
            "WEIGHTS" => Path.Combine(folder, "weights.safetensors"),
            "MATRIX" => matrix,
            "NOTEBOOK" => Path.Combine(folder, "a.ipynb"),
            _ => argument.StartsWith("absent", StringComparison.Ordinal) ? Path.Combine(folder, argument) : argument,
        };

        using var adr = new AdrProcess([.. arguments.Select(Real)], environment: new Dictionary<string, string>
        {
            ["ADR_DATA"] = New("no data"), ["ADR_RUNS"] = Path.Combine(folder, "runs"),
        });

        adr.EndsInWords();
        Assert.Contains(name, adr.Errors);
    }

    private static void AtLeastOneIsDone(AdrProcess first, AdrProcess second)
    {
        var done = 0;
        foreach (var adr in new[] { first, second })
        {
            if (adr.Wait() == 0) done++;
            else adr.EndsInWords();
        }
        Assert.InRange(done, 1, 2);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private string New(string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;

    private sealed class Meanwhile<T>(Action act) : IProgress<T>
    {
        public void Report(T value) => act();
    }
}

/// <summary>A test that needs /dev/full.</summary>
internal sealed class DevFullTheoryAttribute : TheoryAttribute
{
    public DevFullTheoryAttribute()
    {
        if (!File.Exists("/dev/full")) Skip = "It needs /dev/full, which only Linux has.";
    }
}
