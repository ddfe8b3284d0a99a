using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Training;

/// <summary>Keeps the weights of the best epoch, in the run folder or, without one, in memory.</summary>
internal sealed class BestWeights(Classifier model, RunFolder? folder) : IDisposable
{
    private Dictionary<string, Tensor>? _copy;

    /// <summary>Keeps the model's weights as they are.</summary>
    internal void Keep()
    {
        if (folder is not null)
        {
            Weights.Save(model, folder.BestPath);
            return;
        }
        Dispose();
        _copy = model.state_dict().ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().DetachFromDisposeScope());
    }

    /// <summary>Puts the kept weights into the model.</summary>
    internal void Load()
    {
        if (folder is not null)
        {
            Weights.Load(model, folder.BestPath);
            return;
        }
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        foreach (var (name, value) in model.state_dict()) value.copy_(_copy![name]);
    }

    /// <summary>Frees the copy.</summary>
    public void Dispose()
    {
        foreach (var value in _copy?.Values ?? Enumerable.Empty<Tensor>()) value.Dispose();
        _copy = null;
    }
}
