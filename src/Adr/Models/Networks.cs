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
    /// <param name="note">See <see cref="Weights.Load"/>.</param>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, does not fit, or names no network.</exception>
    public static Classifier Load(string path, string? architecture = null, Action<string>? note = null)
    {
        using var scope = torch.NewDisposeScope();
        var (stored, metadata) = Safetensors.Read(path);
        var name = architecture ?? Known(metadata.GetValueOrDefault("architecture"), path);
        var values = stored.Values.Sum(tensor => tensor.numel());
        if (WideResNet.SizeOf(name) is var (depth, width) && WideResNet.Weights(depth, width) is var least
            && values < least)
            throw new InvalidDataException(
                $"'{path}' does not fit {name}: it holds {values} values, and the network has more than {least:N0}.");
        var model = Create(name);
        try
        {
            stored = Weights.WithoutPrefix(stored, model, path, note);
            // the rows of the last matrix are the classes
            var (last, own) = model.state_dict().Last(pair => pair.Value.shape.Length == 2);
            if (stored.TryGetValue(last, out var rows) && rows.shape is [var classes, > 0 and var columns]
                && columns == own.shape[1] && classes != model.Classes)
            {
                model.Dispose();
                model = Sized(name, classes, path);
            }
            Weights.CheckNumbers(model, stored, path);
            Weights.CopyInto(model, stored, path);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static string Known(string? architecture, string path)
    {
        if (Registry.Any(network => network.Name == architecture)
            || architecture is not null && WideResNet.SizeOf(architecture) is not null) return architecture!;
        var what = architecture is null
            ? "does not say which network it is for"
            : $"says that it is for the network \"{architecture}\", which this library does not have";
        throw new InvalidDataException($"'{path}' {what}. Name one of {string.Join(", ", Architectures)}.");
    }

    private static Classifier Sized(string name, long classes, string path)
    {
        try
        {
            return Create(name, checked((int)classes));
        }
        catch (Exception wrong) when (wrong is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"'{path}' has {classes} classes, which {name} cannot have.", wrong);
        }
    }
}
