using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A classifier's weights and buffers in a safetensors file, named as in PyTorch's state_dict.</summary>
public static class Weights
{
    /// <summary>Writes the model's parameters and buffers, with its architecture in the metadata.</summary>
    /// <param name="model">The model.</param>
    /// <param name="path">The file; see <see cref="Safetensors.Write(string, IReadOnlyDictionary{string, Tensor}, IReadOnlyDictionary{string, string})"/>.</param>
    /// <param name="metadata">Further metadata.</param>
    public static void Save(Classifier model, string path, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var all = new Dictionary<string, string>(metadata ?? new Dictionary<string, string>()) { ["architecture"] = model.Architecture };
        Safetensors.Write(path, Named(model), all);
    }

    /// <summary>Copies a file's values into the model, wherever the model lies, and returns the metadata.</summary>
    /// <param name="model">A model of the same architecture.</param>
    /// <param name="path">A file by <see cref="Save"/>, or any other with the same names and shapes, such as one written from PyTorch.</param>
    /// <exception cref="InvalidDataException">The file is not valid, or its tensors are not the model's; then the model is unchanged.</exception>
    public static IReadOnlyDictionary<string, string> Load(Classifier model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (stored, metadata) = Safetensors.Read(path);
        var own = Named(model);
        Require(path, model, own.Keys.Except(stored.Keys).ToList(), "lacks");
        Require(path, model, stored.Keys.Except(own.Keys).ToList(), "has, beyond the model,");
        Require(path, model, own.Where(pair => !pair.Value.shape.SequenceEqual(stored[pair.Key].shape))
            .Select(pair => $"{pair.Key} as [{string.Join(",", stored[pair.Key].shape)}] instead of [{string.Join(",", pair.Value.shape)}]").ToList(), "has");
        foreach (var (name, target) in own) target.copy_(stored[name]);
        return metadata;
    }

    private static Dictionary<string, Tensor> Named(Classifier model) => model.state_dict();

    private static void Require(string path, Classifier model, List<string> faults, string verb)
    {
        if (faults.Count > 0)
            throw new InvalidDataException($"'{path}' does not fit {model.Architecture}: it {verb} {string.Join(", ", faults.Take(5))}{(faults.Count > 5 ? $" and {faults.Count - 5} more" : "")}.");
    }
}
