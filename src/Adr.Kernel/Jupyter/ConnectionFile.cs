using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Jupyter;

/// <summary>The addresses at which a client expects its kernel, and the key that signs their messages.</summary>
internal sealed record ConnectionFile(
    string Ip, int Shell, int IoPub, int Stdin, int Control, int Heartbeat, string Key)
{
    /// <summary>Reads the file that a client writes before it starts a kernel.</summary>
    /// <exception cref="ConnectionFileException">The file cannot be used. The message says why.</exception>
    internal static ConnectionFile Load(string path)
    {
        JsonObject json;
        try
        {
            json = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw Bad("it is not a JSON object");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw Bad(error.Message);
        }
        var transport = JupyterMessage.Text(json, "transport");
        if (transport is not ("" or "tcp")) throw Bad($"its transport is '{transport}', and this kernel uses tcp");
        var scheme = JupyterMessage.Text(json, "signature_scheme");
        if (scheme is not ("" or "hmac-sha256"))
            throw Bad($"its signature_scheme is '{scheme}', and this kernel signs with hmac-sha256");
        var ip = JupyterMessage.Text(json, "ip") is { Length: > 0 } given ? given : "127.0.0.1";
        if (!IsLoopback(ip))
        {
            throw Bad($"its ip is {ip}, and this kernel listens only on this machine (127.0.0.1), because anyone who " +
                "reaches it can run any code");
        }
        return new ConnectionFile(
            ip, Port("shell_port"), Port("iopub_port"), Port("stdin_port"), Port("control_port"), Port("hb_port"),
            JupyterMessage.Text(json, "key"));

        int Port(string name) => JupyterMessage.Number(json, name, -1) is var port and >= 0 and <= 65535
            ? port
            : throw Bad($"it has no {name} from 0 to 65535");

        ConnectionFileException Bad(string reason) => new($"{path} cannot be used as a connection file: {reason}.");
    }

    private static bool IsLoopback(string ip) =>
        ip == "localhost" || (IPAddress.TryParse(ip, out var address) && IPAddress.IsLoopback(address));
}

/// <summary>A connection file cannot be used.</summary>
public sealed class ConnectionFileException(string message) : Exception(message);
