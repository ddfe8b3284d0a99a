using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Jupyter;

/// <summary>Where a client expects its kernel, and the key that signs their messages.</summary>
internal sealed record ConnectionFile(string Ip, int Shell, int IoPub, int Stdin, int Control, int Heartbeat, string Key)
{
    /// <summary>Reads the file that a client writes before it starts a kernel.</summary>
    /// <exception cref="ConnectionFileException">It cannot be used; the message says why.</exception>
    internal static ConnectionFile Load(string path)
    {
        JsonObject json;
        try
        {
            json = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw Bad(path, "it is no JSON object");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw Bad(path, error.Message);
        }
        var transport = JupyterMessage.Text(json, "transport");
        if (transport is not ("" or "tcp")) throw Bad(path, $"its transport is '{transport}'; this kernel speaks tcp");
        var scheme = JupyterMessage.Text(json, "signature_scheme");
        if (scheme is not ("" or "hmac-sha256")) throw Bad(path, $"its signature_scheme is '{scheme}'; this kernel signs with hmac-sha256");
        var ip = JupyterMessage.Text(json, "ip") is { Length: > 0 } given ? given : "127.0.0.1";
        if (!IsLoopback(ip)) throw Bad(path, $"its ip is {ip}: this kernel listens on this machine alone (127.0.0.1), for whoever reaches it can run any code");
        return new ConnectionFile(ip, Port("shell_port"), Port("iopub_port"), Port("stdin_port"), Port("control_port"), Port("hb_port"), JupyterMessage.Text(json, "key"));

        int Port(string name) => JupyterMessage.Number(json, name, -1) is var port and >= 0 and <= 65535 ? port : throw Bad(path, $"it has no {name} from 0 to 65535");
    }

    private static bool IsLoopback(string ip) => ip == "localhost" || (IPAddress.TryParse(ip, out var address) && IPAddress.IsLoopback(address));

    private static ConnectionFileException Bad(string path, string why) => new($"{path} is no connection file that this kernel can use: {why}.");
}

/// <summary>A connection file that cannot be used.</summary>
public sealed class ConnectionFileException(string message) : Exception(message);
