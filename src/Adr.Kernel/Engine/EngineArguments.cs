namespace Adr.Kernel.Engine;

/// <summary>The command line by which a runner starts its engine: <c>engine --control SOCKET --token TEXT [--reference-path FOLDER]…</c>.</summary>
/// <param name="Control">The path of the Unix socket on which the runner listens.</param>
/// <param name="Token">What the engine writes to stdout and stderr between cells.</param>
/// <param name="ReferencePaths">Where <c>#r "name.dll"</c> looks beside the notebook's folder.</param>
internal sealed record EngineArguments(string Control, string Token, IReadOnlyList<string> ReferencePaths)
{
    internal const string Verb = "engine";

    internal IEnumerable<string> ToCommandLine() =>
        [Verb, "--control", Control, "--token", Token, .. ReferencePaths.SelectMany(path => new[] { "--reference-path", path })];

    /// <exception cref="ArgumentException">The arguments are not a runner's.</exception>
    internal static EngineArguments Parse(IReadOnlyList<string> args)
    {
        string? control = null, token = null;
        var referencePaths = new List<string>();
        for (var i = args is [Verb, ..] ? 1 : 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : throw new ArgumentException($"'{args[i]}' has no value.", nameof(args));
            switch (args[i])
            {
                case "--control": control = value; break;
                case "--token": token = value; break;
                case "--reference-path": referencePaths.Add(value); break;
                default: throw new ArgumentException($"'{args[i]}' is not an option of the engine.", nameof(args));
            }
        }
        if (control is null || token is null)
            throw new ArgumentException("The engine is started by a notebook runner, with --control and --token; it is of no use by itself.", nameof(args));
        return new EngineArguments(control, token, referencePaths);
    }
}
