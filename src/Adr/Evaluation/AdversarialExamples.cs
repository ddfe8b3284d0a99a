using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using Adr.Training;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>Adversarial images read back from a file that <see cref="EvaluationOptions.SaveAdversarialTo"/>
/// made.</summary>
/// <remarks>To show them to another model is a transfer attack: its natural accuracy on <see cref="Data"/> is its
/// robust accuracy under the transfer.</remarks>
public sealed class AdversarialExamples : IDisposable
{
    private AdversarialExamples(
        Dataset data,
        bool[] robust,
        string model,
        string attack,
        ThreatModel threat,
        long seed) =>
        (Data, Robust, Model, Attack, Threat, Seed) = (data, robust, model, attack, threat, seed);

    /// <summary>Images [N,C,H,W] after the attack, those of examples that were misclassified as they are clean, and
    /// their true labels [N].</summary>
    public Dataset Data { get; }

    /// <summary>For each example whether the attacked model classifies it right and it stayed right.</summary>
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
    /// <exception cref="InvalidDataException">It is damaged, holds something else, or its pixels do not lie in
    /// [0,1].</exception>
    public static AdversarialExamples Load(string path)
    {
        using var scope = NewDisposeScope();
        var (tensors, about) = Safetensors.Read(path);
        try
        {
            var threat = new ThreatModel(NormOf(Text("norm")), Number("epsilon"),
                new Bounds(Number("low"), Number("high")));
            var names = Json.To<string[]>(JsonNode.Parse(Text("classNames")), "classNames");
            var (images, robust) = (Values("images", ScalarType.Float32, 4), Values("robust", ScalarType.Bool, 1));
            if (robust.shape[0] != images.shape[0])
                throw new InvalidDataException($"there are {robust.shape[0]} flags for {images.shape[0]} images");
            if (!long.TryParse(Text("seed"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed))
                throw new InvalidDataException($"its seed is {about["seed"]}");
            var data = new Dataset($"{Text("dataSet")} under {Text("attack")}", images,
                Values("labels", ScalarType.Int64, 1), names);
            if (tensors.ContainsKey("positions")) // not in files of before
                data = data.At(Values("positions", ScalarType.Int64, 1).Values<long>());
            return new(data, robust.Values<bool>(), Text("model"), about["attack"], threat, seed);
        }
        catch (Exception fault) when (fault is InvalidDataException or ArgumentException or JsonException)
        {
            throw new InvalidDataException(
                $"'{path}' does not hold adversarial images of an evaluation: {fault.Message}",
                fault);
        }

        string Text(string key) => about.GetValueOrDefault(key)
            ?? throw new InvalidDataException($"it does not say its {key}");

        double Number(string key) =>
            double.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                ? value
                : throw new InvalidDataException($"its {key} is {about[key]}");

        Norm NormOf(string name) => Enum.GetNames<Norm>().Contains(name)
            ? Enum.Parse<Norm>(name)
            : throw new InvalidDataException($"its norm is {name}");

        Tensor Values(string key, ScalarType type, int rank) =>
            tensors.TryGetValue(key, out var values) && values.dtype == type && values.shape.Length == rank
                ? values
                : throw new InvalidDataException($"it has no {key}, {type} of {rank} dimensions");
    }

    /// <summary>Frees the images.</summary>
    public void Dispose() => Data.Dispose();
}

/// <summary>The images of a data set after an attack, to be saved; examples that were not attacked stay
/// clean.</summary>
internal sealed class AdversarialImages : IDisposable
{
    private readonly Dataset _data;
    private readonly Tensor _images; // [N,C,H,W] on the CPU

    internal AdversarialImages(Dataset data) =>
        (_data, _images) = (data, data.Images.cpu().clone().DetachFromDisposeScope());

    /// <summary>Puts adversarial images [B,C,H,W] in their places.</summary>
    internal void Set(long[] positions, Tensor adversarial)
    {
        using var scope = NewDisposeScope();
        _images.index_copy_(0, tensor(positions), adversarial.cpu());
    }

