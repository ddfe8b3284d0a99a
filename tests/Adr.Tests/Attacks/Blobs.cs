using Adr.Native;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>A problem small enough to be learnt in a test: two classes, a bright upper or a bright lower half, in
/// images of 4×4.</summary>
internal static class Blobs
{
    /// <summary>[N,1,4,4] in [0,1] and labels: the halves differ by 0.2 on average, so ε = 0.15 suffices to exchange
    /// the classes.</summary>
    internal static (Tensor Images, Tensor Labels) Points(long seed, int count)
    {
        var labels = SplitMix.Labels(seed, count, 2);
        var images = SplitMix.Tensor(seed + 1, 0.3, 0.5, count, 1, 4, 4);
        var upper = zeros(1, 1, 4, 4);
        upper.narrow(2, 0, 2).fill_(1);
        var isUpper = labels.to(ScalarType.Float32).view(count, 1, 1, 1);
        return (images + 0.2 * (isUpper * upper + (1 - isUpper) * (1 - upper)), labels);
    }

    /// <summary>A small network trained on one draw, with another to be attacked.</summary>
    internal static (nn.Module<Tensor, Tensor> Model, Tensor Images, Tensor Labels) Trained()
    {
        var (train, labels) = Points(100, 128);
        var model = nn.Sequential(("flat", nn.Flatten()), ("hidden", nn.Linear(16, 8)), ("relu", nn.ReLU()),
            ("last", nn.Linear(8, 2)));
        SplitMix.Fill(model, 4);
        for (var step = 0; step < 300; step++)
        {
            using var scope = NewDisposeScope();
            Tensor[] parameters = [.. model.parameters()];
            var gradients = Gradients.Of(nn.functional.cross_entropy(model.call(train - 0.5), labels),
                parameters.Select(p => ("a parameter", p)));
            using var noGraph = no_grad();
            foreach (var (parameter, gradient) in parameters.Zip(gradients)) parameter.sub_(0.3 * gradient);
        }
        var (images, others) = Points(200, 96);
        return (new Centred(model), images, others);
    }

    private sealed class Centred : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _inner;

        internal Centred(nn.Module<Tensor, Tensor> inner) : base("centred")
        {
            _inner = inner;
            register_module("inner", inner);
        }

        public override Tensor forward(Tensor images) => _inner.call(images - 0.5);
    }
}
