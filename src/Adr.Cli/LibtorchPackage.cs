using Adr.Kernel.Packages;
using Adr.Native;
using TorchSharp;

namespace Adr.Cli;

/// <summary>libtorch for the command that was installed as a tool, whose package does not carry it.</summary>
internal static class LibtorchPackage
{
    /// <summary>Loads libtorch, and restores its package before that where this has not happened yet.</summary>
    /// <exception cref="NativeTorchException">It cannot be restored or loaded.</exception>
    internal static void Load()
    {
        FindAsync().GetAwaiter().GetResult();
        NativeTorch.Load();
    }

    /// <summary>Makes sure that this process, and the engines that it starts, find libtorch.</summary>
    /// <exception cref="NativeTorchException">It cannot be restored.</exception>
    internal static async Task FindAsync()
    {
        if (NativeTorch.IsThere) return; // a build of the repository, or the folder is named already
        var version = typeof(torch).Assembly.GetName().Version!.ToString(3);
        var waiting = SayIfSlow($"adr: restoring {Package} {version}, once (several hundred megabytes) …");
        try
        {
            var folders = await HostPackages.NativeFoldersAsync(Package, version);
            Environment.SetEnvironmentVariable(NativeTorch.FoldersVariable, string.Join(Path.PathSeparator, folders));
        }
        catch (InvalidOperationException problem)
        {
            throw new NativeTorchException(problem.Message);
        }
        finally
        {
            await waiting.DisposeAsync();
        }
    }

    /// <summary>As <see cref="FindAsync"/>, but goes on without it, for it may never be needed.</summary>
    internal static async Task TryFindAsync()
    {
        try
        {
            await FindAsync();
        }
        catch (NativeTorchException problem)
        {
            await Console.Error.WriteLineAsync(
                $"adr: {problem.Message}\nadr: Notebooks that use TorchSharp will not run without it.");
        }
    }

    // As the build of the repository chooses it; see environment.md.
    private static string Package => Environment.GetEnvironmentVariable("ADR_TORCH") switch
    {
        null or "" or "cpu" => "TorchSharp-cpu",
        "cuda" => OperatingSystem.IsWindows() ? "TorchSharp-cuda-windows" : "TorchSharp-cuda-linux",
        var other => throw new UsageException($"ADR_TORCH={other}: expected cpu or cuda; see environment.md."),
    };

    // A package that was restored before is found in no time, and then there is nothing to say.
    private static Timer SayIfSlow(string message) =>
        new(_ => Console.Error.WriteLine(message), null, TimeSpan.FromSeconds(0.5), Timeout.InfiniteTimeSpan);
}
