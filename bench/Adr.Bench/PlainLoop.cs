using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Adr.Bench;

/// <summary>The loop of tests/reference/authors_loop.py in plain TorchSharp, as a user would write it from the paper,
/// on the same libtorch as the library: channels first, parameters that ask for gradients while the attack runs, all
/// pairs laid out, accuracies by two more passes.</summary>
internal sealed class PlainLoop : IDisposable
{
    private const double Separation = 0.99;
    private readonly Scenario _scenario;
    private readonly PlainNetwork _model;
    private readonly Tensor _images, _labels;
    private readonly double _epsilon, _stepSize;
    private readonly torch.optim.Optimizer _optimizer;

    internal PlainLoop(Scenario scenario, TrainedDigits? digits)
    {
        _scenario = scenario;
        manual_seed(1);
        _model = PlainNetwork.Of(scenario.Network);
        if (digits is not null) _model.Load(digits.WeightsFile);
        (_epsilon, _stepSize) = scenario.Network == "mnist-cnn" ? (0.3, 0.01) : (8 / 255.0, 2 / 255.0);
        long[] shape = scenario.Network == "mnist-cnn" ? [1, 28, 28] : [3, 32, 32];
        _images = (digits?.Points.Images ?? rand([scenario.Batch, .. shape])).contiguous().DetachFromDisposeScope();
        _labels = (digits?.Points.Labels ?? randint(0, 10, [scenario.Batch], dtype: ScalarType.Int64))
            .DetachFromDisposeScope();
        _optimizer = scenario.Network switch
        {
            "mnist-cnn" => torch.optim.SGD(_model.parameters(), 0.01, momentum: 0.9),
            "cifar-cnn" => torch.optim.Adam(_model.parameters(), 0.001),
            _ => torch.optim.SGD(_model.parameters(), 0.01, momentum: 0.9, weight_decay: 3.5e-3),
        };
    }

    /// <summary>Points that the last evaluation found robust.</summary>
    internal int Right { get; private set; }

    /// <summary>Runs the scenario once; seconds.</summary>
    internal double Run()
    {
        using var scope = NewDisposeScope();
        var clock = Stopwatch.StartNew();
        if (_scenario.IsEvaluation) Right = Evaluate();
        for (var repeat = 0; !_scenario.IsEvaluation && repeat < _scenario.Repeats; repeat++) Train();
        return clock.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _model.Dispose();
        _images.Dispose();
        _labels.Dispose();
    }

    private void Train()
    {
        using var scope = NewDisposeScope();
        var isTrades = _scenario.Defence.EndsWith("TRADES", StringComparison.Ordinal);
        _model.train();
        _optimizer.zero_grad();
        var moved = Perturb(isTrades);
        _model.train();
        _optimizer.zero_grad();
        var (z, logits) = _model.Represent(_images);
        var (zMoved, movedLogits) = _model.Represent(moved);
        // as the authors' trades.py
        var again = _scenario.Defence == "TRADES" ? _model.call(_images) : logits;
        var loss = F.cross_entropy(logits, _labels) + (isTrades
            ? F.kl_div(F.log_softmax(movedLogits, 1), F.softmax(again, 1), reduction: nn.Reduction.Sum)
                / _images.shape[0]
            : F.cross_entropy(movedLogits, _labels));
        if (_scenario.Defence.StartsWith("ADR", StringComparison.Ordinal))
            loss = loss + Terms(z, logits, zMoved, movedLogits);
        loss.backward();
        _optimizer.step();
        foreach (var images in new[] { _images, moved })
            _model.call(images).argmax(1).eq(_labels).to(ScalarType.Float32).mean().item<float>();
        loss.item<float>();
    }

    private Tensor Perturb(bool isTrades)
    {
        _model.eval();
        var x = isTrades ? _images + 0.001 * randn_like(_images)
            : _images + empty_like(_images).uniform_(-_epsilon, _epsilon);
        for (var step = 0; step < _scenario.Steps; step++)
        {
            using var scope = NewDisposeScope();
            x = x.detach().requires_grad_(true);
            var logits = _model.call(x);
            var loss = isTrades
                ? F.kl_div(F.log_softmax(logits, 1), F.softmax(_model.call(_images), 1), reduction: nn.Reduction.Sum)
                : F.cross_entropy(logits, _labels, reduction: nn.Reduction.Sum);
            var gradient = autograd.grad([loss], [x])[0];
            x = Projected(x.detach() + _stepSize * gradient.sign()).MoveToOuterDisposeScope();
        }
        return x.detach();
    }

    private int Evaluate()
    {
        _model.eval();
        var x = _images + empty_like(_images).uniform_(-_epsilon, _epsilon);
        for (var step = 0; step < _scenario.Steps; step++)
        {
            using var scope = NewDisposeScope();
            x = x.detach().requires_grad_(true);
            F.cross_entropy(_model.call(x), _labels).backward();
            x = Projected(x.detach() + _stepSize * x.grad!.sign()).MoveToOuterDisposeScope();
        }
        using var noGraph = no_grad();
        return (int)_model.call(x).argmax(1).eq(_labels).sum().item<long>();
    }

    private Tensor Projected(Tensor x) =>
        min(max(x, _images - _epsilon), _images + _epsilon).clamp(0, 1);

    private Tensor Terms(Tensor z, Tensor logits, Tensor zMoved, Tensor movedLogits)
    {
        var local = (z.detach() - zMoved).abs().mean([-1]).mean() + CrossEntropy(movedLogits, logits.detach()).mean()
            + CrossEntropy(movedLogits, movedLogits).mean();
        return local + GlobalTerms(z.detach(), logits.detach(), zMoved, movedLogits, _labels);
    }

    /// <summary>Global compactness and smoothness, with every pair laid out: [B,B,D] and [B,B,K].</summary>
    internal static Tensor GlobalTerms(Tensor z, Tensor logits, Tensor zMoved, Tensor movedLogits, Tensor labels)
    {
        var (count, classes) = (logits.shape[0], logits.shape[1]);
        var ones = F.one_hot(labels, classes).to(ScalarType.Float32);
        var distance = (ones.unsqueeze(0) - ones.unsqueeze(1)).abs().sum(-1);
        var weights = (Separation - distance / distance.max()) / Separation;
        var compact = (z.unsqueeze(0) - zMoved.unsqueeze(1)).abs().mean([-1]);
        var clean = logits.unsqueeze(0).repeat_interleave(count, dim: 0).reshape(count * count, classes);
        var moved = movedLogits.unsqueeze(1).repeat_interleave(count, dim: 1).reshape(count * count, classes);
        var smooth = CrossEntropy(moved, clean).reshape(count, count);
        return (weights * compact).mean() + (weights * smooth).mean();
    }

    private static Tensor CrossEntropy(Tensor logits, Tensor target) =>
        -(F.softmax(target, -1) * F.log_softmax(logits, -1)).sum(-1);
}
