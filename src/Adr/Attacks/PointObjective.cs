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

    private PointObjective(PointObjective whole, Tensor labels, Tensor? clean) =>
        (_model, _loss, _cost, _labels, _clean) = (whole._model, whole._loss, whole._cost, labels, clean);

    /// <summary>That of some of the points.</summary>
    /// <param name="labels">Theirs [b].</param>
    /// <param name="positions">Where they stand among these [b].</param>
    internal PointObjective Of(Tensor labels, Tensor positions) =>
        new(this, labels, _clean?.index_select(0, positions).MoveToOuterDisposeScope());

    /// <summary>The gradient at <paramref name="candidate"/> [B,…], and the margins there.</summary>
    internal (Tensor Gradient, PointMargins? Margins) Ascend(Tensor candidate, bool wantMargin)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        _cost.Count(candidate.shape[0], withGradient: true);
        var delta = zeros_like(candidate, requires_grad: true); // a fresh leaf: TorchSharp 0.99 leaks a tensor on requires_grad_()
        var logits = _model.call(candidate.detach() + delta);
        var gradient = autograd.grad([Total(logits)], [delta])[0].MoveToOuterDisposeScope();
        return (gradient, wantMargin ? PointMargins.Of(logits.detach(), _labels) : null);
    }

    /// <summary>The margins at <paramref name="candidate"/>.</summary>
    internal PointMargins Margins(Tensor candidate)
    {
        using var scope = NewDisposeScope();
        _cost.Count(candidate.shape[0], withGradient: false);
        return PointMargins.Of(_model.call(candidate), _labels);
    }

    private Tensor Total(Tensor logits) => _loss switch
    {
        AttackLoss.CrossEntropy => nn.functional.cross_entropy(logits, _labels, reduction: nn.Reduction.Sum),
        AttackLoss.KullbackLeibler => -(_clean! * nn.functional.log_softmax(logits, 1)).sum(), // KL but for H(p(x)), a constant
        _ => PointMargins.Margins(logits, _labels).sum(),
    };
}
