using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Adr.Attacks;
using Adr.Data;
using Adr.Native;
using TorchSharp;

namespace Adr.Cli;

/// <summary>What <c>adr doctor</c> found on this machine; its JSON has the same form.</summary>
/// <param name="Ok">Nothing in <paramref name="Problems"/> keeps the experiments from running.</param>
/// <param name="System">The SDK and the machine.</param>
/// <param name="Torch">TorchSharp and the libtorch that it uses.</param>
/// <param name="Data">The known data sets, complete or not.</param>
/// <param name="Problems">The problems, the fatal ones first.</param>
public sealed record DoctorReport(
    bool Ok, SystemFacts System, TorchFacts Torch, IReadOnlyList<DataSetFacts> Data, IReadOnlyList<Problem> Problems)
{
    /// <summary>Examines this machine.</summary>
    public static DoctorReport Create()
    {
        var (system, torch) = (SystemFacts.Find(), TorchFacts.Find());
        var report = Of(system, torch, torch.Error is null ? DataSetFacts.FindAll() : []);
        if (DataSets.FolderProblem is not { } what) return report;
        return report with
        {
            Problems = [.. report.Problems, new(false, what, "let ADR_DATA name a folder, or unset it")],
        };
    }

    /// <summary>The report on these facts.</summary>
    public static DoctorReport Of(SystemFacts system, TorchFacts torch, IReadOnlyList<DataSetFacts> data)
    {
        Problem[] problems =
        [
            .. system.Problems(), .. torch.Problems(system), .. data.SelectMany(one => one.Problems()),
        ];
        var isOk = !problems.Any(problem => problem.Fatal);
        return new DoctorReport(isOk, system, torch, data, [.. problems.OrderByDescending(problem => problem.Fatal)]);
    }
}

/// <summary>Something that is wrong.</summary>
/// <param name="Fatal">The experiments cannot run; otherwise they run more slowly or with less data.</param>
/// <param name="What">What was found.</param>
/// <param name="Advice">What to do.</param>
public sealed record Problem(bool Fatal, string What, string Advice);

/// <summary>The SDK and the machine.</summary>
/// <param name="Sdk">The version of the .NET SDK that <c>dotnet</c> chooses in the repository; null for none.</param>
/// <param name="Runtime">The runtime of this process.</param>
/// <param name="Os">The operating system.</param>
/// <param name="Architecture">x64, arm64, …</param>
/// <param name="Cpu">The name of the processor, where the system tells it.</param>
/// <param name="Cores">The cores that this process may use.</param>
/// <param name="MemoryGiB">The memory that this process may use, in GiB.</param>
/// <param name="Instructions">Vector instructions that matter for training: avx2, avx512, neon.</param>
public sealed record SystemFacts(
    string? Sdk, string Runtime, string Os, string Architecture, string? Cpu, int Cores, double MemoryGiB,
    IReadOnlyList<string> Instructions)
{
    /// <summary>Examines the machine.</summary>
    public static SystemFacts Find() => new(
        InstalledSdk(), RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription,
        RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), Processor(), Environment.ProcessorCount,
        Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30), 1), VectorInstructions());

    internal IEnumerable<Problem> Problems()
    {
        if (Sdk is null)
            yield return new Problem(true, "`dotnet --version` finds no .NET 10 SDK in the repository",
                "install the .NET 10 SDK and put dotnet on PATH");
        if (MemoryGiB < 3)
            yield return new Problem(false, $"only {MemoryGiB} GiB of memory",
                "the experiments are tested with 4 GiB and more; use --budget smoke on this machine");
    }

    private static IReadOnlyList<string> VectorInstructions()
    {
        var found = new List<string>();
        if (Avx2.IsSupported) found.Add("avx2");
        if (Avx512F.IsSupported) found.Add("avx512");
        if (AdvSimd.IsSupported) found.Add("neon");
        return found;
    }

    // Linux has a file with the name, Windows a variable.
    private static string? Processor()
    {
        const string CpuInfo = "/proc/cpuinfo";
        if (!File.Exists(CpuInfo)) return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER");
        return File.ReadLines(CpuInfo)
            .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
    }

    // dotnet itself is asked, in the repository, because global.json takes part in the choice.
    private static string? InstalledSdk()
    {
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(dotnet, "--version")
        {
            WorkingDirectory = Repository.Clone ?? "", RedirectStandardOutput = true, RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var version = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? version : null;
        }
        catch (Win32Exception) // there is no dotnet on PATH
        {
            return null;
        }
    }
}

