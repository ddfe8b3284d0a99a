using Adr.Cli.Doctor;

namespace Adr.Cli.Tests.Doctor;

public sealed class DiagnosisTests
{
    private static readonly SystemFacts System = new("10.0.100", ".NET 10", "Linux", "x64", "A processor", 2, 8, ["avx2"]);
    private static readonly EngineFacts Engine = new("system", "Adr.Torch 0.1.0", "1.13.1", "/usr/lib/libtorch_cpu.so", false, 0, 2, null, null);
    private static readonly BlasFacts Blas = new("/usr/lib/openblas/libblas.so.3", false, 100);
    private static readonly DataSetFacts Data = new("MNIST", "/data/mnist", "complete", 60000, 10000, []);

    public sealed class Judge
    {
        [Fact]
        public void A_good_machine_has_no_problem()
        {
            var report = Diagnosis.Judge(System, Engine, Blas, [Data]);

            Assert.True(report.Ok);
            Assert.Empty(report.Problems);
        }

        [Fact]
        public void Data_that_is_absent_is_no_problem() =>
            Assert.Empty(Diagnosis.Judge(System, Engine, Blas, [Data with { State = "absent", Missing = ["x"] }]).Problems);

        [Fact]
        public void An_engine_that_does_not_load_is_fatal_and_comes_first()
        {
            var report = Diagnosis.Judge(System with { MemoryGiB = 1 }, Engine with { Error = "libtorch.so is gone" }, Blas, []);

            Assert.False(report.Ok);
            Assert.Equal([true, false], report.Problems.Select(problem => problem.Fatal));
            Assert.Contains("libtorch.so is gone", report.Problems[0].What);
        }

        [Fact]
        public void No_SDK_is_fatal() => Assert.False(Diagnosis.Judge(System with { Sdk = null }, Engine, Blas, []).Ok);

        public static TheoryData<EngineFacts, BlasFacts, DataSetFacts, string> Warnings => new()
        {
            { Engine, Blas with { Slow = true, GigaflopsPerSecond = 5 }, Data, "libopenblas0-pthread" },
            { Engine, Blas with { GigaflopsPerSecond = 5 }, Data, "nothing else keeps the processor busy" },
            { Engine with { Threads = 1 }, Blas, Data, "unset OMP_NUM_THREADS" },
            { Engine, Blas, Data with { State = "partial", Missing = ["t10k is missing"] }, "ADR_DATA" },
        };

        [Theory]
        [MemberData(nameof(Warnings))]
        public void What_only_slows_or_lacks_is_a_warning_with_advice(EngineFacts engine, BlasFacts blas, DataSetFacts data, string advice)
        {
            var report = Diagnosis.Judge(System, engine, blas, [data]);

            Assert.True(report.Ok);
            Assert.Contains(advice, Assert.Single(report.Problems).Advice);
        }

        [Fact]
        public void One_thread_is_no_problem_on_one_core() =>
            Assert.Empty(Diagnosis.Judge(System with { Cores = 1 }, Engine with { Threads = 1 }, Blas, []).Problems);

        [Fact]
        public void A_slow_product_is_no_matter_on_a_GPU() =>
            Assert.Empty(Diagnosis.Judge(System, Engine with { Cuda = true }, Blas with { GigaflopsPerSecond = 5 }, []).Problems);
    }

    public sealed class Instructions
    {
        [Theory]
        [InlineData("model name\t: AMD\nflags\t\t: fpu avx2 avx512_bf16 sse\n", new[] { "avx2", "avx512_bf16" })]
        [InlineData("Features\t: fp asimd bf16\n", new[] { "asimd", "bf16" })]
        [InlineData("", new string[0])]
        public void Are_read_on_x86_and_on_Arm(string cpuinfo, string[] expected) => Assert.Equal(expected, SystemProbe.Instructions(cpuinfo));
    }
}
