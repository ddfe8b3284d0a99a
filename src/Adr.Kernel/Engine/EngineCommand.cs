using System.Runtime.InteropServices;

namespace Adr.Kernel.Engine;

/// <summary>
/// How to start an engine: a program whose <c>Main</c> passes its arguments to <see cref="EngineHost"/>.
/// </summary>
/// <param name="FileName">The program, usually <c>dotnet</c>.</param>
/// <param name="Arguments">What comes before the engine's own arguments, usually the dll of the host.</param>
public sealed record EngineCommand(string FileName, IReadOnlyList<string> Arguments)
{
    /// <summary>A program that starts it, with its own arguments, for a sandbox; it is told the folder of the engine's
    /// socket. Null for none.</summary>
    public Func<string, IReadOnlyList<string>>? Within { get; init; }

    /// <summary>Variables of its environment, beside those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Uses this library's own dll as the host.</summary>
    public static EngineCommand Default => ForHost(typeof(EngineCommand).Assembly.Location);

    /// <summary>Uses a host's dll, run by the same <c>dotnet</c> as this process.</summary>
    /// <param name="dll">The host. Notebooks share its assemblies.</param>
    public static EngineCommand ForHost(string dll) => new(DotnetPath(), [Path.GetFullPath(dll)]);

    /// <summary>The <c>dotnet</c> that runs this process, or the one on the path.</summary>
    internal static string DotnetPath()
    {
        var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        if (Path.GetFileName(System.Environment.ProcessPath) == name) return System.Environment.ProcessPath!;
        // The runtime is in dotnet/shared/Microsoft.NETCore.App/10.0.0/, three folders below dotnet.
        var runtime = RuntimeEnvironment.GetRuntimeDirectory();
        var installed = Path.GetFullPath(Path.Combine(runtime, "..", "..", "..", name));
        return File.Exists(installed) ? installed : name;
    }
}

/// <summary>
/// The arguments that start an engine: <c>engine --control SOCKET --token TEXT [--reference-path FOLDER]…</c>.
/// </summary>
/// <param name="Control">The path of the Unix socket on which the process that starts the engine listens.</param>
/// <param name="Token">The text that marks the end of a cell on the engine's stdout and stderr.</param>
/// <param name="ReferencePaths">Folders in which <c>#r "name.dll"</c> looks after the notebook's folder.</param>
internal sealed record EngineArguments(string Control, string Token, IReadOnlyList<string> ReferencePaths)
{
    internal const string Verb = "engine";

    internal IEnumerable<string> ToCommandLine() =>
    [
        Verb, "--control", Control, "--token", Token,
        .. ReferencePaths.SelectMany(path => new[] { "--reference-path", path }),
    ];

    /// <exception cref="ArgumentException">These are not the arguments of an engine.</exception>
    internal static EngineArguments Parse(IReadOnlyList<string> args)
    {
        string? control = null, token = null;
        var referencePaths = new List<string>();
        for (var i = args is [Verb, ..] ? 1 : 0; i < args.Count; i += 2)
        {
            if (i + 1 == args.Count) throw new ArgumentException($"'{args[i]}' has no value.", nameof(args));
            var value = args[i + 1];
            switch (args[i])
            {
                case "--control": control = value; break;
                case "--token": token = value; break;
                case "--reference-path": referencePaths.Add(value); break;
                default: throw new ArgumentException($"'{args[i]}' is not an option of the engine.", nameof(args));
            }
        }
        if (control is null || token is null)
        {
            throw new ArgumentException(
                "The engine needs --control and --token. It is started by the notebook runner or the Jupyter kernel, " +
                "and does nothing on its own.", nameof(args));
        }
        return new EngineArguments(control, token, referencePaths);
    }
}
