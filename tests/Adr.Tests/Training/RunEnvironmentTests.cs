using System.Text.Json;
using Adr.Native;
using Adr.Training;
using TorchSharp;

namespace Adr.Tests.Training;

public static class RunEnvironmentTests
{
    private static RunEnvironment Of(string processor, double? peak, string date = "2026-01-02") =>
        new(date, "0.1.0+abc", "0.107.0", "2.10", processor, 2, "Linux, .NET 10") { PeakMemoryGiB = peak };

    [Fact]
    public static void Says_what_this_machine_is()
    {
        var here = RunEnvironment.Here();

        Assert.Matches(@"^\d{4}-\d\d-\d\d$", here.Date);
        Assert.Matches(@"^\d+\.\d+\.\d+", here.Version);
        Assert.Equal(torch.__version__, here.Libtorch);
        Assert.Equal(torch.get_num_threads(), here.Threads);
        Assert.NotEmpty(here.Processor);
        Assert.Null(here.Gpu);
        Assert.InRange(here.MemoryGiB!.Value, 0.1, 1e5);
        if (!OperatingSystem.IsMacOS()) // which does not tell
            Assert.InRange(here.PeakMemoryGiB!.Value, 0.05, here.MemoryGiB.Value + 1);
        if (here.Commit is { } commit) Assert.Matches("^[0-9a-f]{7,40}$", commit);
    }

    [Theory]
    [InlineData("0.1.0+9f7b5ea", "9f7b5ea")]
    [InlineData("0.1.0-beta+9f7b5ea", "9f7b5ea")]
    [InlineData("0.1.0", null)]
    [InlineData("0.1.0+", null)]
    public static void Takes_the_commit_from_the_version(string version, string? commit) =>
        Assert.Equal(commit, (Of("a", 1) with { Version = version }).Commit);

    [Fact]
    public static void Names_a_GPU_where_there_is_one()
    {
        if (!torch.cuda.is_available())
        {
            Assert.Equal("unknown", RunEnvironment.Here("cuda:63").Gpu); // of a record that was asked for elsewhere
            return;
        }
        Assert.Equal(CudaDriver.NameOf(0), RunEnvironment.Here("cuda").Gpu);
        Assert.Equal(CudaDriver.NameOf(0), RunEnvironment.Here("cuda:0").Gpu);
        Assert.NotEmpty(CudaDriver.NameOf(0)!);
        Assert.Null(CudaDriver.NameOf(torch.cuda.device_count()));
    }

    [Fact]
    public static void Is_a_GPU_or_a_processor_with_its_threads_in_a_sentence()
    {
        Assert.Equal("a (2 threads)", Of("a", 1).Machine);
        Assert.Equal("NVIDIA H200", (Of("a", 1) with { Gpu = "NVIDIA H200" }).Machine);
    }

    [Fact]
    public static void A_list_goes_on_while_machine_and_versions_are_the_same()
    {
        var list = RunEnvironment.Continued([], Of("a", 1));
        list = RunEnvironment.Continued(list, Of("a", 3, "2026-01-03"));
        list = RunEnvironment.Continued(list, Of("a", 2, "2026-01-04"));
        Assert.Equal([Of("a", 3)], list);
        list = RunEnvironment.Continued(list, Of("b", 1, "2026-01-05"));
        list = RunEnvironment.Continued(list, Of("a", null, "2026-01-06"));
        Assert.Equal([Of("a", 3), Of("b", 1, "2026-01-05"), Of("a", null, "2026-01-06")], list);
    }

    [Fact]
    public static void A_record_of_training_is_cut_at_an_epoch_that_is_trained_again()
    {
        var record = TrainingRecord.Empty.With(1, Of("a", 1)).With(2, Of("a", 2)).With(3, Of("b", 1));
        Assert.Equal([new(1, 2, Of("a", 2)), new(3, 3, Of("b", 1))], record.Parts);
        Assert.Equal([new(1, 2, Of("a", 2)), new(3, 3, Of("c", 1))], record.With(3, Of("c", 1)).Parts);
        Assert.Equal([new(1, 2, Of("a", 2))], record.With(2, Of("a", 1)).Parts);
        Assert.Equal([new(1, 1, Of("c", 1))], record.With(1, Of("c", 1)).Parts);
        // epochs of a version without records
        Assert.Equal([new(5, 6, Of("a", 1))], TrainingRecord.Empty.With(5, Of("a", 1)).With(6, Of("a", 1)).Parts);
    }

    [Theory]
    [InlineData("0, 1", "epochs 0 to 1 do not follow epoch 0")]
    [InlineData("2, 1", "epochs 2 to 1 do not follow epoch 0")]
    [InlineData("1, 3; 3, 4", "epochs 3 to 4 do not follow epoch 3")]
    public static void A_record_of_doubled_epochs_is_named(string parts, string fault)
    {
        var record = new TrainingRecord([.. parts.Split(';').Select(part => part.Split(',').Select(int.Parse).ToArray())
            .Select(part => new TrainingPart(part[0], part[1], Of("a", 1)))]);
        Assert.Equal(fault, ((IStored)record).Faults().First());
    }

    [Fact]
    public static void One_of_before_is_read()
    {
        var before = Json.To<RunEnvironment>(System.Text.Json.Nodes.JsonNode.Parse("""
            {"date":"2026-11-28","version":"0.1.0+abc","torchSharp":"0.107.0","libtorch":"2.10","processor":"a",
             "threads":2,"system":"Linux"}
            """), "it");
        Assert.Equal(("abc", null, null, null), (before.Commit, before.Gpu, before.MemoryGiB, before.PeakMemoryGiB));
        Assert.Contains("\"commit\":\"abc\"", JsonSerializer.Serialize(before, Json.Compact), StringComparison.Ordinal);
    }
}
