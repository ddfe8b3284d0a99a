using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Adr.Torch.Tests.NN;

/// <summary>Tests that set the global seed do not run at the same time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public class GlobalSeed
{
    public const string Name = "global seed";
}

internal static class Nets
{
    /// <summary>From [B,1,6,6] to [B,3]; the same as in torch_nn_fixtures.py.</summary>
    internal static Sequential Small() => Sequential(
        Conv2d(1, 4, 3, padding: 1), BatchNorm2d(4), ReLU(), MaxPool2d(2), Flatten(), Linear(4 * 3 * 3, 5), Dropout(0.5), Linear(5, 3, hasBias: false));
}

/// <summary>A module as users write them: fields of every kind, one list and one shared layer.</summary>
internal sealed class Custom : nn.Module<Tensor, Tensor>
{
    private readonly Linear first = Linear(4, 3);
    private readonly ModuleList<Linear> middle = ModuleList(Linear(3, 3), Linear(3, 3));
    private readonly Sequential last;
    private readonly Linear same;
    private readonly Parameter scale = new(ones(3));
    private readonly Tensor shift = zeros(3);
    private readonly string note = "not a component";

    internal Custom() : base(nameof(Custom))
    {
        same = first;
        last = Sequential(("dropout", Dropout()), ("out", Linear(3, 2)));
        RegisterComponents();
        register_buffer("scratch", zeros(1), persistent: false);
    }

    internal Tensor Scratch => get_buffer("scratch")!;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = same.call(input);
        foreach (var layer in middle) x = layer.call(x).relu();
        return last.call(x * scale + shift).MoveToOuterDisposeScope();
    }

    public override string ToString() => note;
}
