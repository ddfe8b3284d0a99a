using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Adr.Data;
using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Experiments;

/// <summary>Where an experiment's images come from: one of the library's data sets by its name, or your own.</summary>
/// <param name="Name">The name in tables and run folders.</param>
/// <param name="Load">Gives training and test images [N,C,H,W] in [0,1]. The caller disposes both, so give new sets
/// each time, such as <c>train.Take(train.Count)</c>.</param>
[JsonConverter(typeof(SourceConverter<DataSource>))]
public sealed record DataSource(string Name, Func<(Dataset Train, Dataset Test)> Load)
{
    private static readonly ConcurrentDictionary<string, DataSource> Known = new();

    /// <summary>Says what of the data this machine lacks, and how to get it; null where nothing does.</summary>
    public Func<string?> Missing { get; init; } = () => null;

    private Func<int>? ClassesByName { get; init; }

    /// <summary>The number of classes; your own data are loaded for it.</summary>
    internal int Classes()
    {
        if (ClassesByName is { } known) return known();
        var (train, test) = Load();
        using (train)
        using (test)
            return train.Classes;
    }

    /// <summary>One of <see cref="DataSets.Names"/>.</summary>
    /// <exception cref="ArgumentException">No data set has this name.</exception>
    public static implicit operator DataSource(string name) => Known.GetOrAdd(name,
        _ => new DataSource(name, () => DataSets.Load(name))
        {
            Missing = () => DataSets.Missing(name), ClassesByName = () => DataSets.Classes(name),
        });

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>How an experiment's networks are made: one of the library's by its name, or your own.</summary>
/// <param name="Name">The name in tables and run folders.</param>
/// <param name="Create">From the number of classes, the seed of the initial weights, and the dropout (null for the
/// network's own) to a new network. Equal seeds must give equal weights.</param>
[JsonConverter(typeof(SourceConverter<NetworkSource>))]
public sealed record NetworkSource(string Name, Func<int, long, double?, nn.Module<Tensor, Tensor>> Create)
{
    private static readonly ConcurrentDictionary<string, NetworkSource> Known = new();

    /// <summary>One of <see cref="Networks.Architectures"/>.</summary>
    public static implicit operator NetworkSource(string name) => Known.GetOrAdd(name,
        _ => new NetworkSource(name, (classes, seed, dropout) => Networks.Create(name, classes, seed, dropout))
        {
            OwnLatentLayer = new(() =>
            {
                if (!Networks.Knows(name)) return null;
                using var model = Networks.Create(name);
                return (model as StagedClassifier)?.LatentLayer;
            }),
        });

    /// <summary>The layer whose output is the latent where nobody names another; null where it has no name.</summary>
    internal Lazy<string?> OwnLatentLayer { get; private init; } = new((string?)null);


    /// <summary>The name.</summary>
    public override string ToString() => Name;
}

/// <summary>Writes a source by its name; what is read is one of the library's.</summary>
internal sealed class SourceConverter<T> : JsonConverter<T> where T : class
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var name = reader.GetString() ?? throw new JsonException("Expected a name.");
        return typeof(T) == typeof(DataSource) ? (T)(object)(DataSource)name : (T)(object)(NetworkSource)name;
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
