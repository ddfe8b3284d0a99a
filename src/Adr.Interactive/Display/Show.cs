using Adr.Data;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Models;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Interactive;

/// <summary>
/// The figures that compare several objects or take options. A new figure is one file in this folder and one line here.
/// </summary>
/// <remarks>An object alone needs no call: a notebook shows it as <see cref="AdrFormatters"/> lists.</remarks>
public static class Show
{
    /// <summary>The view that a notebook shows for an object of Adr, such as a report or a history.</summary>
    /// <param name="value">An object of a type that <see cref="AdrFormatters"/> lists.</param>
    /// <exception cref="ArgumentException">The type of the object has no view.</exception>
    public static View Of(object value) => AdrFormatters.ViewOf(value);

    /// <summary>Images, ten in a row.</summary>
    /// <param name="images">[B,C,H,W] or one [C,H,W], with values in [0,1] and C = 1 or 3.</param>
    /// <param name="labels">[B] class numbers, which are written under the images; null for none.</param>
    /// <param name="count">How many images to show, from the first. Default: 20.</param>
    /// <param name="classNames">The names of the classes; null for their numbers.</param>
    /// <exception cref="ArgumentException">The tensor has another shape, or the labels do not match it.</exception>
    public static ImageGrid Images(
        Tensor images, Tensor? labels = null, int count = 20, IReadOnlyList<string>? classNames = null) =>
        ImageView.Of(images, labels, count, classNames);

    /// <summary>The images of a batch with their labels.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="count">How many images to show, from the first. Default: 20.</param>
    /// <param name="classNames">The names of the classes; null for their numbers.</param>
    public static ImageGrid Images(Batch batch, int count = 20, IReadOnlyList<string>? classNames = null) =>
        ImageView.Of(batch.Images, batch.Labels, count, classNames);

    /// <summary>Clean images, their adversarial versions and the magnified perturbation, with predictions.</summary>
    /// <param name="model">The model. It predicts in evaluation mode; its mode is restored afterwards.</param>
    /// <param name="images">[B,C,H,W] clean images.</param>
    /// <param name="adversarial">[B,C,H,W] adversarial images.</param>
    /// <param name="labels">[B] true classes.</param>
    /// <param name="count">How many images to show, from the first. Default: 8.</param>
    /// <param name="classNames">The names of the classes; null for their numbers.</param>
    /// <exception cref="ArgumentException">Clean and adversarial images differ in shape.</exception>
    public static ImageGrid Adversarial(
        nn.Module<Tensor, Tensor> model, Tensor images, Tensor adversarial, Tensor labels,
        int count = 8, IReadOnlyList<string>? classNames = null) =>
        AdversarialView.Of(model, images, adversarial, labels, count, classNames);

    /// <summary>A confusion matrix: counts in the cells, and the share of the row as colour.</summary>
    public static HeatmapFigure Confusion(ConfusionMatrix matrix, string title = "Confusion matrix") =>
        ConfusionView.Of(matrix, title);

    /// <summary>Robust accuracy over ε with 95 % intervals, one curve for each model.</summary>
    /// <remarks>ε = 0 gives the natural accuracy.</remarks>
    public static LineFigure Curves(params IReadOnlyList<RobustnessCurve> curves) => RobustnessCurveView.Of(curves);

    /// <summary>The share of examples that are misclassified within each distance, one curve for each report.</summary>
    /// <exception cref="ArgumentException">There is no report, or their norms differ.</exception>
    public static LineFigure Distances(params IReadOnlyList<MinimumNormReport> reports) => DistanceView.Of(reports);

    /// <summary>Latents in a plane: discs are clean images, crosses adversarial ones; colours are classes.</summary>
    /// <param name="points">The latents.</param>
    /// <param name="title">The figure's title.</param>
    /// <param name="width">Its width in pixels; 400 for two in a <see cref="FigureRow"/>. Default: 640.</param>
    public static ScatterFigure Latents(
        LatentExamples points, string title = "Latents z of clean and z' of adversarial images", int width = 640) =>
        LatentView.Of(points, title, width);

