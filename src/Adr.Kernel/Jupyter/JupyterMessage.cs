using System.Text.Json.Nodes;

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

    /// <summary>The type of the message, such as <c>execute_request</c>.</summary>
    internal string Type => Text(Header, "msg_type");

    /// <summary>A text in a JSON object; empty if there is none.</summary>
    internal static string Text(JsonObject json, string key) => Value(json, key, "");

    /// <summary>A truth value in a JSON object.</summary>
    internal static bool Flag(JsonObject json, string key, bool otherwise) => Value(json, key, otherwise);

    /// <summary>A whole number in a JSON object.</summary>
    internal static int Number(JsonObject json, string key, int otherwise) => Value(json, key, otherwise);

    private static T Value<T>(JsonObject json, string key, T otherwise) where T : notnull =>
        json[key] is JsonValue value && value.TryGetValue<T>(out var found) ? found : otherwise;
}
