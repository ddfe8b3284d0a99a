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
    // No client sends deeper JSON, and without a limit a message could exhaust the stack.
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 64 };

    private static readonly JsonSerializerOptions Writing = new() { Encoder = MinimalJsonEncoder.Instance };

    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[] key = Encoding.UTF8.GetBytes(key);

    /// <summary>The frame between the identities and the message.</summary>
    internal static ReadOnlySpan<byte> Delimiter => "<IDS|MSG>"u8;

    /// <summary>The frames of a message.</summary>
    internal List<byte[]> Encode(JupyterMessage message)
    {
        byte[][] parts = [Json(message.Header), Json(message.Parent), Json(message.Metadata), Json(message.Content)];
        return [.. message.Identities, Delimiter.ToArray(), Encoding.ASCII.GetBytes(Sign(parts)), .. parts];
    }

    /// <summary>The message in some frames.</summary>
    /// <exception cref="BadMessageException">
    /// The frames are not a message of this connection. The exception's message says why.
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
        var message = new JupyterMessage(
            Parse(parts[0], "header"), Parse(parts[1], "parent header"), Parse(parts[3], "content"))
        {
            Metadata = Parse(parts[2], "metadata"),
            Identities = [.. frames.Take(at)],
        };
        return message.Type.Length > 0 ? message : throw new BadMessageException("its header has no msg_type");
    }

    private string Sign(byte[][] parts)
    {
        if (key.Length == 0) return "";
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        foreach (var part in parts) hmac.AppendData(part);
        return Convert.ToHexStringLower(hmac.GetHashAndReset());
    }

    private static byte[] Json(JsonObject json) => JsonSerializer.SerializeToUtf8Bytes(json, Writing);

    private static JsonObject Parse(byte[] frame, string what)
    {
        try
        {
            // Decoding the text first finds invalid UTF-8, and JavaScript sends unpaired surrogates.
            var text = NotebookJson.WithoutHalfPairs(Strict.GetString(frame));
            return JsonNode.Parse(text, documentOptions: Reading) as JsonObject
                ?? throw new BadMessageException($"its {what} is not a JSON object");
        }
        catch (Exception error) when (error is JsonException or DecoderFallbackException or ArgumentException)
        {
            throw new BadMessageException($"its {what} is not JSON in UTF-8: {error.Message}");
        }
    }
}

/// <summary>Frames are not a message of this connection.</summary>
internal sealed class BadMessageException(string message) : Exception(message);
