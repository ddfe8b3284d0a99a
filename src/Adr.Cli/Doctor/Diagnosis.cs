namespace Adr.Cli.Doctor;

/// <summary>Turns what was found into problems, each with what to do about it.</summary>
public static class Diagnosis
{
    /// <summary>Below this a 512×512 product is not worth training with: the reference BLAS reaches about 5, OpenBLAS 50 and more on one core.</summary>
    public const double SlowGigaflops = 15;

    /// <summary>Looks at everything and judges it.</summary>
    public static DoctorReport Look()
    {
        var system = SystemProbe.Look();
        var (engine, blas) = EngineProbe.Look();
        var data = engine.Error is null ? DataProbe.Look() : [];
        return Judge(system, engine, blas, data);
    }

    /// <summary>The report on these findings; fatal problems come first.</summary>
    public static DoctorReport Judge(SystemFacts system, EngineFacts engine, BlasFacts blas, IReadOnlyList<DataSetFacts> data)
    {
        List<Problem> problems = [.. System(system), .. Engine(engine, blas, system), .. data.Select(Data).OfType<Problem>()];
        return new DoctorReport(!problems.Exists(problem => problem.Fatal), system, engine, blas, data, [.. problems.OrderByDescending(problem => problem.Fatal)]);
    }

    private static IEnumerable<Problem> System(SystemFacts system)
    {
        if (system.Sdk is null)
            yield return new Problem(true, "no .NET 10 SDK answers to `dotnet --version` in the repository", "install the .NET 10 SDK and put dotnet on PATH");
        if (system.MemoryGiB < 3)
            yield return new Problem(false, $"{system.MemoryGiB} GiB of memory", "the experiments are tried with 4 GiB and more; use --budget smoke here");
    }

    private static IEnumerable<Problem> Engine(EngineFacts engine, BlasFacts blas, SystemFacts system)
    {
        if (engine.Error is { } error)
        {
            yield return new Problem(true, $"{engine.Assembly} could not load libtorch: {error}",
                engine.Kind == "system" ? "run ./adr again; it finds or installs a libtorch (environment.md has every way)" : "choose another engine, as in ADR_TORCH=system ./adr doctor (environment.md)");
            yield break;
        }

        if (blas.Slow)
            yield return new Problem(false, $"libtorch uses the slow reference BLAS, {blas.Path}", SlowBlas.Advice);
        else if (!engine.Cuda && blas.GigaflopsPerSecond < SlowGigaflops)
            yield return new Problem(false, $"matrix products reach {blas.GigaflopsPerSecond} GFLOP/s only", "see that nothing else keeps the processor busy, then ask again");
        if (engine.Threads == 1 && system.Cores > 1)
            yield return new Problem(false, $"libtorch uses one thread of {system.Cores} cores", "unset OMP_NUM_THREADS");
    }

    private static Problem? Data(DataSetFacts data) => data.State != "partial" ? null : new Problem(
        false, $"{data.Name} in {data.Folder} is not complete: {string.Join("; ", data.Missing)}", "fetch the named files again; ADR_DATA names the folder that holds the data sets");
}
