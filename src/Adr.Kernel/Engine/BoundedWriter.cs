using System.Globalization;
using System.Text;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>Collects what a formatter writes, and ends a formatter that writes too much or nests too deeply.</summary>
/// <remarks>
/// The formatting package follows collections in collections without end, so one that contains itself would overflow
/// the stack.
/// </remarks>
internal sealed class BoundedWriter : TextWriter
{
    private readonly StringBuilder text = new();
    private readonly int limit;

    /// <param name="limit">How many characters may be written.</param>
    internal BoundedWriter(int limit) : base(CultureInfo.InvariantCulture)
    {
        this.limit = limit;
        Context = new FormatContext(this);
    }

    /// <summary>The context for the formatter.</summary>
    internal FormatContext Context { get; }

    public override Encoding Encoding => Encoding.Unicode;

    // The package counts each collection three times.
    private static int Deepest => Formatter.RecursionLimit + 24;

    public override void Write(char value) => Write(new ReadOnlySpan<char>(in value));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (Context.Depth > Deepest) throw new FormatLimitException("it is nested too deeply, or contains itself");
        var room = limit - text.Length;
        text.Append(buffer[..Math.Min(room, buffer.Length)]);
        if (buffer.Length > room)
        {
            throw new FormatLimitException(
                string.Create(CultureInfo.InvariantCulture, $"it has more than {limit:N0} characters"));
        }
    }

    /// <summary>The text so far.</summary>
    public override string ToString() => text.ToString();
}

/// <summary>A value is too large to be shown in full.</summary>
/// <param name="reason">Why, as the end of a sentence.</param>
internal sealed class FormatLimitException(string reason) : Exception($"The value is not shown in full: {reason}.");
