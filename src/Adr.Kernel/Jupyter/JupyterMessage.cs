using System.Text.Json.Nodes;

namespace Adr.Kernel.Jupyter;

/// <summary>A message of Jupyter's protocol, on whatever channel.</summary>
/// <param name="Header">Who says what: <c>msg_id</c>, <c>msg_type</c>, <c>session</c>, <c>username</c>, <c>date</c>, <c>version</c>.</param>
/// <param name="Parent">The header of the request that led to it; empty where none did.</param>
/// <param name="Content">What is said.</param>
internal sealed record JupyterMessage(JsonObject Header, JsonObject Parent, JsonObject Content)
{
    /// <summary>Metadata; empty for most messages.</summary>
    internal JsonObject Metadata { get; init; } = [];

    /// <summary>Of a request: who sent it. Of a reply: for whom it is. On the broadcast channel: its topic.</summary>
    internal IReadOnlyList<byte[]> Identities { get; init; } = [];

    /// <summary>The message's type, such as <c>execute_request</c>.</summary>
    internal string Type => Text(Header, "msg_type");

    /// <summary>A text in a JSON object; empty where there is none.</summary>
    internal static string Text(JsonObject json, string key) => json[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    /// <summary>A truth value in a JSON object.</summary>
    internal static bool Flag(JsonObject json, string key, bool otherwise) => json[key] is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : otherwise;

    /// <summary>A whole number in a JSON object.</summary>
    internal static int Number(JsonObject json, string key, int otherwise) => json[key] is JsonValue value && value.TryGetValue<int>(out var number) ? number : otherwise;
}
