using System.Globalization;
using System.Text.Json;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>Adversarial images read back from a file that <see cref="EvaluationOptions.SaveAdversarialTo"/> made.</summary>
/// <remarks>To show them to another model is a transfer attack: its natural accuracy on <see cref="Data"/> is its robust accuracy under the transfer.</remarks>
public sealed class AdversarialExamples : IDisposable
{
    private AdversarialExamples(Dataset data, bool[] robust, IReadOnlyDictionary<string, string> about, ThreatModel threat, long seed) =>
        (Data, Robust, Model, Attack, Threat, Seed) = (data, robust, about["model"], about["attack"], threat, seed);

    /// <summary>Images [N,C,H,W] after the attack, those of points that were wrong as they are clean, and their true labels [N].</summary>
    public Dataset Data { get; }

    /// <summary>For each point whether the attacked model classifies it right and it stayed right.</summary>
    public bool[] Robust { get; }

    /// <summary>The name of the model that was attacked.</summary>
    public string Model { get; }

    /// <summary>The attack's name.</summary>
    public string Attack { get; }

    /// <summary>What it was allowed to do.</summary>
    public ThreatModel Threat { get; }

    /// <summary>The seed of its random numbers.</summary>
    public long Seed { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">One file of the folder, such as "01-fgsm.safetensors".</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is damaged, holds something else, or its pixels do not lie in [0,1].</exception>
    public static AdversarialExamples Load(string path)
    {
        using var scope = NewDisposeScope();
        var (tensors, about) = Safetensors.Read(path);
        try
        {
            var bounds = new Bounds(Number(about["low"]), Number(about["high"]));
            var threat = new ThreatModel(Enum.Parse<Norm>(about["norm"]), Number(about["epsilon"]), bounds);
            var names = JsonSerializer.Deserialize<string[]>(about["classNames"])!;
            var robust = tensors["robust"].Values<bool>();
            if (robust.Length != tensors["images"].shape[0]) throw new ArgumentException($"there are {robust.Length} flags for {tensors["images"].shape[0]} images");
            var seed = long.Parse(about["seed"], CultureInfo.InvariantCulture);
            return new(new Dataset($"{about["dataSet"]} under {about["attack"]}", tensors["images"], tensors["labels"], names), robust, about, threat, seed);
        }
        catch (Exception fault) when (fault is KeyNotFoundException or ArgumentException or FormatException or JsonException)
        {
            throw new InvalidDataException($"'{path}' does not hold adversarial images of an evaluation: {fault.Message}", fault);
        }
    }

    /// <summary>Frees the images.</summary>
    public void Dispose() => Data.Dispose();

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