/// <summary>TorchSharp and the libtorch that it uses.</summary>
/// <param name="TorchSharp">The version of TorchSharp.</param>
/// <param name="Libtorch">The version of libtorch; null if it could not be loaded.</param>
/// <param name="LibtorchPath">The file that was loaded; null if none was.</param>
/// <param name="Replacement">
/// The copy of TorchSharp's native library that was loaded because the libstdc++ of this system is older than the one
/// it requires; null where the library itself was loaded.
/// </param>
/// <param name="Cuda">Whether libtorch can compute on a GPU.</param>
/// <param name="CudaDevices">The number of GPUs.</param>
/// <param name="Threads">The threads that libtorch uses within an operator.</param>
/// <param name="GigaflopsPerSecond">
/// The best of several products of 512×512 float matrices, in 10⁹ operations per second.
/// </param>
/// <param name="Error">Why libtorch could not be loaded; null if it was.</param>
public sealed record TorchFacts(
    string TorchSharp, string? Libtorch, string? LibtorchPath, string? Replacement, bool Cuda, int CudaDevices,
    int Threads, double GigaflopsPerSecond, string? Error)
{
    private const int Size = 512;
    private const double SlowGigaflops = 15; // one core of a laptop reaches 50 and more

    /// <summary>Loads and measures libtorch. If it cannot be loaded, the facts say so.</summary>
    public static TorchFacts Find()
    {
        var version = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
        try
        {
            LibtorchPackage.Load();
        }
        catch (NativeTorchException error)
        {
            return new TorchFacts(version, null, null, null, false, 0, 0, 0, error.Message);
        }
        var cuda = torch.cuda.is_available();
        return new TorchFacts(version, torch.__version__, LibtorchAmong(LoadedFiles()), NativeTorch.Replacement, cuda,
            cuda ? torch.cuda.device_count() : 0, torch.get_num_threads(), Math.Round(Gigaflops(), 1), null);
    }

    /// <summary>The file of libtorch that does the work, among files.</summary>
    public static string? LibtorchAmong(IEnumerable<string> files) =>
        files.FirstOrDefault(file => Path.GetFileName(file).Contains("torch_cpu", StringComparison.Ordinal));

    /// <summary>The native files in the lines of a <c>/proc/PID/maps</c>.</summary>
    public static IReadOnlyList<string> FilesInMaps(IEnumerable<string> lines) => [.. lines
        .Select(line => line.IndexOf('/', StringComparison.Ordinal) is var at and >= 0 ? line[at..] : "")
        .Where(path => path.Contains(".so", StringComparison.Ordinal))
        .Distinct()];

    internal IEnumerable<Problem> Problems(SystemFacts system)
    {
        if (Error is not null)
        {
            yield return new Problem(true, Error, "see \"Older and other systems\" in environment.md");
            yield break;
        }
        if (!Cuda && GigaflopsPerSecond < SlowGigaflops)
            yield return new Problem(false, $"matrix products reach only {GigaflopsPerSecond} GFLOP/s",
                "check that nothing else keeps the processor busy, then run doctor again");
        if (Threads == 1 && system.Cores > 1)
            yield return new Problem(false, $"libtorch uses one thread of {system.Cores} cores",
                "unset OMP_NUM_THREADS");
    }

    private static IReadOnlyList<string> LoadedFiles()
    {
        if (OperatingSystem.IsLinux()) return FilesInMaps(File.ReadLines("/proc/self/maps"));
        using var process = Process.GetCurrentProcess();
        var modules = process.Modules.Cast<ProcessModule>();
        return [.. modules.Select(module => module.FileName).Where(File.Exists).Distinct()];
    }

    private static double Gigaflops()
    {
        using var scope = torch.NewDisposeScope();
        var a = torch.ones(Size, Size);
        torch.mm(a, a).Dispose(); // the first call takes longer
        var best = TimeSpan.MaxValue;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(0.25))
        {
            var begin = clock.Elapsed;
            torch.mm(a, a).Dispose();
            var time = clock.Elapsed - begin;
            if (time < best) best = time;
        }
        return 2.0 * Size * Size * Size / best.TotalSeconds / 1e9;
    }
}

/// <summary>One data set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Folder">Where it is, or would be searched.</param>
/// <param name="State">complete; partial, where it cannot be loaded; absent; or, where it can be loaded and yet is not
/// the original, "a part of it" or "not the original".</param>
/// <param name="Train">The training images that were found.</param>
/// <param name="Test">The test images that were found.</param>
/// <param name="Missing">Files that are missing, cannot be read or are damaged, a line each.</param>
public sealed record DataSetFacts(
    string Name, string Folder, string State, int Train, int Test, IReadOnlyList<string> Missing)
{
    /// <summary>Files that can be read and are not those of the original, a line each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The known data sets: the embedded one, and those in the folders that <c>ADR_DATA</c> names.</summary>
    public static IReadOnlyList<DataSetFacts> FindAll() =>
    [
        Embedded(),
        Of("MNIST", Mnist.Examine()),
        Of("Fashion-MNIST", FashionMnist.Examine()),
        Of("CIFAR-10", Cifar10.Examine()),
        Of("CIFAR-100", Cifar100.Examine()),
    ];

    /// <summary>What the readers that load a data set found in its folder.</summary>
    public static DataSetFacts Of(string name, DataSetContents found)
    {
        var state = found switch
        {
            { IsThere: false } => "absent",
            { Problems.Count: > 0 } => "partial",
            { Notes.Count: 0 } => "complete",
            _ => found.Train + found.Test < found.Original ? "a part of it" : "not the original",
        };
        return new DataSetFacts(name, found.Folder, state, found.Train, found.Test, found.Problems)
        {
            Notes = found.Notes,
        };
    }

    internal IEnumerable<Problem> Problems()
    {
        if (State == "partial")
            yield return new Problem(false, $"{Name} in {Folder} cannot be loaded: {string.Join("; ", Missing)}",
                "download the named files again; ADR_DATA names the folder that holds the data sets");
        else if (Notes.Count > 0 && State != "absent")
            yield return new Problem(false, $"{Name} in {Folder} is not the original: {string.Join("; ", Notes)}",
                "it can be used, but its numbers are not those of the original; download the named files for these");
    }

    private static DataSetFacts Embedded()
    {
        var (train, test) = Mnist.Embedded();
        using (train)
        using (test)
            return new DataSetFacts("MNIST-10k", "inside Adr.dll", "complete", train.Count, test.Count, []);
    }
}