    /// <summary>Writes images [N,C,H,W], labels, robust and positions [N] to "NN-attack.safetensors", with what
    /// <see cref="AdversarialExamples.Load"/> needs as metadata.</summary>
    internal void Save(string folder, int number, string model, Attack attack, long seed, bool[] robust)
    {
        Directory.CreateDirectory(folder);
        var name = string.Concat(
            attack.Name.Select(
                letter => char.IsAsciiLetterOrDigit(letter) || letter == '-' ? letter : 'x')).ToLowerInvariant();
        using var scope = NewDisposeScope();
        Safetensors.Write(Path.Combine(folder, $"{number + 1:00}-{name}.safetensors"),
            new Dictionary<string, Tensor> {
                ["images"] = _images,
                ["labels"] = _data.Labels,
                ["robust"] = tensor(robust),
                ["positions"] = tensor(_data.Positions.ToArray()) },
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

/// <summary>The adversarial images of examples that Auto-Attack misclassified, kept beside its state so that a resumed
/// run has them all.</summary>
internal sealed class MisclassifiedImages : IDisposable
{
    private readonly AdversarialImages _images;
    private readonly List<long> _positions = [];
    private readonly List<Tensor> _rows = []; // [1,C,H,W] each
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Empty, or those of the run that is resumed.</summary>
    /// <param name="data">The clean images.</param>
    /// <param name="stateFile">The state; its images lie beside it.</param>
    /// <param name="state">How far the run is; null where it begins.</param>
    /// <exception cref="InvalidDataException">The run is resumed, but its images are gone, or are others.</exception>
    internal MisclassifiedImages(Dataset data, string? stateFile, AutoAttackState? state)
    {
        _images = new AdversarialImages(data);
        if (state is null || stateFile is null) return;
        try
        {
            Read(AutoAttackReport.ImagesOf(stateFile)!, data, state);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the state says of them.</summary>
    internal SavedImages Saved => new(_rows.Count, Convert.ToHexStringLower(_hash.GetCurrentHash()));

    // All misclassified examples of the state have an image here. The file is written first, so it may have more.
    private void Read(string path, Dataset data, AutoAttackState state)
    {
        long[] wrong = [.. Enumerable.Range(0, data.Count).Where(i => state.Right[i] && !state.Robust[i])];
        if (wrong.Length == 0 && !File.Exists(path)) return;
        const string Again = "Delete the state file and it to begin anew.";
        if (!File.Exists(path))
            throw new InvalidDataException($"{path}, the adversarial images of the {wrong.Length} examples that the "
                + $"state file has as misclassified, is missing. {Again}");
        using var scope = NewDisposeScope();
        var (stored, _) = Safetensors.Read(path);
        if (!stored.TryGetValue("positions", out var places) || places.dtype != ScalarType.Int64
            || !stored.TryGetValue("images", out var images) || images.dtype != data.Images.dtype
            || !images.shape.SequenceEqual([places.numel(), .. data.ImageShape]))
            throw new InvalidDataException($"{path} does not hold adversarial images of this data set. {Again}");
        var positions = places.Values<long>();
        var count = state.IsSealed ? Math.Clamp(state.Images!.Count, 0, positions.Length) : positions.Length;
        Keep(positions[..count], images);
        var isThis = state.IsSealed
            ? Saved == state.Images && wrong.ToHashSet().SetEquals(_positions)
            : wrong.ToHashSet().IsSubsetOf(_positions) && _positions.TrueForAll(at => at >= 0 && at < data.Count);
        if (!isThis) throw new InvalidDataException($"{path} does not belong to the state file beside it. {Again}");
    }

    /// <summary>Takes some of a batch, and writes all where there is a state to go with.</summary>
    /// <param name="positions">Where the examples of the batch are.</param>
    /// <param name="adversarial">Their images after the attack.</param>
    /// <param name="which">Those that are misclassified, and were not by an attack before.</param>
    /// <param name="stateFile">The state; null for none.</param>
    internal void Take(long[] positions, Tensor adversarial, bool[] which, string? stateFile)
    {
        using var scope = NewDisposeScope();
        long[] wrong = [.. Enumerable.Range(0, positions.Length).Where(i => which[i]).Select(i => (long)i)];
        if (wrong.Length == 0) return;
        Keep([.. wrong.Select(i => positions[i])],
            adversarial.index_select(0, tensor(wrong, device: adversarial.device)).cpu());
        if (stateFile is null) return;
        Safetensors.Write(AutoAttackReport.ImagesOf(stateFile)!,
            new Dictionary<string, Tensor> { ["positions"] = tensor(_positions.ToArray()), ["images"] = cat(_rows, 0) },
            new Dictionary<string, string>());
    }

    /// <summary>Writes all images, clean where an example is robust, as <see cref="AdversarialImages.Save"/>
    /// does.</summary>
    internal void Save(string folder, string model, Attack attack, long seed, bool[] robust)
    {
        for (var i = 0; i < _rows.Count; i++) _images.Set([_positions[i]], _rows[i]);
        _images.Save(folder, 0, model, attack, seed, robust);
    }

    /// <summary>Frees the images.</summary>
    public void Dispose()
    {
        foreach (var row in _rows) row.Dispose();
        _hash.Dispose();
        _images.Dispose();
    }

    private void Keep(long[] positions, Tensor images)
    {
        for (var i = 0; i < positions.Length; i++)
        {
            var row = images.narrow(0, i, 1).contiguous().clone().DetachFromDisposeScope();
            _positions.Add(positions[i]);
            _rows.Add(row);
            _hash.AppendData(BitConverter.GetBytes(positions[i]));
            _hash.AppendData(row.bytes);
        }
    }
}
