using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>Holds a model still: evaluation mode and frozen parameters until disposed, then every module and parameter as it was.</summary>
internal sealed class StillModel : IDisposable
{
    private readonly List<(nn.Module Module, bool Training)> _modes;
    private readonly List<Parameter> _frozen;

    internal StillModel(nn.Module model)
    {
        _modes = [(model, model.training), .. model.modules().Select(module => (module, module.training))];
        _frozen = [.. model.parameters().Where(parameter => parameter.requires_grad)];
        model.eval();
        foreach (var parameter in _frozen) parameter.requires_grad = false;
    }

    /// <summary>Restores modes and flags.</summary>
    public void Dispose()
    {
        // train() also sets what lies below, so parents come first: modules() lists them so
        foreach (var (module, training) in _modes) module.train(training);
        foreach (var parameter in _frozen) parameter.requires_grad = true;
    }
}
