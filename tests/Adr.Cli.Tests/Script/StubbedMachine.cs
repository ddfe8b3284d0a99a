using System.Diagnostics;

namespace Adr.Cli.Tests.Script;

/// <summary>A machine on which only the named tools exist, with a repository of nothing but <c>./adr</c>: what the script does there is what the stubs were told.</summary>
internal sealed class StubbedMachine : IDisposable
{
    private static readonly string[] Harmless =
        ["bash", "env", "dirname", "mkdir", "rm", "mv", "cat", "grep", "sed", "find", "touch", "head", "tail", "sleep", "tr", "cut", "sort", "paste", "flock", "timeout"];

    private readonly Dictionary<string, string?> environment = [];
    private string folder;

    internal StubbedMachine()
    {
        Home = Directory.CreateTempSubdirectory("adr machine ").FullName; // the space is on purpose
        folder = Home;
        Repository = Path.Combine(Home, "a clone");
        Tools = Path.Combine(Home, "bin");
        Directory.CreateDirectory(Tools);
        foreach (var folder in new[] { "src/Adr.Cli", "tests/One.Tests", "tests/Two.Tests", "data" }) Directory.CreateDirectory(Path.Combine(Repository, folder));
        foreach (var file in new[] { "Directory.Build.props", "Directory.Packages.props", "Torch.targets", "global.json" }) File.WriteAllText(Path.Combine(Repository, file), "");
        File.Copy(Path.Combine(Cli.Repository.Root, "adr"), Path.Combine(Repository, "adr"));
        foreach (var tool in Harmless) File.CreateSymbolicLink(Path.Combine(Tools, tool), RealPathOf(tool));

        // Every stub notes how it was called.
        Stub("uname", """case $1 in -m) echo x86_64 ;; *) echo "Linux x86_64" ;; esac""");
        Stub("id", "echo 1000");
        Stub("readlink", $"""case ${"{!#}"} in */libblas.so.3) echo "$STUB_BLAS" ;; *) exec {RealPathOf("readlink")} "$@" ;; esac""");
        Stub("g++", "");
        Stub("ldd", "echo libtorch.so");
        Stub("dotnet", $$"""
            case $1 in restore|test|--version) printf '%s\n' "dotnet $1=$PWD" >>"{{PlacesFile}}" ;; esac
            case $1 in
              --version) echo 10.0.100; exit ;;
              --list-sdks) echo "9.0.1 [/x]"; exit ;;
              restore)
                [[ $STUB_NUGET == serves ]] || exit 1
                case $2 in *probe.csproj) mkdir -p "$4/torchsharp/1/runtimes/linux-x64/native"; : >"$4/torchsharp/1/runtimes/linux-x64/native/libLibTorchSharp.so" ;; esac ;;
              build)
                [[ $STUB_BUILD != fails ]] || { echo "src/X.cs(1,1): error CS0001: it is wrong"; exit 1; }
                mkdir -p artifacts/bin/Adr.Cli/release; : >artifacts/bin/Adr.Cli/release/Adr.Cli.dll ;;
              test) shift; . "$STUB_TESTS" ;;
              *) echo "command ran with LIBTORCH=$LIBTORCH:" "${@:2}" ;;
            esac
            """);
        With("STUB_NUGET", "refuses").With("STUB_BLAS", "/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3").With("STUB_BUILD", "works");
    }

    internal string Home { get; }

    internal string Repository { get; }

    internal string Tools { get; }

    /// <summary>Every call of a stub so far, as <c>name arguments</c>.</summary>
    internal IReadOnlyList<string> Calls => File.Exists(CallsFile) ? File.ReadAllLines(CallsFile) : [];

    /// <summary>Where dotnet was asked for an SDK's work, call by call.</summary>
    internal IReadOnlyList<(string Tool, string Folder)> Places => [.. File.ReadAllLines(PlacesFile).Select(line => line.Split('=', 2)).Select(pair => (pair[0], pair[1]))];

    /// <summary>What <c>.adr/engine</c> says, key by key; empty when nothing is remembered.</summary>
    internal IReadOnlyDictionary<string, string> Remembered => File.Exists(EngineFile)
        ? File.ReadAllLines(EngineFile).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1])
        : new Dictionary<string, string>();

    private string CallsFile => Path.Combine(Home, "calls");

    private string PlacesFile => Path.Combine(Home, "places");

    private string EngineFile => Path.Combine(Repository, ".adr", "engine");

    public void Dispose() => Directory.Delete(Home, recursive: true);

    /// <summary>Puts a tool on PATH.</summary>
    internal StubbedMachine Stub(string name, string script)
    {
        var path = Path.Combine(Tools, name);
        File.WriteAllText(path, $"#!{RealPathOf("bash")}\nprintf '%s\\n' \"{name} $*\" >>\"{CallsFile}\"\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return this;
    }

    /// <summary>Takes a tool off PATH.</summary>
    internal StubbedMachine Without(string name)
    {
        File.Delete(Path.Combine(Tools, name));
        return this;
    }

    /// <summary>Sets a variable, or takes it away.</summary>
    internal StubbedMachine With(string variable, string? value)
    {
        environment[variable] = value;
        return this;
    }

    /// <summary>Makes further calls from a folder below <see cref="Home"/>.</summary>
    internal StubbedMachine From(string name)
    {
        folder = Path.Combine(Home, name);
        return this;
    }

    internal StubbedMachine AsDebianRoot() => Stub("apt-get", "").Stub("id", "echo 0");

    internal StubbedMachine WithDebiansLibtorch() => Stub("dpkg-query", "echo 'installed 1.13.1+dfsg-4'");

    /// <summary>A folder that looks like a libtorch.</summary>
    internal string Libtorch(string name)
    {
        var folder = Path.Combine(Home, name);
        foreach (var file in new[] { "include/ATen/ATen.h", "lib/libtorch_cpu.so" })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            File.WriteAllText(Path.Combine(folder, file), "");
        }

        return folder;
    }

    /// <summary>Runs <c>./adr</c> there, from another folder than its own.</summary>
    internal (int Code, string Output, string Errors) Adr(params string[] arguments)
    {
        var start = new ProcessStartInfo(RealPathOf("bash"), [Path.Combine(Repository, "adr"), .. arguments])
        {
            WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["HOME"] = Home;
        start.Environment["PATH"] = Tools;
        foreach (var (name, value) in environment)
        {
            if (value is null) start.Environment.Remove(name);
            else start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    private static string RealPathOf(string tool) => new[] { "/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin" }
        .Select(folder => Path.Combine(folder, tool))
        .FirstOrDefault(File.Exists) ?? throw new FileNotFoundException($"These tests need {tool} in /usr/bin or /bin.");
}
