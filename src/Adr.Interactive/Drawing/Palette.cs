namespace Adr.Interactive.Drawing;

/// <summary>
/// Colours that people with colour blindness can tell apart (Okabe and Ito, 2008, without yellow). They are readable
/// on white and on black.
/// </summary>
internal static class Palette
{
    /// <summary>The colour of text where the colour of the page is not known.</summary>
    internal const string Ink = "#7f7f7f";

    /// <summary>A correct prediction.</summary>
    internal const string Good = "#009E73";

    /// <summary>A wrong prediction.</summary>
    internal const string Bad = "#D55E00";

    /// <summary>The grey colour.</summary>
    internal const int Neutral = 7;

    private static readonly string[] Defences =
    [
        "ADV", "ADR-ADV", "TRADES", "ADR-TRADES", "MART", "ADR-MART", "Madry", "Standard", "FGSM-RS", "Free",
    ];

    private static readonly string[] Colors =
        ["#1477B8", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6BB1", "#808080", "#A6761D", "#6A9A1F"];

    /// <summary>
    /// The colour of a defence, with AWP or without, so that it is the same in every figure; null for any other name,
    /// whose place in the figure decides.
    /// </summary>
    internal static int? StyleOf(string defence)
    {
        var bare = defence.EndsWith("-AWP", StringComparison.Ordinal) ? defence[..^4] : defence;
        var index = Array.IndexOf(Defences, bare);
        return index < 0 ? null : index;
    }

    /// <summary>
    /// The colours of several names in one figure: a defence has its own, and another name never that of a defence
    /// beside it. Null where the place in the figure decides.
    /// </summary>
    internal static int?[] StylesOf(IReadOnlyList<string> names)
    {
        int?[] styles = [.. names.Select(StyleOf)];
        int[] places = [.. styles.Index().Where(one => one.Item is null).Select(one => one.Index)];
        var free = new Queue<int>(Enumerable.Range(0, Colors.Length)
            .Where(color => !styles.Contains(color) && !places.Contains(color)));
        foreach (var place in places)
            if (styles.Contains(place) && free.TryDequeue(out var color)) styles[place] = color;
        return styles;
    }

    /// <summary>The colour with this index; the colours repeat after ten.</summary>
    internal static string Color(int index) => Colors[(index % Colors.Length + Colors.Length) % Colors.Length];

    /// <summary>The same as red, green and blue, each in [0,1].</summary>
    internal static double[] Rgb(int index) =>
        [.. Convert.FromHexString(Color(index)[1..]).Select(part => part / 255.0)];
}
