using System.Threading.Channels;

namespace Adr.Kernel.Jupyter;

/// <summary>A channel between a client and its kernel.</summary>
internal enum ChannelName { Shell, Control, Stdin, IoPub }

/// <summary>Carries messages between clients and the kernel.</summary>
internal interface ITransport
{
    /// <summary>Requests that are answered one after the other.</summary>
    ChannelReader<JupyterMessage> Shell { get; }

    /// <summary>Requests that must not wait for those of <see cref="Shell"/>.</summary>
    ChannelReader<JupyterMessage> Control { get; }

    /// <summary>Answers to the kernel's questions.</summary>
    ChannelReader<JupyterMessage> Stdin { get; }

    /// <summary>Completes when somebody listens to the broadcasts.</summary>
    Task Subscribed { get; }

    /// <summary>Sends a message. A broadcast waits while listeners are far behind.</summary>
    ValueTask SendAsync(ChannelName channel, JupyterMessage message);
}
