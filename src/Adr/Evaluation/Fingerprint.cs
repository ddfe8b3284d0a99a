using System.Security.Cryptography;
using System.Text;
using Adr.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>A hash by which to know a model, or a data set, again.</summary>
internal static class Fingerprint
{
    /// <summary>Of every weight and buffer with its name.</summary>
    internal static string Of(nn.Module model) => Of(model.state_dict());

    /// <summary>Of every tensor with its name, in the order of the names.</summary>
    internal static string Of(IReadOnlyDictionary<string, Tensor> tensors) =>
        Of(tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => (pair.Key, pair.Value)));

    /// <summary>Of images and labels.</summary>
    internal static string Of(Dataset data) => Of([("images", data.Images), ("labels", data.Labels)]);

    /// <summary>Of named tensors: names, types, shapes, values.</summary>
    internal static string Of(IEnumerable<(string Name, Tensor Values)> tensors)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, values) in tensors)
        {
            using var scope = NewDisposeScope();
            hash.AppendData(Encoding.UTF8.GetBytes($"{name} {values.dtype} [{string.Join(",", values.shape)}]\n"));
            hash.AppendData(values.detach().cpu().contiguous().bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
