namespace Adr.Kernel.Engine;

/// <summary>The engine's process did not start, or ended before it could take cells.</summary>
public sealed class EngineStartException : Exception
{
    /// <summary>An error with its message.</summary>
    public EngineStartException(string message) : base(message) { }

    /// <summary>An error with its message and its cause.</summary>
    public EngineStartException(string message, Exception cause) : base(message, cause) { }
}
