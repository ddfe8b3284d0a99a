using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Jupyter;

/// <summary>
/// Converts messages to frames and back. The frames are identities, a delimiter, a signature, and four JSON objects.
/// </summary>
/// <param name="key">The key of the connection; empty if messages are not signed.</param>
internal sealed class MessageCodec(string key)
{
    private const int MaxDepth = 64; // No client sends deeper JSON, and deep JSON could exhaust the stack.

    private readonly byte[] key = Encoding.UTF8.GetBytes(key);

    /// <summary>The frame between the identities and the message.</summary>
    internal static ReadOnlySpan<byte> Delimiter => "<IDS|MSG>"u8;

    /// <summary>The frames of a message.</summary>
    internal List<byte[]> Encode(JupyterMessage message)
    {
        JsonObject[] json = [message.Header, message.Parent, message.Metadata, message.Content];
        byte[][] parts = [.. json.Select(NotebookJson.CompactBytes)];
        return [.. message.Identities, Delimiter.ToArray(), Encoding.ASCII.GetBytes(Sign(parts)), .. parts];
    }

    /// <summary>The message in some frames.</summary>
    /// <exception cref="BadMessageException">
    /// The frames are not a message of this connection, or its JSON cannot be used. The exception's message says why.
    /// </exception>
    internal JupyterMessage Decode(IReadOnlyList<byte[]> frames)
    {
        var at = 0;
        while (at < frames.Count && !frames[at].AsSpan().SequenceEqual(Delimiter)) at++;
        if (at == frames.Count) throw new BadMessageException("it has no delimiter <IDS|MSG>");
        if (frames.Count < at + 6)
        {
            throw new BadMessageException(
                $"it has {frames.Count - at - 1} frames after the delimiter; expected a signature and four more");
        }
        byte[][] parts = [frames[at + 2], frames[at + 3], frames[at + 4], frames[at + 5]];
        // The signature is checked first, so that nothing else in a stranger's message is read.
        if (key.Length > 0)
        {
            var signature = Encoding.ASCII.GetBytes(Sign(parts));
            if (!CryptographicOperations.FixedTimeEquals(frames[at + 1], signature))
                throw new BadMessageException("its signature is not that of this connection");
        }
        var message = new JupyterMessage(ParseHeader(parts[0]), [], [])
        {
            Identities = [.. frames.Take(at)], Signature = key.Length > 0 ? frames[at + 1] : [],
        };
        try
        {
            return message with
            {
                Parent = Parse(parts[1], "parent header"),
                Metadata = Parse(parts[2], "metadata"),
                Content = Parse(parts[3], "content"),
            };
        }
        catch (BadMessageException bad)
        {
            throw new BadMessageException(bad.Message, message with { Problem = bad.Message });
        }
    }

    private string Sign(byte[][] parts)
    {
        if (key.Length == 0) return "";
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        foreach (var part in parts) hmac.AppendData(part);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    private static JsonObject ParseHeader(byte[] frame)
    {
        var header = Parse(frame, "header");
        try
        {
            if (JupyterMessage.Text(header, "msg_type").Length > 0) return header;
        }
        catch (FormatException error)
        {
            throw new BadMessageException($"its header's {error.Message}");
        }
        throw new BadMessageException("its header has no msg_type");
    }

    private static JsonObject Parse(byte[] frame, string what)
    {
        try
        {
            return NotebookJson.Parse(Utf8File.Decode(frame), MaxDepth) as JsonObject
                ?? throw new BadMessageException($"its {what} is not a JSON object");
        }
        catch (Exception error) when (error is JsonException or InvalidDataException)
        {
            throw new BadMessageException($"its {what} is not JSON in UTF-8: {error.Message}");
        }
    }
}

/// <summary>Frames are not a message of this connection, or one that cannot be used.</summary>
/// <param name="message">Why, as the end of a sentence.</param>
/// <param name="request">
/// The message with its header alone, to which an error can be replied; null if not even that is known.
/// </param>
internal sealed class BadMessageException(string message, JupyterMessage? request = null) : Exception(message)
{
    internal JupyterMessage? Request => request;
}
