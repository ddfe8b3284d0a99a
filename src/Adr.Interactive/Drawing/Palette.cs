namespace Adr.Interactive.Drawing;

/// <summary>Colours that people with colour-blindness tell apart (Okabe and Ito, 2008, with yellow left out), readable on white and on black.</summary>
internal static class Palette
{
    /// <summary>Ink where the page's own cannot be known: readable on white and on black.</summary>
    internal const string Ink = "#7f7f7f";

    /// <summary>Right, unperturbed, fine.</summary>
    internal const string Good = "#009E73";

    /// <summary>Wrong, broken.</summary>
    internal const string Bad = "#D55E00";

    /// <summary>The grey one.</summary>
    internal const int Neutral = 7;

    private static readonly string[] Colors =
        ["#1477B8", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#808080", "#A6761D", "#6A9A1F"];

    /// <summary>The colour of the index-th series; repeats after ten.</summary>
    internal static string Color(int index) => Colors[(index % Colors.Length + Colors.Length) % Colors.Length];
}
