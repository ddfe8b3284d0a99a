using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Native;
using static TorchSharp.torch;

namespace Adr.Evaluation;

/// <summary>The adversarial images of points that Auto-Attack broke, kept beside its state so that a run that goes on has them all.</summary>
internal sealed class BrokenImages : IDisposable
{
    private readonly AdversarialImages _images;
    private readonly List<long> _positions = [];
    private readonly List<Tensor> _rows = []; // [1,C,H,W] each

    /// <summary>Empty, or those of the run that goes on.</summary>
    /// <param name="data">The clean images.</param>
    /// <param name="stateFile">The state; its images lie beside it.</param>
    /// <param name="isFresh">Whether the run begins.</param>
    /// <exception cref="InvalidDataException">The run goes on, but its images are gone.</exception>
    internal BrokenImages(Dataset data, string? stateFile, bool isFresh)
    {
        _images = new AdversarialImages(data);
        if (isFresh || stateFile is null || !File.Exists(PathOf(stateFile))) return; // no point was broken yet
        using var scope = NewDisposeScope();
        var (stored, _) = Safetensors.Read(PathOf(stateFile));
        Keep(stored["positions"].Values<long>(), stored["images"]);
    }

    /// <summary>Takes the broken ones of a batch, and writes all where there is a state to go with.</summary>
    internal void Take(long[] positions, Tensor adversarial, bool[] robust, string? stateFile)
    {
        using var scope = NewDisposeScope();
        var broken = Enumerable.Range(0, positions.Length).Where(i => !robust[positions[i]]).Select(i => (long)i).ToArray();
        if (broken.Length == 0) return;
        Keep([.. broken.Select(i => positions[i])], adversarial.index_select(0, tensor(broken, device: adversarial.device)).cpu());
        if (stateFile is null) return;
        Safetensors.Write(PathOf(stateFile), new Dictionary<string, Tensor> { ["positions"] = tensor(_positions.ToArray()), ["images"] = cat(_rows, 0) }, new Dictionary<string, string>());
    }

    /// <summary>Writes all images, clean where a point stands, as <see cref="AdversarialImages.Save"/> does.</summary>
    internal void Save(string folder, string model, Attack attack, long seed, bool[] robust)
    {
        for (var i = 0; i < _rows.Count; i++) _images.Set([_positions[i]], _rows[i]);
        _images.Save(folder, 0, model, attack, seed, robust);
    }

    /// <summary>Frees the images.</summary>
    public void Dispose()
    {
        foreach (var row in _rows) row.Dispose();
        _images.Dispose();
    }

    private static string PathOf(string stateFile) => stateFile + ".images.safetensors";

    private void Keep(long[] positions, Tensor images)
    {
        for (var i = 0; i < positions.Length; i++)
        {
            _positions.Add(positions[i]);
            _rows.Add(images.narrow(0, i, 1).clone().DetachFromDisposeScope());
        }
    }
}
