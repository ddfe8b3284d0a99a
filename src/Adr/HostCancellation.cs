namespace Adr;

/// <summary>The cancellation of the program that runs this code, such as a notebook's cell, where the caller gave
/// none.</summary>
/// <remarks>
/// A host that lets people stop what runs puts a <see cref="CancellationToken"/> under <see cref="Name"/> into
/// <see cref="AppContext"/>'s data. Training, attacks and evaluations then stop at their next step, without any code in
/// the notebook.
/// </remarks>
public static class HostCancellation
{
    /// <summary>Where the host's token lies: <c>Notebook.CancellationToken</c>.</summary>
    public const string Name = "Notebook.CancellationToken";

    /// <summary>The token that was given, or the host's; none where there is neither.</summary>
    internal static CancellationToken Or(CancellationToken given) =>
        given.CanBeCanceled
            ? given
            : AppContext.GetData(Name) is CancellationToken hosts ? hosts : CancellationToken.None;
}
