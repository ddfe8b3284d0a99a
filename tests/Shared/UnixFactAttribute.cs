namespace Adr.Testing;

/// <summary>A test that sends a signal, which Windows has none of; shown as skipped there.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows()) Skip = "It sends a signal, and Windows has none.";
    }
}
