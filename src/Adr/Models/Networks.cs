using TorchSharp;
using TorchSharp.Modules;

namespace Adr.Models;

/// <summary>The library's networks by their architecture's name, and from a file of weights.</summary>
/// <remarks>To add a network, write its class in a file of its own and add one line to the registry below. A name with
/// a normalisation behind it, such as "resnet-18@cifar-10", is the network inside <see cref="Normalized"/>.</remarks>
public static class Networks
{
    private delegate Classifier Make(long seed, int classes, double? dropout);

    private static readonly (string Name, Make Make)[] Registry =
    [
        ("mnist-cnn", (seed, _, dropout) => new MnistCnn(seed, dropout ?? 0.5)),
        ("cifar-cnn", (seed, classes, dropout) => new CifarCnn(seed, classes, dropout ?? 0.5)),
        ("cifar-100-cnn", (seed, classes, dropout) => new Cifar100Cnn(seed, classes, dropout ?? 0.5)),
        ("resnet-18", (seed, classes, _) => new ResNet18(seed, classes)),
        ("preact-resnet-18", (seed, classes, _) => new PreActResNet18(seed, classes)),
        ("preact-resnet-18-fast", (seed, classes, _) => new PreActResNet18(seed, classes, PreActForm.Fast)),
        ("preact-resnet-18-fast-norm", (seed, classes, _) => new PreActResNet18(seed, classes, PreActForm.FastNorm)),
        ("silu-preact-resnet-18", (seed, classes, _) => new SiluPreActResNet18(seed, classes)),
        ("wide-resnet-34-10", (seed, classes, _) => new WideResNet(seed, classes)),
        ("silu-wide-resnet-28-10", (seed, classes, _) => new SiluWideResNet(seed, classes)),
        ("toy-mlp", (seed, classes, _) => new ToyMlp(seed, classes)),
    ];

    private static readonly (string Name, Func<long, int, WideSize, Classifier> Make)[] Families =
    [
        ("wide-resnet", (seed, classes, size) => new WideResNet(seed, classes, size.Depth, size.Width)),
        ("silu-wide-resnet", (seed, classes, size) => new SiluWideResNet(seed, classes, size.Depth, size.Width)),
    ];

    /// <summary>The names that <see cref="Create"/> knows. Wide residual networks have any size, and each network may
    /// have a normalisation behind its name: "@" and one of <see cref="Normalisation.Names"/>.</summary>
    public static IReadOnlyList<string> Architectures { get; } = [.. Registry.Select(network => network.Name)];

    /// <summary>A network with fresh weights.</summary>
    /// <param name="architecture">A <see cref="Classifier.Architecture"/>, such as "wide-resnet-16-4" or
    /// "preact-resnet-18@cifar-10".</param>
    /// <param name="classes">The number of classes K. Default 10.</param>
    /// <param name="seed">The seed of the initial weights. Default 0.</param>
    /// <param name="dropout">Of a plain CNN, in [0,1); null, the default, for the authors' 0.5. Other networks have
    /// none.</param>
    /// <exception cref="ArgumentException">There is no such network, or it has other classes, no dropout, or other
    /// channels than the normalisation.</exception>
    public static Classifier Create(string architecture, int classes = 10, long seed = 0, double? dropout = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(architecture);
        var (network, name) = Parts(architecture);
        if (name is null) return Plain(network, classes, seed, dropout);
        var by = Normalisation.Named(name) ?? throw new ArgumentException($"There is no normalisation \"{name}\". "
            + $"Choose one of {string.Join(", ", Normalisation.Names)}.", nameof(architecture));
        return Wrapped(Plain(network, classes, seed, dropout), by);
    }

