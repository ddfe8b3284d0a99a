namespace Adr.Kernel.Running;

/// <summary>The notebook or the options cannot be used as they are; nothing ran.</summary>
public sealed class RunUsageException(string message) : Exception(message);
