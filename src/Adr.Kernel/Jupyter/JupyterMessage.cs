using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Jupyter;

/// <summary>A message of Jupyter's protocol.</summary>
/// <param name="Header">
/// <c>msg_id</c>, <c>msg_type</c>, <c>session</c>, <c>username</c>, <c>date</c> and <c>version</c>.
/// </param>
/// <param name="Parent">The header of the request that led to the message; empty if there was none.</param>
/// <param name="Content">The content.</param>
internal sealed record JupyterMessage(JsonObject Header, JsonObject Parent, JsonObject Content)
{
    /// <summary>The metadata, which is empty for most messages.</summary>
    internal JsonObject Metadata { get; init; } = [];

    /// <summary>The sender of a request, the receiver of a reply, or the topic of a broadcast.</summary>
    internal IReadOnlyList<byte[]> Identities { get; init; } = [];

    /// <summary>The signature of a message that came; empty if messages are not signed.</summary>
    internal byte[] Signature { get; init; } = [];

    /// <summary>
    /// Why nothing but the header can be used, as the end of a sentence; null if the whole message can be used.
    /// </summary>
    internal string? Problem { get; init; }

    /// <summary>The type of the message, such as <c>execute_request</c>.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    internal string Type => Text(Header, "msg_type");

    /// <summary>Whether the protocol has a reply to the message.</summary>
    internal bool IsRequest => Type.EndsWith("_request", StringComparison.Ordinal);

    /// <summary>A text in a JSON object; empty if it is missing or null.</summary>
    /// <exception cref="FormatException">The value has another type. The message says which.</exception>
    internal static string Text(JsonObject json, string key) => NotebookJson.ValueAt(json, key, "");

    /// <summary>A truth value in a JSON object.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    internal static bool Flag(JsonObject json, string key, bool otherwise) =>
        NotebookJson.ValueAt(json, key, otherwise);

    /// <summary>A whole number in a JSON object.</summary>
    /// <inheritdoc cref="Text" path="/exception"/>
    internal static int Number(JsonObject json, string key, int otherwise) =>
        NotebookJson.ValueAt(json, key, otherwise);
}
