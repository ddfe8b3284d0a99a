using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Jupyter;

/// <summary>The addresses at which a client expects its kernel, and the key that signs their messages.</summary>
internal sealed record ConnectionFile(
    string Ip, int Shell, int IoPub, int Stdin, int Control, int Heartbeat, string Key)
{
    private const int Longest = 1 << 20; // bytes; those of clients have a few hundred

    /// <summary>Reads the file that a client writes before it starts a kernel.</summary>
    /// <exception cref="ConnectionFileException">The file cannot be used. The message says why.</exception>
    internal static ConnectionFile Load(string path)
    {
        try
        {
            return NotebookJson.Parse(Utf8File.Read(path, Longest)) is JsonObject json
                ? From(json)
                : throw new FormatException("it is not a JSON object");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException
            or JsonException or FormatException)
        {
            var reason = error.Message.TrimEnd('.');
            throw new ConnectionFileException($"{path} cannot be used as a connection file: {reason}.", error);
        }
    }

    /// <exception cref="FormatException">A member is missing or cannot be used.</exception>
    private static ConnectionFile From(JsonObject json)
    {
        var transport = NotebookJson.ValueAt(json, "transport", "tcp");
        if (transport != "tcp") throw new FormatException($"its transport is '{transport}', and this kernel uses tcp");
        var scheme = NotebookJson.ValueAt(json, "signature_scheme", "");
        if (scheme is not ("" or "hmac-sha256"))
        {
            throw new FormatException(
                $"its signature_scheme is '{scheme}', and this kernel signs with hmac-sha256");
        }
        if (json["key"] is null)
            throw new FormatException("it has no key, so that any program on this machine could run code");
        var key = NotebookJson.ValueAt(json, "key", "");
        // With another key than that of the client, every message would be dropped.
        if (key.Contains('\ufffd')) throw new FormatException("its key has half of a surrogate pair");
        var file = new ConnectionFile(
            Loopback(NotebookJson.ValueAt(json, "ip", "")), Port("shell_port"), Port("iopub_port"), Port("stdin_port"),
            Port("control_port"), Port("hb_port"), key);
        int[] ports = [file.Shell, file.IoPub, file.Stdin, file.Control, file.Heartbeat];
        var shared = ports.Where(port => port > 0).CountBy(port => port).FirstOrDefault(port => port.Value > 1);
        return shared.Value == 0 ? file
            : throw new FormatException($"{shared.Value} of its ports are {shared.Key}; expected five different ones");

        int Port(string name) => NotebookJson.ValueAt(json, name, -1) is var port and >= 0 and <= 65535
            ? port
            : throw new FormatException($"it has no {name} from 0 to 65535");
    }

    /// <summary>An address of this machine as it is usually written.</summary>
    private static string Loopback(string ip)
    {
        if (ip is "" or "localhost") return "127.0.0.1";
        if (IPAddress.TryParse(ip, out var address) && IPAddress.IsLoopback(address))
            return address.ToString();
        throw new FormatException($"its ip is {ip}, and this kernel listens only on this machine (127.0.0.1), " +
            "because anyone who reaches it can run any code");
    }
}

/// <summary>A connection file cannot be used.</summary>
public sealed class ConnectionFileException(string message, Exception? cause = null) : Exception(message, cause);
