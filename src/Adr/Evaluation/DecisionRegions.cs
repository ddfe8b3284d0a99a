using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>What a model predicts at every place of a square, and where points lie before and after an attack. It is
/// for points in the plane (<see cref="ToyPoints"/>), where all places can be looked at.</summary>
/// <param name="Model">The model's name in tables.</param>
/// <param name="DataSet">The data set's name.</param>
/// <param name="Attack">The attack's name.</param>
/// <param name="Threat">What the attack may do.</param>
/// <param name="Places">[n]: the middles of the grid's cells along either axis, ascending within the box.</param>
/// <param name="Probabilities">[n,n,K]: of each class at x = Places[j] and y = Places[i], in [0,1].</param>
/// <param name="Clean">[N,2]: x and y of each point.</param>
/// <param name="Adversarial">[N,2]: the same after the attack.</param>
/// <param name="Labels">[N]: their classes.</param>
/// <param name="Correct">[N]: whether each is classified correctly as it is.</param>
/// <param name="Robust">[N]: whether it is, and stays so under the attack.</param>
/// <param name="RobustOnGrid">[N]: whether it is, and so is every place of a grid of 21 × 21 from −ε to ε around it, as
/// far as these lie within ε.</param>
/// <param name="ClassNames">The names of the classes.</param>
public sealed record DecisionRegions(
    string Model,
    string DataSet,
    string Attack,
    ThreatModel Threat,
    double[] Places,
    double[,,] Probabilities,
    float[,] Clean,
    float[,] Adversarial,
    long[] Labels,
    bool[] Correct,
    bool[] Robust,
    bool[] RobustOnGrid,
    IReadOnlyList<string> ClassNames)
{
    private const int Around = 10; // steps of the grid around a point, each way

    /// <summary>The share of points that are classified correctly.</summary>
    public Proportion Natural => Proportion.Of(Correct);

    /// <summary>The share that is, and stays so under the attack.</summary>
    public Proportion RobustAccuracy => Proportion.Of(Robust);

    /// <summary>The share that is, and with it every place of the grid around it: robust accuracy without an attack. An
    /// attack that finds less than the grid is a bad one.</summary>
    public Proportion GridAccuracy => Proportion.Of(RobustOnGrid);

    /// <summary>Asks the model at every place, and attacks every point.</summary>
    /// <param name="evaluator">A model and points [N,1,1,2].</param>
    /// <param name="attack">The attack on every point.</param>
    /// <param name="count">n: how many places along either axis, at least 2. Default 128.</param>
    /// <exception cref="ArgumentException">The data are no points in the plane, or the attack does not suit the
    /// model.</exception>
    /// <exception cref="InvalidOperationException">The model's logits are not finite.</exception>
    public static DecisionRegions Evaluate(Evaluator evaluator, Attack attack, int count = 128)
    {
        ArgumentNullException.ThrowIfNull(evaluator);
        Require.That(count >= 2, count, "A grid needs at least 2 places along either axis.");
        var data = evaluator.Data;
        if (data.ImageShape is not [1, 1, 2])
            throw new ArgumentException($"Decision regions are of points in the plane, images [1,1,2] such as those "
                + $"of ToyPoints, but {data.Name} has images [{string.Join(",", data.ImageShape)}].",
                nameof(evaluator));
        evaluator.Check(attack);
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var bounds = ModelFacts.BoundsOf(evaluator.Model);
        double[] places = [.. Enumerable.Range(0, count).Select(i => bounds.Low + bounds.Range * (i + 0.5) / count)];
        var adversarial = new float[data.Count, 2];
        var robust = evaluator.Correct;
        foreach (var (_, attacked, positions) in evaluator.Attacked(attack, null, new AttackCost()))
        {
            var (predictions, moved) = (evaluator.Predict(attacked), attacked.to(ScalarType.Float32).Values<float>());
            for (var i = 0; i < positions.Length; i++)
            {
                var at = positions[i];
                (adversarial[at, 0], adversarial[at, 1]) = (moved[2 * i], moved[2 * i + 1]);
                robust[at] &= predictions[i] == evaluator.Labels[at];
            }
        }
        var clean = new float[data.Count, 2];
        Buffer.BlockCopy(data.Images.Values<float>(), 0, clean, 0, 2 * data.Count * sizeof(float));
        return new DecisionRegions(evaluator.Name, data.Name, attack.Name, attack.Threat, places,
            AskEverywhere(evaluator, places), clean, adversarial, evaluator.Labels, evaluator.Correct, robust,
            AskAround(evaluator, attack.Threat), data.ClassNames);
    }

    /// <summary>The class with the largest probability at x = Places[column] and y = Places[row], and that
    /// probability.</summary>
    /// <param name="row">i, from 0.</param>
    /// <param name="column">j, from 0.</param>
    public (int Class, double Probability) At(int row, int column)
    {
        var best = 0;
        for (var k = 1; k < ClassNames.Count; k++)
            if (Probabilities[row, column, k] > Probabilities[row, column, best]) best = k;
        return (best, Probabilities[row, column, best]);
    }

    // for each point whether it and every place of the grid around it have its class
    private static bool[] AskAround(Evaluator evaluator, ThreatModel threat)
    {
        var steps = Enumerable.Range(-Around, 2 * Around + 1).Select(i => threat.Epsilon * i / Around).ToArray();
        float[] offsets = [.. from up in steps
                              from across in steps
                              where Length(threat.Norm, across, up) <= threat.Epsilon * (1 + 1e-9)
                              from part in new[] { across, up }
                              select (float)part];
        var ball = tensor(offsets, [offsets.Length / 2, 1, 1, 2], device: new Device(evaluator.Device)); // [M,1,1,2]
        var robust = evaluator.Correct;
        foreach (var (points, _, positions) in evaluator.Batches("grid", evaluator.Correct))
        {
            using var scope = NewDisposeScope();
            var around = (points.unsqueeze(1) + ball).flatten(0, 1);                 // [B·M,1,1,2]
            var predictions = evaluator.Predict(around.clamp(threat.Bounds.Low, threat.Bounds.High))
                .Chunk((int)ball.shape[0]).ToArray();                                // [B][M]
            for (var i = 0; i < positions.Length; i++)
                robust[positions[i]] = Array.TrueForAll(predictions[i], one => one == evaluator.Labels[positions[i]]);
        }
        return robust;
    }

    private static double Length(Norm norm, double across, double up) => norm switch
    {
        Norm.Linf => Math.Max(Math.Abs(across), Math.Abs(up)),
        Norm.L1 => Math.Abs(across) + Math.Abs(up),
        _ => Math.Sqrt(across * across + up * up),
    };

    // a row of the grid at a time
    private static double[,,] AskEverywhere(Evaluator evaluator, double[] places)
    {
        var (n, classes) = (places.Length, evaluator.Data.Classes);
        var probabilities = new double[n, n, classes];
        for (var i = 0; i < n; i++)
        {
            evaluator.Cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            float[] points = [.. places.SelectMany(x => (float[])[(float)x, (float)places[i]])];
            var row = evaluator.Logits(tensor(points, [n, 1, 1, 2], device: new Device(evaluator.Device)))
                .to(ScalarType.Float64).softmax(1).Values<double>(); // [n,K]
            Buffer.BlockCopy(row, 0, probabilities, i * row.Length * sizeof(double), row.Length * sizeof(double));
        }
        return probabilities;
    }
}
