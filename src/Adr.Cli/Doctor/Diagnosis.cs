namespace Adr.Cli.Doctor;

/// <summary>Turns what was found into problems, each with what to do about it.</summary>
public static class Diagnosis
{
    /// <summary>Below this a 512×512 product is not worth training with: one core of a laptop reaches 50 and more.</summary>
    public const double SlowGigaflops = 15;

    /// <summary>Looks at everything and judges it.</summary>
    public static DoctorReport Look()
    {
        var system = SystemProbe.Look();
        var torch = TorchProbe.Look();
        var data = torch.Error is null ? DataProbe.Look() : [];
        return Judge(system, torch, data);
    }

    /// <summary>The report on these findings; fatal problems come first.</summary>
    public static DoctorReport Judge(SystemFacts system, TorchFacts torch, IReadOnlyList<DataSetFacts> data)
    {
        List<Problem> problems = [.. System(system), .. Torch(torch, system), .. data.Select(Data).OfType<Problem>()];
        return new DoctorReport(
            !problems.Exists(problem => problem.Fatal), system, torch, data, [.. problems.OrderByDescending(problem => problem.Fatal)]);
    }

    private static IEnumerable<Problem> System(SystemFacts system)
    {
        if (system.Sdk is null)
            yield return new Problem(true, "no .NET 10 SDK answers to `dotnet --version` in the repository", "install the .NET 10 SDK and put dotnet on PATH");
        if (system.MemoryGiB < 3)
            yield return new Problem(false, $"{system.MemoryGiB} GiB of memory", "the experiments are tried with 4 GiB and more; use --budget smoke here");
    }

    private static IEnumerable<Problem> Torch(TorchFacts torch, SystemFacts system)
    {
        if (torch.Error is { } error)
        {
            yield return new Problem(true, error, "see \"Older and other systems\" in environment.md");
            yield break;
        }

        if (!torch.Cuda && torch.GigaflopsPerSecond < SlowGigaflops)
            yield return new Problem(
                false, $"matrix products reach {torch.GigaflopsPerSecond} GFLOP/s only", "see that nothing else keeps the processor busy, then ask again");
        if (torch.Threads == 1 && system.Cores > 1)
            yield return new Problem(false, $"libtorch uses one thread of {system.Cores} cores", "unset OMP_NUM_THREADS");
    }

    private static Problem? Data(DataSetFacts data) => data.State != "partial" ? null : new Problem(
        false, $"{data.Name} in {data.Folder} is not complete: {string.Join("; ", data.Missing)}", "fetch the named files again; ADR_DATA names the folder that holds the data sets");
}
