using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Jupyter;

/// <summary>What the kernel says: messages with the header of the request that they belong to.</summary>
internal sealed class Broadcast(ITransport transport)
{
    private readonly string session = Guid.NewGuid().ToString("N");

    /// <summary>A message for who sent a request.</summary>
    internal JupyterMessage Message(JupyterMessage request, string type, JsonObject content) =>
        new(Header(type), Copy(request.Header), content) { Identities = request.Identities };

    /// <summary>Tells everybody.</summary>
    internal ValueTask TellAsync(JsonObject? parent, string type, JsonObject content) =>
        transport.SendAsync(ChannelName.IoPub, new JupyterMessage(Header(type), parent is null ? [] : Copy(parent), content) { Identities = [System.Text.Encoding.ASCII.GetBytes($"kernel.{session}.{type}")] });

    internal ValueTask StatusAsync(JsonObject? parent, string state) => TellAsync(parent, "status", new JsonObject { ["execution_state"] = state });

    internal ValueTask ErrorAsync(JsonObject parent, CellError error) => TellAsync(parent, "error", Error(error));

    /// <summary>An error's content, without a status.</summary>
    internal static JsonObject Error(CellError error) => new()
    {
        ["ename"] = error.Name,
        ["evalue"] = error.Value,
        ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)JsonValue.Create(line))]),
    };

    /// <summary>Values by MIME type: JSON types as JSON, the rest as text.</summary>
    internal static JsonObject Bundle(IEnumerable<KeyValuePair<string, string>> data) =>
        new(data.Select(entry => KeyValuePair.Create(entry.Key, MimeTypes.IsJson(entry.Key) ? NotebookJson.ParseOrText(entry.Value) : JsonValue.Create(entry.Value))));

    private JsonObject Header(string type) => new()
    {
        ["msg_id"] = Guid.NewGuid().ToString("N"),
        ["msg_type"] = type,
        ["session"] = session,
        ["username"] = "kernel",
        ["date"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
        ["version"] = KernelInfo.Protocol,
    };

    // A node has one parent.
    private static JsonObject Copy(JsonObject json) => (JsonObject)json.DeepClone();
}