    /// <summary>A network with the weights of a file: a run folder's <c>best.safetensors</c>, or one from
    /// PyTorch.</summary>
    /// <param name="path">A file with the network's names and shapes (<see cref="Weights.Load"/>). A mean and a
    /// standard deviation in it become the network's (<see cref="Normalized"/>).</param>
    /// <param name="architecture">The network; null to take what the file says of itself. Files of PyTorch do not
    /// say.</param>
    /// <param name="note">See <see cref="Weights.Load"/>.</param>
    /// <exception cref="ArgumentException">There is no such network.</exception>
    /// <exception cref="InvalidDataException">The file is damaged, does not fit, or names no network.</exception>
    public static Classifier Load(string path, string? architecture = null, Action<string>? note = null)
    {
        using var scope = torch.NewDisposeScope();
        var stored = StoredWeights.Read(path, note);
        var name = architecture ?? Known(stored.Metadata.GetValueOrDefault("architecture"), path);
        var values = stored.Tensors.Values.Sum(tensor => tensor.numel());
        if (WideSize.Of(Parts(name).Network) is var (_, size) && values < size.Weights)
            throw new InvalidDataException($"'{path}' does not fit {name}: it holds {values} values, and the network "
                + $"has more than {size.Weights:N0}.");
        var model = For(stored, name, 10, path);
        try
        {
            var tensors = stored.NamedFor(model, note);
            // the rows of the last matrix are the classes
            var (last, own) = model.state_dict().Last(pair => pair.Value.shape.Length == 2);
            if (tensors.TryGetValue(last, out var rows) && rows.shape is [var classes, > 0 and var columns]
                && columns == own.shape[1] && classes != model.Classes)
            {
                model.Dispose();
                model = Sized(stored, name, classes, path);
                tensors = stored.NamedFor(model, null);
            }
            stored.CheckNormalisation(model);
            if (model is Normalized { Normalisation: var by } && Parts(name).Normalisation is null)
                note?.Invoke($"The images are normalised by the file's {by}.");
            Weights.CheckNumbers(model, tensors, path);
            Weights.CopyInto(model, tensors, path);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Whether <see cref="Create"/> knows a network of this name.</summary>
    internal static bool Knows(string architecture) => Parts(architecture) is var (network, by)
        && Maker(network) is not null && (by is null || Normalisation.Named(by) is not null);

    private static (string Network, string? Normalisation) Parts(string architecture) =>
        architecture.Split('@') is [var network, var normalisation] ? (network, normalisation) : (architecture, null);

    private static Make? Maker(string network)
    {
        if (Registry.FirstOrDefault(known => known.Name == network).Make is { } make) return make;
        if (WideSize.Of(network) is not var (name, size)) return null;
        var family = Families.FirstOrDefault(known => known.Name == name).Make;
        return family is null ? null : (seed, classes, _) => family(seed, classes, size);
    }

    private static Classifier Plain(string network, int classes, long seed, double? dropout)
    {
        var make = Maker(network) ?? throw new ArgumentException($"There is no network \"{network}\". Choose one of "
            + $"{string.Join(", ", Architectures)}.", "architecture");
        var model = make(seed, classes, dropout);
        if (model.Classes == classes && (dropout is null || model.modules().OfType<Dropout>().Any())) return model;
        model.Dispose();
        throw model.Classes == classes
            ? new ArgumentException($"{network} has no dropout.", nameof(dropout))
            : new ArgumentException($"{network} has {model.Classes} classes, not {classes}.", nameof(classes));
    }

    private static Normalized Wrapped(Classifier model, Normalisation by)
    {
        try
        {
            return new Normalized(model as StagedClassifier ?? throw new ArgumentException(
                $"{model.Architecture} has no named layers: it must normalise its images by itself."), by);
        }
        catch (ArgumentException)
        {
            model.Dispose();
            throw;
        }
    }

    // The network that a name and a file ask for, with fresh weights.
    private static Classifier For(StoredWeights stored, string name, int classes, string path)
    {
        var (network, normalisation) = Parts(name);
        if (normalisation is not null and not Normalisation.Own) return Create(name, classes);
        if (normalisation is not null && stored.Normalisation is null)
            throw new InvalidDataException($"'{path}' is of the network {name}, but has no mean and std for it.");
        var model = Plain(network, classes, 0, null);
        return stored.Normalisation is { } by && model is not INormalises ? Wrapped(model, by) : model;
    }

    private static string Known(string? architecture, string path)
    {
        if (architecture is not null && (Knows(architecture)
            || Parts(architecture) is (var network, Normalisation.Own) && Maker(network) is not null))
            return architecture;
        var what = architecture is null
            ? "does not say which network it is for"
            : $"says that it is for the network \"{Unpickler.Shown(architecture)}\", which this library does not have";
        throw new InvalidDataException($"'{path}' {what}. Name one of {string.Join(", ", Architectures)}.");
    }

    private static Classifier Sized(StoredWeights stored, string name, long classes, string path)
    {
        try
        {
            return For(stored, name, checked((int)classes), path);
        }
        catch (Exception wrong) when (wrong is ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"'{path}' has {classes} classes, which {name} cannot have.", wrong);
        }
    }
}
