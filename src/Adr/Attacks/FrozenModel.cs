using Adr.Models;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Attacks;

/// <summary>A model with frozen parameters, in evaluation mode unless training mode is asked for, until disposed; then
/// every module and parameter is as it was.</summary>
internal sealed class FrozenModel : IDisposable
{
    private readonly nn.Module<Tensor, Tensor> _model;
    private readonly bool _inTrainingMode;
    private readonly List<(nn.Module Module, bool Training)> _modes;
    private readonly List<Parameter> _frozen;
    private LogitsOnly? _network;

    internal FrozenModel(nn.Module<Tensor, Tensor> model, bool inTrainingMode = false)
    {
        (_model, _inTrainingMode) = (model, inTrainingMode);
        _modes = [(model, model.training), .. model.modules().Select(module => (module, module.training))];
        _frozen = [.. model.parameters().Where(parameter => parameter.requires_grad)];
        model.train(inTrainingMode);
        foreach (var parameter in _frozen) parameter.requires_grad = false;
    }

    /// <summary>The fastest form of the model for weights that do not change (<see cref="Classifier.Frozen"/>), or the
    /// model itself. Its tensors belong to the dispose scope that is open.</summary>
    internal nn.Module<Tensor, Tensor> Network() =>
        !_inTrainingMode && (_model as Classifier)?.Frozen() is { } logits
            ? _network = new LogitsOnly(ModelFacts.NameOf(_model), logits)
            : _model;

    /// <summary>Restores modes and flags.</summary>
    public void Dispose()
    {
        _network?.Dispose();
        // train() also sets the modules below, so parents come first: modules() lists them so
        foreach (var (module, training) in _modes) module.train(training);
        foreach (var parameter in _frozen) parameter.requires_grad = true;
    }

    private sealed class LogitsOnly(string name, Func<Tensor, Tensor> logits) : nn.Module<Tensor, Tensor>(name)
    {
        public override Tensor forward(Tensor images)
        {
            using var scope = NewDisposeScope();
            return logits(images).MoveToOuterDisposeScope();
        }
    }
}
