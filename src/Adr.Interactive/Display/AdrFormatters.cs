using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Training;
using Microsoft.DotNet.Interactive.Formatting;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Interactive;

/// <summary>
/// The registry of what a notebook shows for an object. A new type is one file in this folder and one line here.
/// </summary>
/// <remarks>
/// The formatters are registered when this assembly is loaded. Adr loads it where a program references it.
/// </remarks>
public static class AdrFormatters
{
    private static readonly Entry[] Entries =
    [
        AsTable<View>(view => view),
        AsPicture<FigureRow>(row => row),
        AsPicture<ImageGrid>(grid => grid),
        AsFigure<Figure>(figure => figure),

        AsTable<Tensor>(TensorView.Of),
        AsTable<nn.Module>(ModuleView.Of),
        AsTable<Dataset>(DatasetView.Of),
        AsTable<Batch>(DatasetView.Of),
        AsTable<Attack>(AttackView.Of),
        AsTable<Experiment>(ExperimentView.Of),

        AsTable<TrainedModel>(TrainedModelView.Of),
        AsPicture<TrainingHistory>(TrainingHistoryView.Of),
        AsTable<TrainingProgress>(progress => new ProgressView(progress)),

        AsTable<Proportion>(proportion => new TextView(DisplayText.Of(proportion))),
        AsTable<PairedDifference>(difference => new TextView(DisplayText.Of(difference))),
        AsTable<ThreatModel>(threat => new TextView(DisplayText.Of(threat))),
        AsTable<ModelResult>(ModelResultView.Of),
        AsTable<RobustnessReport>(RobustnessReportView.Of),
        AsTable<AutoAttackReport>(AutoAttackView.Of),
        AsTable<MinimumNormReport>(MinimumNormView.Of),
        AsTable<GradientMaskingReport>(GradientMaskingView.Of),
        AsTable<RobustnessTable>(RobustnessTableView.Of),
        AsTable<MatrixTable>(MatrixTableView.Of),
        AsFigure<ConfusionMatrix>(matrix => Show.Confusion(matrix)),
        AsFigure<RobustnessCurve>(curve => Show.Curves(curve)),
        AsFigure<IEnumerable<RobustnessCurve>>(curves => Show.Curves([.. curves])),
        AsFigure<LatentExamples>(points => Show.Latents(points)),
        AsPicture<DecisionRegions>(network => Show.Regions(network)),
        AsFigure<DepthDivergence>(network => Show.Depth(network)),
        AsFigure<LossSurface>(surface => Show.Surface(surface)),
        AsPicture<PredictionConfidence>(network => Show.Confidence(network)),
    ];

    /// <summary>Registers the formatters again, after <see cref="Formatter.ResetToDefault"/> for example.</summary>
    public static void Register()
    {
        foreach (var entry in Entries) entry.Register();
    }

    /// <summary>The view of an object, by the last entry that its type matches.</summary>
    internal static View ViewOf(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Entries.LastOrDefault(entry => entry.Type.IsInstanceOfType(value))?.View(value)
            ?? throw new ArgumentException($"There is no view for a {value.GetType().Name}.", nameof(value));
    }

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The formatters must be there before a value is shown.")]
    internal static void RegisterAtLoad() => Register();

    private static Entry AsTable<T>(Func<T, View> view) => Of(view, Mime.OfTable);

    private static Entry AsPicture<T>(Func<T, View> view) => Of(view, Mime.OfPicture);

    private static Entry AsFigure<T>(Func<T, View> view) => Of(view, Mime.OfFigure);

    private static Entry Of<T>(Func<T, View> view, string[] mimeTypes) =>
        new(typeof(T), value => view((T)value), () => Register(view, mimeTypes));

    /// <summary>Shows the objects of a type by a view.</summary>
    internal static void Register<T>(Func<T, View> view, string[] mimeTypes)
    {
        foreach (var mimeType in mimeTypes)
            Formatter.Register<T>((value, writer) => writer.Write(view(value).As(mimeType)), mimeType);
        Formatter.SetPreferredMimeTypesFor(typeof(T), mimeTypes);
    }

    private sealed record Entry(Type Type, Func<object, View> View, Action Register);
}
