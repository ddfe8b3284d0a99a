using System.Text.RegularExpressions;
using TorchSharp;

namespace Adr.Models;

/// <summary>The library's networks by their architecture's name, and from a file of weights.</summary>
public static partial class Networks
{
    /// <summary>The names that <see cref="Create"/> knows; of the wide residual network any depth and width.</summary>
    public static IReadOnlyList<string> Architectures { get; } = ["mnist-cnn", "cifar-cnn", "cifar-100-cnn", "resnet-18", "wide-resnet-34-10", "toy-mlp"];

    /// <summary>A network with fresh weights.</summary>
    /// <param name="architecture">A <see cref="Classifier.Architecture"/>, such as "mnist-cnn" or "wide-resnet-34-10".</param>
    /// <param name="classes">The number of classes K; 10.</param>
    /// <param name="seed">The seed of the initial weights; 0.</param>
    /// <param name="dropout">The dropout of a plain CNN, in [0,1); null, the default, for the authors' 0.5. Other networks have none.</param>
    /// <exception cref="ArgumentException">There is no such network, it does not take so many classes, or it has no dropout.</exception>
    public static Classifier Create(string architecture, int classes = 10, long seed = 0, double? dropout = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(architecture);
        if (dropout is not null && !architecture.EndsWith("-cnn", StringComparison.Ordinal)) throw new ArgumentException($"{architecture} has no dropout.", nameof(dropout));
        if (WideResNetName().Match(architecture) is { Success: true } wide)
            return new WideResNet(seed, classes, int.Parse(wide.Groups["depth"].Value), int.Parse(wide.Groups["width"].Value));
        return architecture switch
        {
            "mnist-cnn" when classes == 10 => new MnistCnn(seed, dropout ?? 0.5),
            "mnist-cnn" => throw new ArgumentException($"mnist-cnn has 10 classes, not {classes}.", nameof(classes)),
            "cifar-cnn" => new CifarCnn(seed, classes, dropout ?? 0.5),
            "cifar-100-cnn" => new Cifar100Cnn(seed, classes, dropout ?? 0.5),
            "toy-mlp" => new ToyMlp(seed, classes),
            "resnet-18" => new ResNet18(seed, classes),
            _ => throw new ArgumentException($"There is no network \"{architecture}\". Choose one of {string.Join(", ", Architectures)}.", nameof(architecture)),
        };
    }

    /// <summary>A network with the weights of a file, such as a run folder's <c>best.safetensors</c> or one written from PyTorch.</summary>
    /// <param name="path">A safetensors file with the network's names and shapes (<see cref="Weights"/>).</param>
    /// <param name="architecture">The network; null to take what the file says of itself.</param>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    /// <exception cref="InvalidDataException">The file is not valid, does not fit the network, or does not say which network it is for.</exception>
    public static Classifier Load(string path, string? architecture = null)
    {
        using var scope = torch.NewDisposeScope();
        var (tensors, metadata) = Safetensors.Read(path);
        var name = architecture ?? metadata.GetValueOrDefault("architecture")
            ?? throw new InvalidDataException($"'{path}' does not say which network it is for. Name one of {string.Join(", ", Architectures)}.");
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

    [GeneratedRegex("^wide-resnet-(?<depth>[0-9]{1,4})-(?<width>[0-9]{1,3})$")]
    private static partial Regex WideResNetName();
}
