namespace Adr.Kernel.Notebooks;

/// <summary>A file is not a notebook this library can read; the message says what was expected and what came.</summary>
public sealed class NotebookFormatException : Exception
{
    /// <summary>An error with its message.</summary>
    public NotebookFormatException(string message) : base(message) { }

    /// <summary>An error with its message and its cause.</summary>
    public NotebookFormatException(string message, Exception cause) : base(message, cause) { }
}
