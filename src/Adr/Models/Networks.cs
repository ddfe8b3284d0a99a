using TorchSharp;
using TorchSharp.Modules;

namespace Adr.Models;

/// <summary>The library's networks by their architecture's name, and from a file of weights.</summary>
/// <remarks>To add a network, write its class in a file of its own and add one line to the registry below.</remarks>
public static class Networks
{
    private delegate Classifier Make(long seed, int classes, double? dropout);

    private static readonly (string Name, Make Make)[] Registry =
    [
        ("mnist-cnn", (seed, _, dropout) => new MnistCnn(seed, dropout ?? 0.5)),
        ("cifar-cnn", (seed, classes, dropout) => new CifarCnn(seed, classes, dropout ?? 0.5)),
        ("cifar-100-cnn", (seed, classes, dropout) => new Cifar100Cnn(seed, classes, dropout ?? 0.5)),
        ("resnet-18", (seed, classes, _) => new ResNet18(seed, classes)),
        ("wide-resnet-34-10", (seed, classes, _) => new WideResNet(seed, classes)),
        ("toy-mlp", (seed, classes, _) => new ToyMlp(seed, classes)),
    ];

    /// <summary>The names that <see cref="Create"/> knows. Wide residual networks have any size.</summary>
    public static IReadOnlyList<string> Architectures { get; } = [.. Registry.Select(network => network.Name)];

    /// <summary>A network with fresh weights.</summary>
    /// <param name="architecture">A <see cref="Classifier.Architecture"/>, such as "wide-resnet-16-4".</param>
    /// <param name="classes">The number of classes K. Default 10.</param>
    /// <param name="seed">The seed of the initial weights. Default 0.</param>
    /// <param name="dropout">Of a plain CNN, in [0,1); null, the default, for the authors' 0.5. Other networks have
    /// none.</param>
    /// <exception cref="ArgumentException">There is no such network, or it has other classes or no dropout.</exception>
    public static Classifier Create(string architecture, int classes = 10, long seed = 0, double? dropout = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(architecture);
        var make = Registry.FirstOrDefault(network => network.Name == architecture).Make;
        if (make is null && WideResNet.SizeOf(architecture) is var (depth, width))
            make = (seed, classes, _) => new WideResNet(seed, classes, depth, width);
        if (make is null)
            throw new ArgumentException($"There is no network \"{architecture}\". Choose one of "
                + $"{string.Join(", ", Architectures)}.", nameof(architecture));
        var model = make(seed, classes, dropout);
        if (model.Classes == classes && (dropout is null || model.modules().OfType<Dropout>().Any())) return model;
        model.Dispose();
        throw model.Classes == classes
            ? new ArgumentException($"{architecture} has no dropout.", nameof(dropout))
            : new ArgumentException($"{architecture} has {model.Classes} classes, not {classes}.", nameof(classes));
    }

    /// <summary>A network with the weights of a file: a run folder's <c>best.safetensors</c>, or one from
    /// PyTorch.</summary>
    /// <param name="path">A safetensors file with the network's names and shapes (<see cref="Weights"/>).</param>
    /// <param name="architecture">The network; null to take what the file says of itself.</param>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, does not fit, or names no network.</exception>
    public static Classifier Load(string path, string? architecture = null)
    {
        using var scope = torch.NewDisposeScope();
        var (tensors, metadata) = Safetensors.Read(path);
        var name = architecture ?? metadata.GetValueOrDefault("architecture")
            ?? throw new InvalidDataException(
                $"'{path}' does not say which network it is for. Name one of {string.Join(", ", Architectures)}.");
        var model = Create(name);
        // the rows of the last matrix are the classes
        var last = model.state_dict().Last(pair => pair.Value.shape.Length == 2).Key;
        if (tensors.TryGetValue(last, out var rows) && rows.shape is [var classes, _] && classes != model.Classes)
        {
            model.Dispose();
            model = Create(name, (int)classes);
        }
        Weights.Load(model, path);
        return model;
    }
}
