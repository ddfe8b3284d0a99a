using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Adr.Kernel.Engine;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Jupyter;

/// <summary>
/// Makes the kernel's messages, which carry the header of the request they belong to, and broadcasts them.
/// </summary>
internal sealed class Broadcast(ITransport transport)
{
    private readonly string session = Guid.NewGuid().ToString("N");

    /// <summary>A message to the sender of a request.</summary>
    internal JupyterMessage Message(JupyterMessage request, string type, JsonObject content) =>
        new(Header(type), Copy(request.Header), content) { Identities = request.Identities };

    /// <summary>Broadcasts a message to all clients.</summary>
    /// <param name="parent">The header of the request that the message belongs to; null if there is none.</param>
    /// <param name="type">The type of the message.</param>
    /// <param name="content">Its content.</param>
    internal ValueTask TellAsync(JsonObject? parent, string type, JsonObject content)
    {
        var topic = Encoding.ASCII.GetBytes($"kernel.{session}.{type}");
        var message = new JupyterMessage(Header(type), parent is null ? [] : Copy(parent), content);
        return transport.SendAsync(ChannelName.IoPub, message with { Identities = [topic] });
    }

    internal ValueTask StatusAsync(JsonObject? parent, string state) =>
        TellAsync(parent, "status", new JsonObject { ["execution_state"] = state });

    internal ValueTask ErrorAsync(JsonObject parent, CellError error) => TellAsync(parent, "error", Error(error));

    /// <summary>The content of a message about an error.</summary>
    internal static JsonObject Error(CellError error) => new()
    {
        ["ename"] = error.Name,
        ["evalue"] = error.Value,
        ["traceback"] = new JsonArray([.. error.Traceback.Select(line => (JsonNode)JsonValue.Create(line))]),
    };

    /// <summary>The content of a reply that reports an error.</summary>
    internal static JsonObject ErrorReply(CellError error)
    {
        var reply = Error(error);
        reply["status"] = "error";
        return reply;
    }

    /// <summary>Values by MIME type. JSON types are sent as JSON, and all others as text.</summary>
    internal static JsonObject Bundle(IEnumerable<KeyValuePair<string, string>> data)
    {
        var bundle = new JsonObject();
        foreach (var (type, text) in data)
            bundle[type] = MimeTypes.IsJson(type) ? NotebookJson.ParseOrText(text) : JsonValue.Create(text);
        return bundle;
    }

    private JsonObject Header(string type) => new()
    {
        ["msg_id"] = Guid.NewGuid().ToString("N"),
        ["msg_type"] = type,
        ["session"] = session,
        ["username"] = "kernel",
        ["date"] = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture),
        ["version"] = KernelInfo.Protocol,
    };

    // A JSON node can have only one parent.
    private static JsonObject Copy(JsonObject json) => (JsonObject)json.DeepClone();
}
