using System.Threading.Channels;

namespace Adr.Kernel.Engine;

/// <summary>What runs cells, as its runner or its kernel sees it: requests go in, messages come out, and it can be killed.</summary>
public interface IEngine : IAsyncDisposable
{
    /// <summary>What the engine says, in order; completes once the engine is gone and everything it wrote was read.</summary>
    ChannelReader<EngineMessage> Messages { get; }

    /// <summary>How it ended: an exit code, or 128 and a signal's number; valid once <see cref="Messages"/> completed.</summary>
    int ExitCode { get; }

    /// <summary>Sends a request; one to an engine that is gone is dropped, and <see cref="Messages"/> completes.</summary>
    void Send(EngineMessage request);

    /// <summary>Ends it at once.</summary>
    void Kill();
}
