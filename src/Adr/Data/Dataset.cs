using Adr.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Data;

/// <summary>Labelled images in memory, in a fixed order.</summary>
/// <remarks>A data set owns its tensors: they outlive any dispose scope and are freed by <see cref="Dispose"/>.
/// <see cref="Take"/> and <see cref="Slice"/> share memory with the set they are cut from, and stay valid when it is
/// disposed.</remarks>
public sealed class Dataset : IDisposable
{
    /// <summary>A data set over tensors that it takes over.</summary>
    /// <param name="name">What reports call it, such as "MNIST-10k test".</param>
    /// <param name="images">[N,C,H,W], float32 in [0,1].</param>
    /// <param name="labels">[N], int64, each at least 0 and below the number of <paramref name="classNames"/>.</param>
    /// <param name="classNames">One name per class.</param>
    /// <exception cref="ArgumentException">A shape, a type or a value is not as above.</exception>
    public Dataset(string name, Tensor images, Tensor labels, IReadOnlyList<string> classNames)
        : this(name, images, labels, classNames, null)
    {
    }

    // a part of a data set that was checked as a whole has the positions of its examples there
    private Dataset(
        string name, Tensor images, Tensor labels, IReadOnlyList<string> classNames, IReadOnlyList<long>? positions)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (positions is null)
        {
            Check(images, labels, classNames);
            images = NativeMemory.Aligned(images);
        }
        Name = name;
        Images = images.DetachFromDisposeScope();
        Labels = labels.DetachFromDisposeScope();
        ClassNames = classNames;
        Count = (int)images.shape[0];
        ImageShape = images.shape[1..];
        Positions = positions ?? [.. Enumerable.Range(0, Count).Select(i => (long)i)];
    }

    /// <summary>What reports call this data set.</summary>
    public string Name { get; }

    /// <summary>All images, [N,C,H,W], float32 in [0,1].</summary>
    public Tensor Images { get; }

    /// <summary>All labels, [N], int64.</summary>
    public Tensor Labels { get; }

    /// <summary>One name per class.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>The number of examples, N.</summary>
    public int Count { get; }

    /// <summary>The number of classes, K.</summary>
    public int Classes => ClassNames.Count;

    /// <summary>The shape of one image, [C,H,W].</summary>
    public long[] ImageShape { get; }

    /// <summary>For each example its position in the data set that this one was cut from, from 0.</summary>
    /// <remarks>The random numbers of an evaluation depend on it, so that an example meets the same attack in the whole
    /// set, in a part of it, and alone.</remarks>
    public IReadOnlyList<long> Positions { get; }

    /// <summary>The first <paramref name="count"/> examples.</summary>
    /// <param name="count">From 1 to <see cref="Count"/>.</param>
    public Dataset Take(int count) => Slice(0, count);

    /// <summary>A run of examples. Its images share memory with these.</summary>
    /// <param name="start">Position of the first example, from 0.</param>
    /// <param name="count">How many examples, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run does not lie within the data set.</exception>
    public Dataset Slice(int start, int count)
    {
        if (start < 0 || count < 1 || start + (long)count > Count)
            throw new ArgumentOutOfRangeException(nameof(count),
                $"{Name} has {Count} examples; {count} from position {start} on are not all there.");
        return new Dataset(Name, Images.narrow(0, start, count), Labels.narrow(0, start, count), ClassNames,
            [.. Positions.Skip(start).Take(count)]);
    }

    /// <summary>Some examples, in the order given. Their images are copied.</summary>
    /// <param name="indices">At least one; each from 0 to <see cref="Count"/> − 1.</param>
    /// <exception cref="ArgumentException">There is none, or one lies outside the data set.</exception>
    public Dataset Select(IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        if (indices.Count == 0) throw new ArgumentException("Select at least one example.", nameof(indices));
        foreach (var index in indices)
            if (index < 0 || index >= Count)
                throw new ArgumentException($"{Name} has the examples 0 to {Count - 1}, but no {index}.",
                    nameof(indices));
        return Select([.. indices.Select(index => (long)index)], Name);
    }

    /// <summary>The same examples, of which it is known where they come from. It takes the place of this set, which
    /// must not be disposed.</summary>
    /// <param name="positions">One for each example, from 0.</param>
    /// <exception cref="ArgumentException">There are more or fewer, or one is below 0.</exception>
    internal Dataset At(long[] positions)
    {
        if (positions.Length != Count || positions.Any(position => position < 0))
            throw new ArgumentException($"{Count} examples need {Count} positions from 0 on.", nameof(positions));
        return new Dataset(Name, Images, Labels, ClassNames, positions);
    }

    /// <summary>Splits off examples drawn at random, for choosing an epoch without using the test set.</summary>
    /// <param name="validationCount">How many examples to hold out, at least 1 and fewer than
    /// <see cref="Count"/>.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>The remaining examples in their order, and those held out in theirs; no example is in both.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Nothing would be held out, or nothing left.</exception>
    public (Dataset Train, Dataset Validation) HoldOut(int validationCount, long seed)
    {
        if (validationCount < 1 || validationCount >= Count)
            throw new ArgumentOutOfRangeException(nameof(validationCount),
                $"{validationCount} of {Name}'s {Count} examples cannot be held out: both parts need at least one.");
        var order = Permutation.Of(Count, seed);
        var held = order[..validationCount];
        var rest = order[validationCount..];
        Array.Sort(held);
        Array.Sort(rest);
        return (Select(rest, Name), Select(held, Name + " (held out)"));
    }

    /// <summary>All examples in their order, in batches; the last may be smaller.</summary>
    /// <param name="batchSize">At least 1.</param>
    public IEnumerable<Batch> Batches(int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Run();

        IEnumerable<Batch> Run()
        {
            for (var start = 0; start < Count; start += batchSize)
            {
                var size = Math.Min(batchSize, Count - start);
                var indices = new long[size];
                for (var i = 0; i < size; i++) indices[i] = start + i;
                yield return new Batch(Images.narrow(0, start, size), Labels.narrow(0, start, size), indices);
            }
        }
    }

    /// <summary>All examples once, in an order drawn from (seed, epoch), in batches; the last may be smaller and is
    /// kept.</summary>
    /// <param name="batchSize">At least 1.</param>
    /// <param name="seed">The experiment's seed.</param>
    /// <param name="epoch">Which pass over the data this is: every one has its own order.</param>
    public IEnumerable<Batch> ShuffledBatches(int batchSize, long seed, int epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return Permutation.Of(Count, seed, epoch).Chunk(batchSize).Select(Gather);
    }

    /// <summary>How many batches a pass over the data takes.</summary>
    /// <param name="batchSize">At least 1.</param>
    public int BatchCount(int batchSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        return (Count + batchSize - 1) / batchSize;
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Images.Dispose();
        Labels.Dispose();
    }

    private Batch Gather(long[] indices)
    {
        using var index = tensor(indices);
        return new Batch(Images.index_select(0, index), Labels.index_select(0, index), indices);
    }

    private Dataset Select(long[] indices, string name)
    {
        var part = Gather(indices);
        return new Dataset(name, part.Images, part.Labels, ClassNames,
            [.. indices.Select(index => Positions[(int)index])]);
    }

    private static void Check(Tensor images, Tensor labels, IReadOnlyList<string> classNames)
    {
        if (images.shape.Length != 4 || images.shape[0] == 0 || images.dtype != ScalarType.Float32)
            throw new ArgumentException($"Images must be float32 of shape [N,C,H,W] with N ≥ 1, not {images.dtype} "
                + $"[{string.Join(",", images.shape)}].", nameof(images));
        if (labels.shape.Length != 1 || labels.shape[0] != images.shape[0] || labels.dtype != ScalarType.Int64)
            throw new ArgumentException($"Labels must be int64 of shape [{images.shape[0]}], not {labels.dtype} "
                + $"[{string.Join(",", labels.shape)}].", nameof(labels));
        using var scope = NewDisposeScope();
        var (low, high) = (images.min().item<float>(), images.max().item<float>());
        if (!(low >= 0 && high <= 1)) // NaN fails too
            throw new ArgumentException(
                $"Pixels must lie in [0,1]; these run from {low} to {high}. Divide bytes by 255.",
                nameof(images));
        var (first, last) = (labels.min().item<long>(), labels.max().item<long>());
        if (first < 0 || last >= classNames.Count)
            throw new ArgumentException(
                $"Labels must lie in [0,{classNames.Count}), one per class name; these run from {first} to {last}.",
                nameof(labels));
    }
}
