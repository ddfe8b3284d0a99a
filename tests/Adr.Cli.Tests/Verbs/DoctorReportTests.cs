
namespace Adr.Cli.Tests;

public sealed class DoctorReportTests
{
    private static readonly SystemFacts System =
        new("10.0.100", ".NET 10", "Linux", "x64", "A processor", 2, 8, ["avx2"]);
    private static readonly TorchFacts Torch =
        new("0.107.0", "2.10.0", "/packages/libtorch_cpu.so", null, false, 0, 2, 100, null);
    private static readonly DataSetFacts Data = new("MNIST", "/data/mnist", "complete", 60000, 10000, []);

    public sealed class Of
    {
        [Fact]
        public void A_good_machine_has_no_problem()
        {
            var report = DoctorReport.Of(System, Torch, [Data]);

            Assert.True(report.Ok);
            Assert.Empty(report.Problems);
        }

        [Fact]
        public void Data_that_is_absent_is_no_problem() =>
            Assert.Empty(DoctorReport.Of(System, Torch, [Data with { State = "absent", Missing = ["x"] }]).Problems);

        [Fact]
        public void A_library_that_does_not_load_is_fatal_and_comes_first()
        {
            var torch = Torch with { Error = "libtorch.so is gone" };
            var report = DoctorReport.Of(System with { MemoryGiB = 1 }, torch, []);

            Assert.False(report.Ok);
            Assert.Equal([true, false], report.Problems.Select(problem => problem.Fatal));
            Assert.Contains("libtorch.so is gone", report.Problems[0].What);
        }

        [Fact]
        public void No_SDK_is_fatal() => Assert.False(DoctorReport.Of(System with { Sdk = null }, Torch, []).Ok);

        public static TheoryData<TorchFacts, DataSetFacts, string> Warnings => new()
        {
            { Torch with { GigaflopsPerSecond = 5 }, Data, "nothing else keeps the processor busy" },
            { Torch with { Threads = 1 }, Data, "unset OMP_NUM_THREADS" },
            { Torch, Data with { State = "partial", Missing = ["t10k is missing"] }, "ADR_DATA" },
            { Torch, Data with { State = "a part of it", Notes = ["t10k has 3 labels"] }, "not those of the original" },
        };

        [Theory]
        [MemberData(nameof(Warnings))]
        public void What_only_slows_or_lacks_is_a_warning_with_advice(
            TorchFacts torch, DataSetFacts data, string advice)
        {
            var report = DoctorReport.Of(System, torch, [data]);

            Assert.True(report.Ok);
            Assert.Contains(advice, Assert.Single(report.Problems).Advice);
        }

        [Fact]
        public void One_thread_is_no_problem_on_one_core() =>
            Assert.Empty(DoctorReport.Of(System with { Cores = 1 }, Torch with { Threads = 1 }, []).Problems);

        [Fact]
        public void A_slow_product_is_no_matter_on_a_GPU() =>
            Assert.Empty(DoctorReport.Of(System, Torch with { Cuda = true, GigaflopsPerSecond = 5 }, []).Problems);
    }
}