    /// <summary>Decision regions in the plane with points on them, clean and attacked: one figure for each
    /// model.</summary>
    /// <exception cref="ArgumentException">There is no model.</exception>
    public static FigureRow Regions(params IReadOnlyList<DecisionRegions> networks) => RegionsView.Of(networks);

    /// <summary>How far an attack moves images at each layer, relative to the distance between classes.</summary>
    /// <param name="networks">At least one network; all must have the same layers.</param>
    /// <exception cref="ArgumentException">There is no network, or their layers differ.</exception>
    public static BarFigure Depth(params IReadOnlyList<DepthDivergence> networks) => DepthView.Divergence(networks);

    /// <summary>How wide classes are at each layer, relative to the distance between classes.</summary>
    /// <param name="networks">At least one network; all must have the same layers.</param>
    /// <exception cref="ArgumentException">There is no network, or their layers differ.</exception>
    public static BarFigure Widths(params IReadOnlyList<DepthDivergence> networks) => DepthView.Widths(networks);

    /// <summary>The share of images up to each confidence and up to each entropy, clean and attacked.</summary>
    /// <param name="networks">At least one network.</param>
    /// <exception cref="ArgumentException">There is no network.</exception>
    public static FigureRow Confidence(params IReadOnlyList<PredictionConfidence> networks) =>
        ConfidenceView.Of(networks);

    /// <summary>
    /// What a network that predicts the same for every image gains or loses by favouring one class, for each defence
    /// (see <see cref="ConstantPredictor"/>).
    /// </summary>
    /// <param name="experiment">The experiment, which holds the weights of the terms.</param>
    /// <param name="defences">The names of defences that the experiment knows; null for those of its tables.</param>
    /// <param name="classes">The number of classes, at least 2. Default: 10.</param>
    public static LineFigure ConstantPredictor(
        Experiment experiment, IReadOnlyList<string>? defences = null, int classes = 10) =>
        ConstantPredictorView.Of(experiment, defences, classes);

    /// <summary>The cross-entropy around one image as colour; × marks where the image is misclassified.</summary>
    /// <param name="surface">The measured surface.</param>
    /// <param name="most">
    /// The loss that has the full colour; null for the largest one. Use the same for networks that you compare.
    /// </param>
    public static HeatmapFigure Surface(LossSurface surface, double? most = null) => SurfaceView.Of(surface, most);

    /// <summary>Images, and for each network the gradients of their cross-entropy with respect to image and
    /// latent.</summary>
    /// <param name="images">The images whose gradients they are; the first are shown, at most 10.</param>
    /// <param name="networks">At least one network.</param>
    /// <exception cref="ArgumentException">There is no network, or the gradients are of other images.</exception>
    public static ImageGrid Gradients(Dataset images, params IReadOnlyList<LossGradients> networks) =>
        GradientView.Of(images, networks);

    /// <summary>Accuracy over the weight of a term: natural dashed, under the last attack solid.</summary>
    /// <param name="weights">The weights, in the order of the rows.</param>
    /// <param name="rows">For each term, one row for each weight.</param>
    /// <exception cref="ArgumentException">A term does not have one row for each weight.</exception>
    public static LineFigure Sensitivity(
        IReadOnlyList<double> weights, IReadOnlyDictionary<string, List<ModelResult>> rows) =>
        SensitivityView.Of(weights, rows);

    /// <summary>What an epoch of training costs under each defence, in seconds.</summary>
    /// <param name="histories">At least one history.</param>
    /// <exception cref="ArgumentException">There is no history.</exception>
    public static BarFigure Costs(params IReadOnlyList<TrainingHistory> histories) =>
        TrainingHistoryView.Costs(histories);

    /// <summary>The accuracies of a table as bars, one group for each attack.</summary>
    public static BarFigure Bars(RobustnessTable table) => RobustnessTableView.Bars(table);

    /// <summary>
    /// Many settings of one experiment, a line each: natural accuracy, accuracy under the last attack on all examples,
    /// and accuracy under Auto-Attack where it was run.
    /// </summary>
    public static IntervalFigure Intervals(RobustnessTable table) => RobustnessTableView.Intervals(table);
}
