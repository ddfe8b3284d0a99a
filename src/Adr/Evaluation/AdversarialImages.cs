using System.Globalization;
using System.Text.Json;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Training;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>The images of a data set after an attack, to be saved; points that were not attacked stay clean.</summary>
internal sealed class AdversarialImages : IDisposable
{
    private readonly Dataset _data;
    private readonly Tensor _images; // [N,C,H,W] on the CPU

    internal AdversarialImages(Dataset data) => (_data, _images) = (data, data.Images.cpu().clone().DetachFromDisposeScope());

    /// <summary>Puts adversarial images [B,C,H,W] in their places.</summary>
    internal void Set(long[] positions, Tensor adversarial)
    {
        using var scope = NewDisposeScope();
        _images.index_copy_(0, tensor(positions), adversarial.cpu());
    }

    /// <summary>Writes images [N,C,H,W], labels [N] and robust [N] to "NN-attack.safetensors", with what <see cref="AdversarialExamples.Load"/> needs as metadata.</summary>
    internal void Save(string folder, int number, string model, Attack attack, long seed, bool[] robust)
    {
        Directory.CreateDirectory(folder);
        var name = string.Concat(attack.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-' ? letter : 'x')).ToLowerInvariant();
        using var scope = NewDisposeScope();
        Safetensors.Write(Path.Combine(folder, $"{number + 1:00}-{name}.safetensors"),
            new Dictionary<string, Tensor> { ["images"] = _images, ["labels"] = _data.Labels, ["robust"] = tensor(robust) },
            new Dictionary<string, string>
            {
                ["model"] = model,
                ["attack"] = attack.Name,
                ["norm"] = attack.Threat.Norm.ToString(),
                ["epsilon"] = attack.Threat.Epsilon.ToString("R", CultureInfo.InvariantCulture),
                ["low"] = attack.Threat.Bounds.Low.ToString("R", CultureInfo.InvariantCulture),
                ["high"] = attack.Threat.Bounds.High.ToString("R", CultureInfo.InvariantCulture),
                ["settings"] = JsonSerializer.Serialize(AttackSettings.Of(attack), Json.Compact),
                ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
                ["dataSet"] = _data.Name,
                ["classNames"] = JsonSerializer.Serialize(_data.ClassNames, Json.Compact),
            });
    }

    /// <summary>Frees the images.</summary>
    public void Dispose() => _images.Dispose();
}
