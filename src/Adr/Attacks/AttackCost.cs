using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Counts what attacks spend. One instance may be passed to many calls; it adds up. Not safe for use from several threads.</summary>
public sealed class AttackCost
{
    /// <summary>Points that went forward through the model.</summary>
    public long Forwards { get; private set; }

    /// <summary>Points whose gradient was computed.</summary>
    public long Backwards { get; private set; }

    /// <summary>Forward plus backward passes, counted per point.</summary>
    public long ModelEvaluations => Forwards + Backwards;

    /// <summary>Asks a model, and counts: the logits [b,K] of images [b,…].</summary>
    internal Tensor Ask(nn.Module<Tensor, Tensor> model, Tensor images)
    {
        Forwards += images.shape[0];
        return model.call(images);
    }

    /// <summary>One more gradient of points that went forward already.</summary>
    internal void CountGradient(long points) => Backwards += points;
}
