using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>The tensors of a file of weights, whoever wrote it, and the names that a model has for them.</summary>
internal sealed class StoredWeights
{
    // What published classes define and no image passes: TRADES' a group, and that of Andriushchenko and Flammarion
    // what RobustBench leaves out, too.
    private static readonly (Type Network, string Name)[] Unused =
        [(typeof(WideResNet), "sub_block1."), (typeof(PreActResNet18), "model_preact_hl1.")];

    private readonly string _path;
    private readonly IReadOnlyDictionary<string, Tensor> _withoutNormalisation;

    private StoredWeights(
        string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        (_path, Tensors, Metadata) = (path, tensors, metadata);
        (_withoutNormalisation, Normalisation) = Normalisation.TakeFrom(tensors);
    }

    /// <summary>By their names in the file.</summary>
    internal IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>What the file says of itself; nothing in files of PyTorch.</summary>
    internal IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The mean and the standard deviation that the file has; null where it has none.</summary>
    internal Normalisation? Normalisation { get; }

    /// <summary>Reads a file of safetensors or of PyTorch. What it is shows in its first bytes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="note">Told, in sentences, what of a file was taken.</param>
    /// <exception cref="InvalidDataException">The file is damaged or something else.</exception>
    internal static StoredWeights Read(string path, Action<string>? note)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (TorchFile.IsOne(path)) return new(path, TorchFile.Read(path, note), new Dictionary<string, string>());
        var (tensors, metadata) = Safetensors.Read(path);
        return new(path, tensors, metadata);
    }

    /// <summary>Compares how the file and the model normalise images, where both do.</summary>
    /// <exception cref="InvalidDataException">In different ways.</exception>
    internal void CheckNormalisation(nn.Module<Tensor, Tensor> model)
    {
        if (model is INormalises { Normalisation: var by } && Normalisation is not null && !Normalisation.IsLike(by))
            throw new InvalidDataException($"'{_path}' normalises images by {Normalisation}, and "
                + $"{ModelFacts.NameOf(model)} by {by}.");
    }

    /// <summary>The tensors by the model's names.</summary>
    internal IReadOnlyDictionary<string, Tensor> NamedFor(nn.Module<Tensor, Tensor> model, Action<string>? note)
    {
        if (model is not INormalises { Normalisation: var by }) return Named(Tensors, model, note);
        if (model is not Normalized normalized) return Named(_withoutNormalisation, model, note);
        var own = model.state_dict();
        if (Tensors.Keys.All(own.ContainsKey)) return Tensors; // saved from such a model
        if (Normalisation is null)
            note?.Invoke($"'{_path}' has no mean and std, or none that can be told apart. "
                + $"{ModelFacts.NameOf(model)} normalises images by {by}.");
        return Named(_withoutNormalisation, normalized.Inner, note)
            .Select(pair => KeyValuePair.Create("model." + pair.Key, pair.Value))
            .Concat(own.Where(pair => pair.Key.StartsWith("normalize.", StringComparison.Ordinal)))
            .ToDictionary();
    }

    private IReadOnlyDictionary<string, Tensor> Named(
        IReadOnlyDictionary<string, Tensor> stored, nn.Module<Tensor, Tensor> model, Action<string>? note)
    {
        var own = model.state_dict().Keys.ToHashSet();
        var prefix = Prefixes(stored.Keys).MaxBy(Fitting)!;
        if (prefix.Length > 0 && Fitting(prefix) > 0)
        {
            var all = stored.Count < Tensors.Count ? "Every other name" : "Every name";
            note?.Invoke($"{all} in '{_path}' begins with \"{Unpickler.Shown(prefix)}\". It was left out.");
            stored = stored.ToDictionary(pair => pair.Key[prefix.Length..], pair => pair.Value);
        }
        var unused = Unused.FirstOrDefault(known => known.Network == model.GetType()).Name;
        if (unused is null || !stored.Keys.Any(IsUnused)) return stored;
        note?.Invoke($"The weights \"{unused}…\" were left out: the network does not use them.");
        return stored.Where(pair => !IsUnused(pair.Key)).ToDictionary();

        int Fitting(string prefix) => stored.Keys.Count(name => own.Contains(name[prefix.Length..]));

        bool IsUnused(string name) => name.StartsWith(unused, StringComparison.Ordinal);
    }

    /// <summary>"", and what all names begin with, up to each of its first points; no model is wrapped more
    /// often.</summary>
    internal static IEnumerable<string> Prefixes(IEnumerable<string> names)
    {
        var common = names.FirstOrDefault("");
        foreach (var name in names)
            common = common[..common.AsSpan().CommonPrefixLength(name)];
        return Enumerable.Range(0, common.Length + 1)
            .Where(length => length == 0 || common[length - 1] == '.')
            .Select(length => common[..length])
            .Take(9);
    }
}
