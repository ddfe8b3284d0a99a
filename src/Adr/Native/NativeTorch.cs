using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using System.Security.Cryptography;
using TorchSharp;

namespace Adr.Native;

/// <summary>Loads TorchSharp's native libraries where the runtime by itself does not.</summary>
/// <remarks>
/// The runtime asks <see cref="Resolve"/> only for what it could not load, so on most systems nothing of this runs. It
/// helps in two cases. <para>
/// A notebook's <c>#r</c> names a folder without the file by which the runtime finds native libraries:
/// they are looked for beside TorchSharp.dll and in NuGet's packages, so that TorchSharp need not copy
/// them.</para><para> A libstdc++ older than GCC 13's (Debian 12, Ubuntu 22.04) lacks the version GLIBCXX_3.4.32, which
/// TorchSharp 0.107 asks for because of one symbol that nothing uses. A copy of the library that does not insist on
/// that version, in the user's cache, is loaded instead. This can go when TorchSharp is built on an older system
/// again.</para>
/// </remarks>
public static partial class NativeTorch
{
    /// <summary>The environment variable with folders in which TorchSharp's native libraries are looked for
    /// first, separated as in PATH: <c>ADR_LIBTORCH</c>.</summary>
    public const string FoldersVariable = "ADR_LIBTORCH";

    private const string Library = "LibTorchSharp", OldLibstdcxx = "GLIBCXX_3.4.32";

    private static volatile bool _isLoaded; // every step of training asks

    /// <summary>The copy that was loaded in place of TorchSharp's own library; null where that could be
    /// loaded.</summary>
    public static string? Replacement { get; private set; }

    /// <summary>Loads the native libraries now, if that has not happened yet.</summary>
    /// <remarks>libtorch's convolutions are tried, too: see <see cref="OneDnn"/>.</remarks>
    /// <exception cref="NativeTorchException">They cannot be loaded, or compute wrongly; the message names the file and
    /// says why.</exception>
    public static void Load()
    {
        if (_isLoaded) return;
        var torchSharp = typeof(torch).Assembly;
        if (NativeLibrary.TryLoad(Library, torchSharp, null, out _))
        {
            _ = OneDnn.IsSwitchedOff;
            _isLoaded = true;
            return;
        }
        throw new NativeTorchException(Find(torchSharp, Library) is not { } file
            ? $"{FileName(Library)} is not beside {torchSharp.Location}, nor in NuGet's packages. {Supported}"
            : IsThere
                ? $"{file} cannot be loaded: {WhyNot(file)}"
                : "libtorch is missing: add the package TorchSharp-cpu to your program, or TorchSharp-cuda-linux or "
                    + $"TorchSharp-cuda-windows for a GPU, in version {torchSharp.GetName().Version?.ToString(3)}.");
    }

    /// <summary>Whether there is a libtorch for TorchSharp to load; Adr leaves the choice of one to the
    /// program.</summary>
    public static bool IsThere => Find(typeof(torch).Assembly, "torch_cpu") is not null;

