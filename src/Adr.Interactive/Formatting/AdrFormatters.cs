using Adr.Evaluation;
using Adr.Experiments;
using Adr.Training;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Interactive;

/// <summary>Teaches a notebook to show the objects of Adr.</summary>
public static class AdrFormatters
{
    private static readonly string[] OfFigure = [Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text];
    private static readonly string[] OfPicture = [Mime.Html, Mime.Svg, Mime.Text];
    private static readonly string[] OfTable = [Mime.Html, Mime.Text];

    /// <summary>Registers the formatters. May be called again; the last call counts.</summary>
    public static void Register()
    {
        Add<Proportion>(Show.Proportion, OfTable);
        Add<RobustnessReport>(Show.Report, OfTable);
        Add<AutoAttackReport>(Show.AutoAttack, OfTable);
        Add<MinimumNormReport>(Show.Distances, OfTable);
        Add<GradientMaskingReport>(Show.Masking, OfTable);
        Add<RobustnessTable>(Show.Table, OfTable);
        Add<MatrixTable>(Show.Matrix, OfTable);
        Add<DepthDivergence>(depth => Show.Depth([depth]), OfFigure);
        Add<LossSurface>(surface => Show.Surface(surface), OfFigure);
        Add<Experiment>(Show.Settings, OfTable);
        Add<ConfusionMatrix>(matrix => Show.Confusion(matrix), OfFigure);
        Add<RobustnessCurve>(curve => Show.Curves([curve]), OfFigure);
        Add<IEnumerable<RobustnessCurve>>(curves => Show.Curves([.. curves]), OfFigure);
        Add<TrainingHistory>(Show.History, OfPicture);
        Add<TrainingProgress>(Show.Progress, OfTable);
        Add<LatentExamples>(points => Show.Latents(points), OfFigure);
    }

    private static void Add<T>(Func<T, View> view, string[] mimeTypes)
    {
        foreach (var mimeType in mimeTypes)
            Formatter.Register<T>((value, writer) => writer.Write(view(value).As(mimeType)), mimeType);
        Formatter.SetPreferredMimeTypesFor(typeof(T), mimeTypes);
    }
}
