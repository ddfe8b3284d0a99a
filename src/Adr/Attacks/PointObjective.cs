using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>The loss that an attack increases, as a sum over points: so each point's gradient is that of its own loss.</summary>
internal sealed class PointObjective
{
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly AttackLoss _loss;
    private readonly Tensor _labels;
    private readonly Tensor? _clean; // p(x) [B,K], for KullbackLeibler
    private readonly AttackCost _cost;

    internal PointObjective(nn.Module<Tensor, Tensor> model, AttackLoss loss, Tensor origin, Tensor labels, AttackCost cost)
    {
        (_model, _loss, _labels, _cost) = (model, loss, labels, cost);
        if (loss != AttackLoss.KullbackLeibler) return;
        using var scope = NewDisposeScope();
        cost.Count(origin.shape[0], withGradient: false);
        _clean = nn.functional.softmax(model.call(origin), 1).MoveToOuterDisposeScope(); // constant over the steps
    }

    /// <summary>The gradient at <paramref name="candidate"/> [B,…], and the margin there [B].</summary>
    internal (Tensor Gradient, Tensor Margin) Ascend(Tensor candidate, bool wantMargin)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        _cost.Count(candidate.shape[0], withGradient: true);
        var delta = zeros_like(candidate, requires_grad: true); // a fresh leaf: TorchSharp 0.99 leaks a tensor on requires_grad_()
        var logits = _model.call(candidate.detach() + delta);
        var gradient = autograd.grad([Total(logits)], [delta])[0].MoveToOuterDisposeScope();
        return (gradient, wantMargin ? Margins(logits.detach(), _labels).MoveToOuterDisposeScope() : gradient);
    }

    /// <summary>The margin max over k ≠ y of logits_k, minus logits_y [B]: positive where <paramref name="candidate"/> is misclassified.</summary>
    internal Tensor Margin(Tensor candidate)
    {
        using var scope = NewDisposeScope();
        _cost.Count(candidate.shape[0], withGradient: false);
        return Margins(_model.call(candidate), _labels).MoveToOuterDisposeScope();
    }

    private Tensor Total(Tensor logits) => _loss switch
    {
        AttackLoss.CrossEntropy => nn.functional.cross_entropy(logits, _labels, reduction: nn.Reduction.Sum),
        AttackLoss.KullbackLeibler => -(_clean! * nn.functional.log_softmax(logits, 1)).sum(), // KL but for H(p(x)), a constant
        _ => Margins(logits, _labels).sum(),
    };

    private static Tensor Margins(Tensor logits, Tensor labels)
    {
        var label = labels.unsqueeze(1);                                                                 // [B,1]
        var others = logits.scatter(1, label, full_like(label, double.NegativeInfinity, logits.dtype));  // [B,K], -inf at y
        return others.amax([1L]) - logits.gather(1, label).squeeze(1);                                   // [B]
    }
}
