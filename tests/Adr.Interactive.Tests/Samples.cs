using Adr.Data;
using TorchSharp;

namespace Adr.Interactive.Tests;

/// <summary>One small view of each kind, on which every law about views is checked. A new kind gets one row.</summary>
internal static class Samples
{
    internal const string Hostile = "</script><script>alert(1)</script>'\"&<b>\u0001\ud800 🙂";

    internal static IEnumerable<(string Name, View View)> All =>
    [
        ("line", Line()),
        ("bar", Bar()),
        ("intervals", Intervals()),
        ("scatter", Scatter()),
        ("backdrop", OnBackdrop()),
        ("heatmap", Heatmap()),
        ("steps", new Figures.StepFigure("Distances", 1, 2, 2.5, 4) { Width = 480, Height = 320 }),
        ("images", Images()),
        ("row", new FigureRow(Line(), Bar())),
        ("table", Table()),
        ("stack", new ViewStack(Table(), Images())),
    ];

    internal static IEnumerable<(string Name, Figure Figure)> Figures =>
        All.Where(s => s.View is Figure).Select(s => (s.Name, (Figure)s.View));

    /// <summary>Five grey images of 8 × 8 pixels, in two classes.</summary>
    internal static Dataset Digits => new(
        "digits", torch.full([5, 1, 8, 8], 0.5f), torch.tensor(new long[] { 0, 1, 1, 0, 1 }), ["zero", "one"]);

    internal static LineFigure Line(string title = "Robust accuracy", string name = "ADR-ADV") =>
        new(title,
            new LineSeries("ADV", [0, 0.1, 0.2, 0.3], [0.97, 0.93, 0.85, 0.76])
            {
                Low = [0.96, 0.92, 0.83, 0.74], High = [0.98, 0.94, 0.87, 0.78],
            },
            new LineSeries(name, [0, 0.1, 0.2, 0.3], [0.97, 0.95, 0.92, 0.89]) { Dashed = true })
        {
            X = Axis.Epsilon([0, 0.1, 0.2, 0.3]),
            Y = Axis.Share("accuracy"),
            Subtitle = "under PGD-40",
            Width = 480,
            Height = 320,
        };

    internal static BarFigure Bar(string title = "By attack", string name = "ADR-ADV") =>
        new(title, ["natural", "PGD-40"],
            new BarSeries("ADV", 0.972, 0.76) { Low = [0.96, 0.74], High = [0.98, 0.78] },
            new BarSeries(name, 0.973, double.NaN))
        { Y = Axis.Share("accuracy"), XLabel = "attack", Width = 480, Height = 320 };

    internal static IntervalFigure Intervals(string title = "By setting", string name = "all terms") =>
        new(title, ["none", name],
            new BarSeries("natural", 0.972, 0.973) { Low = [0.96, 0.961], High = [0.98, 0.981] },
            new BarSeries("PGD-40", 0.76, double.NaN) { Style = 3 })
        {
            X = Axis.Share("accuracy"),
            Subtitle = "a subtitle that is too long for one line of a figure that is as narrow as this one is",
            Width = 480,
            Height = 320,
        };

    internal static ScatterFigure Scatter(string title = "Latents", string name = "7") =>
        new(title,
            new ScatterSeries(name, [1, 2, 3], [1, 4, 9]),
            new ScatterSeries("adversarial", [1.5, double.NaN], [2, 3]) { Symbol = Symbol.Cross })
        { X = new Axis("first"), Y = new Axis("second"), Notes = [new Note(2, 4, name, Style: 0)],
            Links = [new Link(1, 1, 1.5, 2)], Width = 480, Height = 320 };

    internal static ScatterFigure OnBackdrop(string title = "On a picture", string name = "points") =>
        new(title, new ScatterSeries(name, [0.25, 1], [0.5, 0.75]))
        {
            Backdrop = new Backdrop(PixelImage.FromUnit([0, 1, 0.5f, 0.25f, 0.75f, 1], 1, 2, 3), 0, 1.5, 0, 1),
            X = new Axis("x") { Min = 0, Max = 2 }, Y = new Axis("y") { Min = 0, Max = 1 }, Width = 320, Height = 320,
        };

    internal static HeatmapFigure Heatmap(string title = "Confusion", string name = "7") =>
        new(title, new[,] { { 0.9, 0.1 }, { 0, 1 } }, new[,] { { "9", "1" }, { "0", "5" } }, ["3", name], ["3", name])
        { RowLabel = "true class", ColumnLabel = "predicted class", Width = 320, Height = 320 };

    internal static ImageGrid Images(string title = "Digits", string name = "clean") =>
        new(title,
            (name,
            [
                new Tile(PixelImage.FromUnit([0, 0.5f, 1, 0.25f], 1, 2, 2), "7 → 7 (0.99)", Verdict.Right),
                new Tile(PixelImage.FromUnit([0, 1, 1, 0], 1, 2, 2), "7 → 1 (0.60)", Verdict.Wrong),
            ]),
            ("perturbation", [new Tile(PixelImage.FromPerturbation([0.3f, -0.3f, 0, 0.1f], 1, 2, 2, 0.3))]))
        { Subtitle = "true class → prediction" };

    internal static TableView Table(string title = "Accuracy", string name = "ADR-ADV") =>
        new(title, ["defence", "natural", "PGD-40"],
            [
                ["ADV", "0.972", new TableCell("0.760", "[0.738, 0.781]")],
                [name, "0.973", new TableCell("0.888", "[0.871, 0.903]", Strong: true)],
            ])
        { Notes = ["ε = 0.3"] };
}
