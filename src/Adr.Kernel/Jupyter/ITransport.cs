using System.Threading.Channels;

namespace Adr.Kernel.Jupyter;

/// <summary>A channel between a client and its kernel.</summary>
internal enum ChannelName { Shell, Control, Stdin, IoPub }

/// <summary>What carries messages: sockets, or a test's memory.</summary>
internal interface ITransport
{
    /// <summary>Requests, one after the other.</summary>
    ChannelReader<JupyterMessage> Shell { get; }

    /// <summary>Requests that must not wait for those of <see cref="Shell"/>.</summary>
    ChannelReader<JupyterMessage> Control { get; }

    /// <summary>Answers to what the kernel asked.</summary>
    ChannelReader<JupyterMessage> Stdin { get; }

    /// <summary>Ends when somebody listens to the broadcast channel.</summary>
    Task Subscribed { get; }

    /// <summary>Sends a message. On the broadcast channel it waits while listeners are far behind.</summary>
    ValueTask SendAsync(ChannelName channel, JupyterMessage message);
}
