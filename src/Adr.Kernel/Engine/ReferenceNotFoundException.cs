using Microsoft.CodeAnalysis;

namespace Adr.Kernel.Engine;

/// <summary>Code does not compile because an assembly it names by <c>#r</c> was not found; the message says where it was looked for.</summary>
internal sealed class ReferenceNotFoundException(string message, IReadOnlyList<Diagnostic> diagnostics) : Exception(message)
{
    internal IReadOnlyList<Diagnostic> Diagnostics => diagnostics;
}
