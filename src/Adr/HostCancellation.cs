using System.Reflection;

namespace Adr;

/// <summary>The cancellation of the program that runs this code, such as a notebook's cell, where the caller gave
/// none.</summary>
/// <remarks>
/// A host that lets people stop what runs puts a <see cref="CancellationToken"/> under <see cref="Name"/> into
/// <see cref="AppContext"/>'s data. In a host that does not, the token of .NET Interactive's running cell is used.
/// Training, attacks and evaluations then stop at their next step, without any code in the notebook.
/// </remarks>
public static class HostCancellation
{
    /// <summary>Where the host's token lies: <c>Notebook.CancellationToken</c>.</summary>
    public const string Name = "Notebook.CancellationToken";

    /// <summary>Where the host reads whether its token is watched, so that it need not stop the code by stronger means
    /// before a step ends: <c>Notebook.CancellationToken.IsWatched</c>.</summary>
    public const string WatchedName = Name + ".IsWatched";

    private const string Interactive = "Microsoft.DotNet.Interactive";

    /// <summary>The token that was given, or the host's; none where there is neither.</summary>
    internal static CancellationToken Or(CancellationToken given)
    {
        if (given.CanBeCanceled) return given;
        if (AppContext.GetData(Name) is not CancellationToken hosts) return OfInteractiveCell();
        AppContext.SetData(WatchedName, true);
        return hosts;
    }

    // Adr does not reference .NET Interactive: most programs that train have no notebook.
    private static CancellationToken OfInteractiveCell()
    {
        var host = Array.Find(AppDomain.CurrentDomain.GetAssemblies(), found => found.GetName().Name == Interactive);
        if (host?.GetType(Interactive + ".KernelInvocationContext") is not { } type) return CancellationToken.None;
        var cell = type.GetProperty("Current", BindingFlags.Public | BindingFlags.Static)?.GetValue(null);
        // A task that outlives its cell still finds the cell, whose token is no longer there.
        if (cell is null || type.GetProperty("IsComplete")?.GetValue(cell) is true) return CancellationToken.None;
        return type.GetProperty("CancellationToken")?.GetValue(cell) is CancellationToken token
            ? token
            : CancellationToken.None;
    }
}
