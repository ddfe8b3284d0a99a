using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A model's weights and buffers in a safetensors file, named as in PyTorch's state_dict.</summary>
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
    /// <param name="model">A model of the same parameters and buffers.</param>
    /// <param name="path">A file with the same names and shapes, by <see cref="Save"/> or from PyTorch.</param>
    /// <exception cref="InvalidDataException">The file does not fit; the model is then unchanged.</exception>
    public static IReadOnlyDictionary<string, string> Load(nn.Module<Tensor, Tensor> model, string path)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var scope = NewDisposeScope();
        var (stored, metadata) = Safetensors.Read(path);
        CopyInto(model, stored, path);
        return metadata;
    }

    /// <summary>Copies tensors by their names into the model; none where one does not fit.</summary>
    /// <exception cref="InvalidDataException">The tensors are not the model's; the message names the file.</exception>
    internal static void CopyInto(
        nn.Module<Tensor, Tensor> model, IReadOnlyDictionary<string, Tensor> stored, string path)
    {
        using var noGraph = no_grad();
        var own = model.state_dict();
        Refuse("lacks", own.Keys.Except(stored.Keys));
        Refuse("has, beyond the model,", stored.Keys.Except(own.Keys));
        Refuse("has", from pair in own
                      let shape = stored[pair.Key].shape
                      where !pair.Value.shape.SequenceEqual(shape)
                      select $"{pair.Key} as {Shape(shape)} instead of {Shape(pair.Value.shape)}");
        foreach (var (name, target) in own) target.copy_(stored[name]);

        void Refuse(string verb, IEnumerable<string> faults)
        {
            string[] all = [.. faults];
            if (all.Length == 0) return;
            var more = all.Length > 5 ? $" and {all.Length - 5} more" : "";
            throw new InvalidDataException(
                $"'{path}' does not fit {ModelFacts.NameOf(model)}: it {verb} {string.Join(", ", all.Take(5))}{more}.");
        }
    }

    private static string Shape(long[] shape) => $"[{string.Join(",", shape)}]";
}
