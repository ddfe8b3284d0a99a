using Adr.Data;
using Adr.Evaluation;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>One evaluation with an evaluator of its own.</summary>
internal static class Evaluating
{
    internal static T With<T>(nn.Module<Tensor, Tensor> model, Dataset data, EvaluationOptions? options, string? name,
        Func<Evaluator, T> evaluate, CancellationToken cancellation = default)
    {
        using var evaluator = new Evaluator(model, data, options, name, cancellation);
        return evaluate(evaluator);
    }
}
