namespace Adr.Kernel.Engine;

/// <summary>The mark by which an engine ends a cell on its own stdout and stderr, which carry no other structure.</summary>
internal static class NativeMark
{
    private const char Edge = '\u001e'; // record separator

    /// <summary>The beginning of every mark of an engine.</summary>
    internal static string Start(string token) => $"{Edge}{token}:";

    internal static string Of(string token, int cell) => $"{Start(token)}{cell}{Edge}";

    /// <summary>The byte that ends a mark.</summary>
    internal const byte End = (byte)Edge;
}