    // Each assembly that uses TorchSharp does this at its start (AtStart), for TorchSharp may come first.
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "A user's first call into TorchSharp must find it registered.")]
    internal static void Register()
    {
        LetIdleThreadsSleep();
        KeepFreedMemory();
        SafePoint.CollectInForeground();
        // TorchSharp's own context: .NET Interactive loads each assembly of a #r into another one.
        AssemblyLoadContext.GetLoadContext(typeof(torch).Assembly)!.ResolvingUnmanagedDll += Resolve;
        // A host that does not know the package's folder would take a libtorch that the system has installed.
        if (!FoldersOf("NATIVE_DLL_SEARCH_DIRECTORIES")
                .Any(folder => File.Exists(Path.Combine(folder, FileName("torch_cpu"))))
            && Find(typeof(torch).Assembly, "torch_cpu") is { } own) NativeLibrary.TryLoad(own, out _);
    }

    // OpenMP's threads spin while they wait for work, for milliseconds, and starve whatever else a busy machine does:
    // the threads of our own kernels first of all. A few microseconds cost libtorch nothing that could be measured.
    // OpenMP reads this when libtorch is loaded; who sets the policy keeps the own one.
    private static void LetIdleThreadsSleep()
    {
        if (Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null) return;
        Set("OMP_WAIT_POLICY", "PASSIVE");
        Set("GOMP_SPINCOUNT", "1000"); // of GNU's OpenMP, which the packages for Linux have
    }

    // glibc gives each large tensor back to the system, which then fills the next one with zeros, page by page: a fifth
    // of a training step of ResNet-18. Who sets one of its variables keeps the own settings.
    private static void KeepFreedMemory()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libc.so.6", out _) || Environment
                .GetEnvironmentVariables().Keys.Cast<string>()
                .Any(name => name.StartsWith("MALLOC_", StringComparison.Ordinal) || name == "GLIBC_TUNABLES")) return;
        const int trimThreshold = -1, mostMappings = -4; // glibc's malloc.h
        SetAllocation(mostMappings, 0);
        SetAllocation(trimThreshold, int.MaxValue);
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetAllocation(int parameter, int value);

    private static void Set(string name, string value)
    {
        Environment.SetEnvironmentVariable(name, value);
        // .NET's variables are a copy there
        if (!OperatingSystem.IsWindows()) SetForNativeCode(name, value, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetForNativeCode(string name, string value, int overwrite);

    private static string Supported => "TorchSharp runs on Windows and Linux on x86-64 and on macOS on Apple silicon; "
        + "this is "
        + $"{RuntimeInformation.RuntimeIdentifier}.";

    private static nint Resolve(Assembly assembly, string name)
    {
        if (assembly.GetName().Name != "TorchSharp" || Find(assembly, name) is not { } file) return 0;
        // Its own libtorch comes first, wherever the system may have another one.
        if (name == Library && Find(assembly, "torch") is { } libtorch) NativeLibrary.TryLoad(libtorch, out _);
        if (NativeLibrary.TryLoad(file, out var handle)) return handle;
        return name == Library && OperatingSystem.IsLinux()
            && WhyNot(file).Contains(OldLibstdcxx, StringComparison.Ordinal)
            ? LoadWeakened(file) : 0;
    }

    /// <summary>The folders that the host names, or the environment.</summary>
    private static string[] FoldersOf(string list) =>
        ((string?)AppContext.GetData(list) ?? Environment.GetEnvironmentVariable(list) ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>A native library of libtorch that is loaded already.</summary>
    internal static nint HandleOf(string name) =>
        NativeLibrary.Load(Find(typeof(torch).Assembly, name) ?? FileName(name));

    /// <summary>The file of a native library, in the places where packages and builds put it; null where there is
    /// none.</summary>
    private static string? Find(Assembly torchSharp, string name)
    {
        var beside = Path.GetDirectoryName(torchSharp.Location) is { Length: > 0 } folder
            ? folder
            : AppContext.BaseDirectory;
        var native = Path.Combine("runtimes", Platform, "native");
        // …/packages/torchsharp/VERSION/lib/FRAMEWORK/TorchSharp.dll
        var package = Path.GetFullPath(Path.Combine(beside, "..", ".."));
        var packages = Path.GetFullPath(Path.Combine(package, "..", ".."));
        IEnumerable<string> libtorch = Path.GetFileName(Path.GetDirectoryName(package)) == "torchsharp"
            ? [Path.Combine(package, native), .. Directory.GetDirectories(packages, "libtorch-c*")
                .Order(StringComparer.Ordinal)
                .SelectMany(Directory.GetDirectories)
                .OrderByDescending(NumberOf)
                .Select(version => Path.Combine(version, native))]
            : [];
        IEnumerable<string> given = [.. FoldersOf(FoldersVariable), .. FoldersOf("NATIVE_DLL_SEARCH_DIRECTORIES")];
        return given.Concat([beside, Path.Combine(beside, native)]).Concat(libtorch)
            .Select(place => Path.Combine(place, FileName(name))).FirstOrDefault(File.Exists);
    }

    private static Version? NumberOf(string packageFolder) =>
        Version.TryParse(Path.GetFileName(packageFolder), out var number) ? number : null;

    private static string Platform => (OperatingSystem.IsWindows()
        ? "win"
        : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + (RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "-arm64" : "-x64");

    private static string FileName(string name) => OperatingSystem.IsWindows() ? $"{name}.dll"
        : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    /// <summary>The loader's own words.</summary>
    private static string WhyNot(string file)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(file));
            return "";
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            return error.Message;
        }
    }

    private static nint LoadWeakened(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var name = Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];
        ElfVersions.Weaken(bytes, "libstdc++.so.6", OldLibstdcxx, "_ZSt21ios_base_library_initv");
        Replacement = Cached(Path.Combine(name, Path.GetFileName(file)), bytes);
        return NativeLibrary.Load(Replacement);
    }

    /// <summary>The user's cached file of these bytes, written anew where it is missing or different.</summary>
    internal static string Cached(string name, ReadOnlySpan<byte> bytes)
    {
        var caches = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var file = Path.Combine(caches, "adr-notebooks", name);
        try
        {
            if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes)) return file;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            return Write(file, bytes);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No home, or a read-only one: a folder of this process alone will do.
            return Write(
                Path.Combine(Directory.CreateTempSubdirectory("adr-notebooks-").FullName, Path.GetFileName(name)),
                bytes);
        }
    }

    private static string Write(string file, ReadOnlySpan<byte> bytes)
    {
        var draft = $"{file}.{Path.GetRandomFileName()}";
        File.WriteAllBytes(draft, bytes);
        File.Move(draft, file, overwrite: true);
        return file;
    }
}

/// <summary>TorchSharp's native libraries cannot be loaded on this system.</summary>
/// <param name="message">Which file, why, and what to do.</param>
public sealed class NativeTorchException(string message) : Exception(message);
