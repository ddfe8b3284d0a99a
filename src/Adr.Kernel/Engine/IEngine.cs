using System.Threading.Channels;

namespace Adr.Kernel.Engine;

/// <summary>Runs cells. Requests go in, messages come out, and it can be killed.</summary>
internal interface IEngine : IAsyncDisposable
{
    /// <summary>
    /// The engine's messages in order. The channel completes when the engine is gone and everything it wrote has been
    /// read.
    /// </summary>
    ChannelReader<EngineMessage> Messages { get; }

    /// <summary>
    /// The exit code of the engine's process, or 128 plus a signal's number. Valid once <see cref="Messages"/>
    /// completes.
    /// </summary>
    int ExitCode { get; }

    /// <summary>Sends a request. If the engine is gone, the request is dropped.</summary>
    void Send(EngineMessage request);

    /// <summary>Ends the engine at once.</summary>
    void Kill();
}
