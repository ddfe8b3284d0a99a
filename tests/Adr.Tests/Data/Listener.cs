namespace Adr.Tests.Data;

/// <summary>Progress told at once and on the same thread, which <see cref="Progress{T}"/> does not promise.</summary>
internal sealed class Listener<T>(Action<T> told) : IProgress<T>
{
    public void Report(T value) => told(value);
}
