namespace Adr.Cli.Doctor;

/// <summary>What was found on this machine: everything <c>./adr doctor</c> prints, and its JSON.</summary>
/// <param name="Ok">Nothing in <paramref name="Problems"/> keeps the experiments from running.</param>
/// <param name="System">The SDK and the machine.</param>
/// <param name="Torch">TorchSharp and the libtorch behind it.</param>
/// <param name="Data">Every known data set, complete or not.</param>
/// <param name="Problems">What is wrong, the worst first, each with what to do.</param>
public sealed record DoctorReport(
    bool Ok, SystemFacts System, TorchFacts Torch, IReadOnlyList<DataSetFacts> Data, IReadOnlyList<Problem> Problems);

/// <summary>Something that is not as it should be.</summary>
/// <param name="Fatal">The experiments cannot run with it; otherwise they run slower or with less.</param>
/// <param name="What">What was found.</param>
/// <param name="Advice">What to do.</param>
public sealed record Problem(bool Fatal, string What, string Advice);

/// <summary>The SDK and the machine.</summary>
/// <param name="Sdk">Version of the .NET SDK that <c>dotnet</c> chooses in the repository; null if there is none.</param>
/// <param name="Runtime">The runtime that this process runs on.</param>
/// <param name="Os">The operating system.</param>
/// <param name="Architecture">x64, arm64, …</param>
/// <param name="Cpu">The processor's name, where the system tells it.</param>
/// <param name="Cores">Cores this process may use.</param>
/// <param name="MemoryGiB">Memory this process may use, in GiB.</param>
/// <param name="Instructions">Vector instructions that matter for training, as .NET sees them: avx2, avx512, bfloat16, neon.</param>
public sealed record SystemFacts(
    string? Sdk, string Runtime, string Os, string Architecture, string? Cpu, int Cores, double MemoryGiB, IReadOnlyList<string> Instructions);

/// <summary>TorchSharp and the libtorch behind it.</summary>
/// <param name="TorchSharp">Version of TorchSharp.</param>
/// <param name="Libtorch">Version of libtorch; null if it could not be loaded.</param>
/// <param name="LibtorchPath">The file that was loaded; null if none was.</param>
/// <param name="Replacement">The copy of TorchSharp's native library that was loaded because this system's libstdc++ is older
/// than the one it asks for; null where the library itself was loaded.</param>
/// <param name="Cuda">Whether libtorch can compute on a GPU here.</param>
/// <param name="CudaDevices">How many GPUs it sees.</param>
/// <param name="Threads">Threads that libtorch uses within an operator.</param>
/// <param name="GigaflopsPerSecond">Best of several 512×512 by 512×512 float products, in 10⁹ operations a second.</param>
/// <param name="Error">Why it could not be loaded; null if it was.</param>
public sealed record TorchFacts(
    string TorchSharp, string? Libtorch, string? LibtorchPath, string? Replacement, bool Cuda, int CudaDevices, int Threads,
    double GigaflopsPerSecond, string? Error);

/// <summary>One data set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Folder">Where it lies, or would be looked for.</param>
/// <param name="State">complete, partial or absent.</param>
/// <param name="Train">Training images found.</param>
/// <param name="Test">Test images found.</param>
/// <param name="Missing">What is wrong, a line each: files that are not there, cannot be read, or do not hold what they must.</param>
public sealed record DataSetFacts(string Name, string Folder, string State, int Train, int Test, IReadOnlyList<string> Missing);
