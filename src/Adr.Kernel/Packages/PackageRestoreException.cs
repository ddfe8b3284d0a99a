namespace Adr.Kernel.Packages;

/// <summary>Packages could not be restored; the message is NuGet's own, and what to do.</summary>
internal sealed class PackageRestoreException(string message) : Exception(message);
