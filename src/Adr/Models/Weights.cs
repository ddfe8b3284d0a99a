using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A model's weights and buffers in a file, named as in PyTorch's state_dict: written as safetensors, and read
/// from these or from PyTorch's own files.</summary>
public static class Weights
{
    /// <summary>Writes the model's parameters and buffers, with its name in the metadata.</summary>
    /// <param name="model">Any module.</param>
    /// <param name="path">The file; it is replaced if it exists. Its folder is created where it is missing.</param>
    /// <param name="metadata">Further metadata.</param>
    public static void Save(
        nn.Module<Tensor, Tensor> model, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var all = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>())
        {
            ["architecture"] = ModelFacts.NameOf(model),
        };
        Safetensors.Write(path, model.state_dict(), all);
    }

    /// <summary>Copies a file's values into the model, on any device, and returns the metadata.</summary>
    /// <remarks>
    /// The file is safetensors, or what PyTorch's <c>torch.save</c> wrote (.pt, .pth; any version), which holds a
    /// state_dict or a checkpoint with one. No code in it is run: a pickle that asks for more than tensors, numbers,
    /// text, lists and dictionaries is refused.
    /// <para>A prefix that all names of the file have and the model's have not is left out: PyTorch's wrappers give one
    /// (<c>module.</c>, <c>_orig_mod.</c>, <c>model.</c>). So are weights that published classes define and do not
    /// use, such as <c>sub_block1</c> beside those of a <see cref="WideResNet"/>. The counters
    /// <c>num_batches_tracked</c> of batch norms may be missing: no prediction depends on them. A mean and a standard
    /// deviation in the file (<c>mean</c> and <c>std</c>, <c>mu</c> and <c>sigma</c>) must be the model's (<see
    /// cref="Normalized"/>), which keeps its own where the file has none.</para></remarks>
    /// <param name="model">A model of the same parameters and buffers.</param>
    /// <param name="path">A file with the same names and shapes, by <see cref="Save"/> or from PyTorch; its numbers may
    /// have another precision.</param>
    /// <param name="note">Told, in sentences, what of the file was taken and what was left out. Null, the default, for
    /// nobody.</param>
    /// <exception cref="InvalidDataException">The file is damaged or does not fit, or a value is not finite; the model
    /// is then unchanged.</exception>
    public static IReadOnlyDictionary<string, string> Load(
        nn.Module<Tensor, Tensor> model, string path, Action<string>? note = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var scope = NewDisposeScope();
        var stored = StoredWeights.Read(path, note);
        stored.CheckNormalisation(model);
        var tensors = stored.NamedFor(model, note);
        CheckNumbers(model, tensors, path);
        CopyInto(model, tensors, path);
        return stored.Metadata;
    }

    /// <summary>Throws where a model could not work with a file's numbers.</summary>
    /// <exception cref="InvalidDataException">Numbers are whole ones where others belong, or not finite.</exception>
    internal static void CheckNumbers(
        nn.Module<Tensor, Tensor> model, IReadOnlyDictionary<string, Tensor> stored, string path)
    {
        foreach (var (name, target) in model.state_dict())
        {
            if (!target.is_floating_point() || !stored.TryGetValue(name, out var values)) continue;
            if (!values.is_floating_point())
                throw new InvalidDataException($"'{path}' has {name} as {values.dtype}, whole numbers, where "
                    + $"{target.dtype} belongs. Weights that were quantised cannot be loaded.");
            using var scope = NewDisposeScope();
            var wrong = values.to(target.dtype).isfinite().logical_not().sum().item<long>();
            if (wrong > 0)
                throw new InvalidDataException($"'{path}' has values that are not finite: {wrong} of the "
                    + $"{values.numel()} in {name}. A model with them answers nothing but NaN; its training may have "
                    + "diverged.");
        }
    }

    /// <summary>Copies tensors by their names into the model; none where one does not fit.</summary>
    /// <exception cref="InvalidDataException">The tensors are not the model's; the message names the file.</exception>
    internal static void CopyInto(
        nn.Module<Tensor, Tensor> model, IReadOnlyDictionary<string, Tensor> stored, string path)
    {
        using var noGraph = no_grad();
        var own = model.state_dict();
        Refuse("lacks", own.Keys.Except(stored.Keys).Where(name => !IsCounter(name)));
        Refuse("has, beyond the model,", stored.Keys.Except(own.Keys).Where(name => !IsCounter(name))
            .Select(Unpickler.Shown));
        Refuse("has", from pair in own
                      where !IsCounter(pair.Key)
                      let shape = stored[pair.Key].shape
                      where !pair.Value.shape.SequenceEqual(shape)
                      select $"{pair.Key} as {Shape(shape)} instead of {Shape(pair.Value.shape)}");
        foreach (var (name, target) in own)
        {
            if (!stored.TryGetValue(name, out var values)) continue;
            if (IsCounter(name) && (values.dtype != target.dtype || values.numel() != target.numel())) continue;
            target.copy_(values.reshape(target.shape));
        }

        void Refuse(string verb, IEnumerable<string> faults)
        {
            string[] all = [.. faults];
            if (all.Length == 0) return;
            var more = all.Length > 5 ? $" and {all.Length - 5} more" : "";
            throw new InvalidDataException($"'{path}' does not fit {ModelFacts.NameOf(model)}: it {verb} "
                + $"{string.Join(", ", all.Take(5))}{more}.{Hint(model, stored)}");
        }
    }

    // A batch norm's count of the batches it has seen. PyTorch before 0.4.1 and some converters have none, or make it a
    // fraction; predictions do not depend on it.
    private static bool IsCounter(string name) =>
        name.Split('.')[^1] == "num_batches_tracked";

    // What may explain names that do not fit.
    private static string Hint(nn.Module<Tensor, Tensor> model, IReadOnlyDictionary<string, Tensor> stored)
    {
        if (Normalisation.TakeFrom(stored).Value is { } by && model is not INormalises)
            return $" The file normalises images by {by}: load it by Networks.Load, or into a Normalized.";
        var own = model.state_dict().Keys.ToHashSet();
        foreach (var prefix in new[] { "module.", "_orig_mod.", "model." })
        {
            var count = stored.Keys.Count(name => name.StartsWith(prefix, StringComparison.Ordinal));
            if (count > 0 && !own.Any(name => name.StartsWith(prefix, StringComparison.Ordinal)))
                return $" {count} of the {stored.Count} names in the file begin with \"{prefix}\", as a wrapper of "
                    + "PyTorch gives it; where all did, it would be left out.";
        }
        return StoredWeights.Prefixes(own).LastOrDefault() is { Length: > 0 } all
            && stored.Keys.Any(name => own.Contains(all + name))
            ? $" Every name of the model begins with \"{all}\", which the file does not have: load the file into the "
                + "module inside."
            : "";
    }

    private static string Shape(long[] shape) => $"[{string.Join(",", shape)}]";
}
