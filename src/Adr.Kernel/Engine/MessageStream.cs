using System.Buffers.Binary;
using System.Text.Json;

namespace Adr.Kernel.Engine;

/// <summary>Sends messages over a byte stream: four bytes of length (little endian), then JSON.</summary>
/// <remarks>Any thread may send.</remarks>
internal sealed class MessageStream(Stream stream) : IDisposable
{
    private static readonly JsonSerializerOptions Reading = new() { AllowDuplicateProperties = false };

    private readonly Lock gate = new();

    internal void Send(EngineMessage message)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(message);
        var frame = new byte[4 + json.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, json.Length);
        json.CopyTo(frame, 4);
        lock (gate) stream.Write(frame);
    }

    /// <summary>The next message; null once the other side is gone.</summary>
    /// <exception cref="InvalidDataException">What came is not a message.</exception>
    internal EngineMessage? Receive()
    {
        var header = new byte[4];
        if (!Fill(header)) return null;
        var json = new byte[Length(header)];
        return Fill(json) ? Message(json) : null;
    }

    /// <inheritdoc cref="Receive"/>
    internal async Task<EngineMessage?> ReceiveAsync()
    {
        var header = new byte[4];
        if (!await FillAsync(header).ConfigureAwait(false)) return null;
        var json = new byte[Length(header)];
        return await FillAsync(json).ConfigureAwait(false) ? Message(json) : null;
    }

    public void Dispose() => stream.Dispose();

    private static int Length(byte[] header) => BinaryPrimitives.ReadInt32LittleEndian(header) is > 0 and var length
        ? length
        : throw new InvalidDataException("Expected a message between the engine and its owner, and not an empty one.");

    private static EngineMessage Message(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<EngineMessage>(json, Reading) ?? throw new JsonException("It is null.");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException) // of no known type
        {
            throw new InvalidDataException(
                $"Expected a message between the engine and its owner, and not: {error.Message}", error);
        }
    }

    private bool Fill(byte[] buffer)
    {
        try
        {
            return stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) == buffer.Length;
        }
        catch (IOException) // The other side died in the middle of a message.
        {
            return false;
        }
    }

    private async Task<bool> FillAsync(byte[] buffer)
    {
        try
        {
            var read = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false)
                .ConfigureAwait(false);
            return read == buffer.Length;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
