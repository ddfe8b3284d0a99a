using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Convolutions;

/// <summary>The kernels on tensors: float32, on the CPU, maps [B,C,H,W] that are stored [B,H,W,C].</summary>
/// <remarks>Every sum has an order of its own, whichever thread computes it: the same bits for any number of
/// threads.</remarks>
internal static unsafe class Winograd
{
    private const int ImagesAtOnce = 8; // of a narrow weight's gradient
    private const nint TilesAtOnce = 256; // of a weight's gradient
    private const nint BlockBytes = 256 << 10, WeightBytes = 128 << 10;

    private static readonly Kernels? Here =
        Vector512.IsHardwareAccelerated ? new Kernels<Lanes512>()
        : Vector256.IsHardwareAccelerated && Fma.IsSupported ? new Kernels<Lanes256>()
        : AdvSimd.Arm64.IsSupported ? new Kernels<Lanes128>()
        : null;

    // [36,9]: G ⊗ G of a weight's gradient
    private static readonly Lazy<Tensor> Taps = new(MakeTaps);

    /// <summary>Floats in a register of the kernels; 0 where this processor has none.</summary>
    internal static int Width => Here is null ? 0 : Here.PanelWidth / 2;

    /// <summary>The weight [O,I,3,3] as the kernels read it: of the convolution, or transposed for the gradient to its
    /// input.</summary>
    internal static Tensor Transform(Tensor weight, bool transposed)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        // [3,3,inputs,outputs], or [3,3,outputs,inputs]
        var taps = (transposed ? weight.permute(2, 3, 0, 1) : weight.permute(2, 3, 1, 0)).contiguous();
        var (inputs, outputs) = ((nint)taps.shape[2], (nint)taps.shape[3]);
        var panels = (outputs + Here!.PanelWidth - 1) / Here.PanelWidth;
        var u = empty(36 * panels * inputs * Here.PanelWidth);
        float* from = Floats(taps), to = Floats(u);
        InParallel(inputs, Kernels.Temporary, (begin, end, memory) =>
        {
            for (var i = begin; i < end; i++) Here.TransformWeights(from, inputs, outputs, panels, i, to, memory);
        });
        return u.MoveToOuterDisposeScope();
    }

    /// <summary>A convolution with what follows it.</summary>
    /// <param name="input">[B,I,H,W].</param>
    /// <param name="transformed">By <see cref="Transform"/>.</param>
    /// <param name="outputs">O.</param>
    /// <param name="bias">[O], or null.</param>
    /// <param name="padding">0, 1 or 2.</param>
    /// <param name="then">What follows.</param>
    /// <param name="residual">Added before that, [B,O,H',W']; null for none. Not before a pool.</param>
    /// <returns>The output, and after a pool which of the four was largest.</returns>
    internal static (Tensor Output, Tensor? Winners) Convolve(
        Maps input, Tensor transformed, long outputs, Tensor? bias, long padding, Activation then, Tensor? residual)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var job = Plan(input.Source(), outputs, padding);
        var isPooled = then == Activation.MaxPoolRelu;
        var half = isPooled ? 2 : 1;
        var output = Empty(input.Images, outputs, job.OutHeight / half, job.OutWidth / half);
        var winners = isPooled ? empty_like(output) : null;
        bias = bias?.contiguous();
        job.Weights = Floats(transformed);
        job.Output = Floats(output);
        job.Then = then;
        if (bias is not null) job.Bias = Floats(bias);
        if (winners is not null) job.Winners = Floats(winners);
        var added = residual is null ? null : Stored(residual);
        if (added is not null) job.Residual = Floats(added);
        nint tiles = (nint)input.Images * job.Down * job.Across, threads = get_num_threads();
        var size = Math.Min(Block(job), Up((tiles + threads - 1) / threads, Here!.Rows));
        var scratch = Kernels.PatchSize(job.Inputs)
            + 36 * (Kernels.Spread(size * job.Inputs) + Kernels.Spread(size * job.Padded));
        InParallel((tiles + size - 1) / size, scratch, (begin, end, memory) =>
        {
            for (var block = begin; block < end; block++)
                Here.Convolve(job, block * size, Math.Min(size, tiles - block * size), memory);
        });
        GC.KeepAlive(input);
        return (output.MoveToOuterDisposeScope(), winners?.MoveToOuterDisposeScope());
    }

    /// <summary>The gradient to the input, of its shape [B,I,H,W].</summary>
    /// <param name="gradient">Of the outputs.</param>
    /// <param name="transposed">The weight, by <see cref="Transform"/>.</param>
    /// <param name="shape">Of the input.</param>
    /// <param name="padding">That of the convolution.</param>
    internal static Tensor InputGradient(Maps gradient, Tensor transposed, long[] shape, long padding)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        nint images = (nint)shape[0], channels = (nint)shape[1];
        var job = Plan(new() { Height = (nint)shape[2], Width = (nint)shape[3], Channels = channels },
            gradient.Channels, padding);
        var result = Empty(shape[0], shape[1], shape[2], shape[3]);
        job.Gradient = gradient.Source();
        job.Weights = Floats(transposed);
        job.Output = Floats(result);
        job.Columns = Up(channels, Here!.PanelWidth);
        // Whole images, so that no two threads add to one: as many as fill a block, or at least the rows of a product,
        // if that leaves work for all threads.
        nint tiles = job.Down * job.Across, block = Block(job), threads = get_num_threads();
        var even = Here.Rows / Math.Min(Here.Rows, tiles & -tiles); // images with a multiple of Rows tiles
        var together = Math.Clamp(Math.Max(block / tiles, even), 1, (images + threads - 1) / threads);
        var size = Math.Min(block, Up(tiles * together, Here.Rows));
        var scratch = Kernels.PatchSize(job.Outputs)
            + 36 * (Kernels.Spread(size * job.Padded) + Kernels.Spread(size * job.Columns));
        InParallel((images + together - 1) / together, scratch, (begin, end, memory) =>
        {
            for (var group = begin; group < end; group++)
                Here.Transpose(job, group * together, Math.Min(together, images - group * together), size, memory);
        });
        GC.KeepAlive(gradient);
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient to the weight [O,I,3,3], stored as the library stores weights.</summary>
    internal static Tensor WeightGradient(Maps input, Maps gradient, long padding)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var job = Plan(input.Source(), gradient.Channels, padding);
        job.Gradient = gradient.Source();
        nint tiles = (nint)input.Images * job.Down * job.Across, size = Math.Min(tiles, TilesAtOnce);
        nint vStep = Kernels.Spread(size * job.Inputs), eStep = Kernels.Spread(size * job.Padded);
        var patch = Kernels.PatchSize(Math.Max(job.Inputs, job.Outputs));
        var sums = zeros(36, job.Inputs, job.Padded);
        Tensor v = empty(36 * vStep), e = empty(36 * eStep);
        float* pv = Floats(v), pe = Floats(e), ps = Floats(sums);
        for (nint first = 0; first < tiles; first += size)
        {
            var (start, count) = (first, Math.Min(size, tiles - first));
            InParallel((count + 7) / 8, patch, (begin, end, memory) =>
            {
                var (from, n) = (8 * begin, Math.Min(8 * end, count) - 8 * begin);
                Here!.ToFrequencies(job, start + from, n, pv + from * job.Inputs, vStep, memory);
                Here.GradientToFrequencies(job, start + from, n, pe + from * job.Padded, eStep, memory);
            });
            InParallel(36 * job.Panels, 0, (begin, end, _) =>
            {
                for (var i = begin; i < end; i++)
                    Here!.AddProducts(job, i / job.Panels, i % job.Panels, count, pv, vStep, pe, eStep, ps);
            });
        }
        GC.KeepAlive(input);
        GC.KeepAlive(gradient);
        // Gᵀ s G, as one product with the 36 frequencies of each of the 9 taps
        var taps = Taps.Value.t().mm(sums.view(36, -1)).view(3, 3, job.Inputs, job.Padded);
        return taps.narrow(3, 0, job.Outputs).permute(3, 0, 1, 2).contiguous().permute(0, 3, 1, 2)
            .MoveToOuterDisposeScope();
    }

    /// <summary>A convolution of images of few channels, with a ReLU behind it or without.</summary>
    internal static Tensor ConvolveNarrow(Tensor images, Tensor weight, Tensor? bias, long padding, Activation then)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var job = PlanNarrow(images.shape, weight.shape, padding);
        job.Columns = Up(job.Outputs, Here!.PanelWidth);
        var stored = Stored(images);
        var taps = nn.functional.pad(weight.permute(2, 3, 1, 0).reshape(9 * job.Inputs, job.Outputs),
            [0, job.Columns - job.Outputs]).contiguous();
        var output = Empty(images.shape[0], job.Outputs, job.OutHeight, job.OutWidth);
        bias = bias?.contiguous();
        job.Image = Floats(stored);
        job.Weights = Floats(taps);
        job.Output = Floats(output);
        job.Then = then;
        if (bias is not null) job.Bias = Floats(bias);
        InParallel((nint)images.shape[0], Kernels.NarrowScratch(job), (begin, end, memory) =>
        {
            for (var image = begin; image < end; image++) Here.ConvolveNarrow(job, image, memory);
        });
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient to images of few channels, [B,I,H,W].</summary>
    internal static Tensor NarrowGradient(Maps gradient, Tensor weight, long[] imageShape, long padding)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var job = PlanNarrow(imageShape, weight.shape, padding);
        var taps = 9 * job.Inputs;
        job.Columns = taps <= Width ? Width : Up(taps, Here!.PanelWidth);
        var weights = nn.functional.pad(weight.permute(0, 2, 3, 1).reshape(job.Outputs, taps), [0, job.Columns - taps])
            .contiguous();
        var result = Empty(imageShape[0], imageShape[1], imageShape[2], imageShape[3]);
        job.Image = Floats(result);
        job.Weights = Floats(weights);
        job.Gradient = gradient.Source();
        InParallel((nint)imageShape[0], Kernels.NarrowScratch(job), (begin, end, memory) =>
        {
            for (var image = begin; image < end; image++) Here!.NarrowGradient(job, image, memory);
        });
        GC.KeepAlive(gradient);
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>The gradient to the weight [O,I,3,3] of a convolution of images of few channels.</summary>
    internal static Tensor NarrowWeightGradient(Tensor images, Maps gradient, long padding)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var job = PlanNarrow(images.shape, [gradient.Channels, images.shape[1], 3, 3], padding);
        var stored = Stored(images);
        job.Image = Floats(stored);
        job.Gradient = gradient.Source();
        job.Columns = Up(job.Outputs, Here!.PanelWidth);
        nint count = (nint)images.shape[0], groups = (count + ImagesAtOnce - 1) / ImagesAtOnce;
        nint taps = 3 * job.Inputs, rows = Up(taps, Here.Rows);
        var sums = zeros(groups, 3, rows, job.Columns);
        var to = Floats(sums);
        InParallel(groups, Kernels.NarrowScratch(job), (begin, end, memory) =>
        {
            for (var image = begin * ImagesAtOnce; image < Math.Min(end * ImagesAtOnce, count); image++)
                Here.AddNarrowWeightGradient(job, image, to + image / ImagesAtOnce * 3 * rows * job.Columns, memory);
        });
        GC.KeepAlive(gradient);
        return sums.sum([0]).narrow(1, 0, taps).narrow(2, 0, job.Outputs).reshape(3, 3, job.Inputs, job.Outputs)
            .permute(3, 0, 1, 2).contiguous().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>Maps as they are stored: [B,C,H,W] whose channels lie beside each other. Copies others.</summary>
    internal static Tensor Stored(Tensor maps) => maps.permute(0, 2, 3, 1).contiguous();

    internal static float* Floats(Tensor tensor) => (float*)Native.NativeMemory.Address(tensor);

    private static Job Plan(Source source, long outputs, long padding)
    {
        var panels = (nint)(outputs + Here!.PanelWidth - 1) / Here.PanelWidth;
        nint height = source.Height + 2 * (nint)padding - 2, width = source.Width + 2 * (nint)padding - 2;
        return new Job
        {
            Input = source, Inputs = source.Channels, Outputs = (nint)outputs, OutHeight = height, OutWidth = width,
            Padding = (nint)padding, Panels = panels, Padded = panels * Here.PanelWidth, Down = (height + 3) / 4,
            Across = (width + 3) / 4,
        };
    }

    private static NarrowJob PlanNarrow(long[] images, long[] weight, long padding) => new()
    {
        Inputs = (nint)images[1], Outputs = (nint)weight[0], Height = (nint)images[2], Width = (nint)images[3],
        OutHeight = (nint)(images[2] + 2 * padding - 2), OutWidth = (nint)(images[3] + 2 * padding - 2),
        Padding = (nint)padding,
    };

    // Tiles at once: they lie beside each other in the second-level cache. Weights that do not fit there are read once
    // for each block, so blocks grow with them.
    private static nint Block(in Job job)
    {
        nint tile = 36 * (job.Inputs + job.Padded) * 4, weights = 36 * job.Inputs * job.Padded * 4;
        return Math.Clamp(Math.Max(BlockBytes / tile, weights / WeightBytes) / 8 * 8, 8, 96);
    }

    private static nint Up(nint n, nint unit) => (n + unit - 1) / unit * unit;

    // A tensor of its own and no view, because its user may change it in place.
    private static Tensor Empty(long images, long channels, long height, long width) => empty_strided(
        [images, channels, height, width], [channels * height * width, 1, channels * width, channels]);

    private static Tensor MakeTaps()
    {
        using var scope = NewDisposeScope();
        double[] g =
        [
            1 / 4.0, 0, 0, -1 / 6.0, -1 / 6.0, -1 / 6.0, -1 / 6.0, 1 / 6.0, -1 / 6.0,
            1 / 24.0, 1 / 12.0, 1 / 6.0, 1 / 24.0, -1 / 12.0, 1 / 6.0, 0, 0, 1,
        ];
        var matrix = tensor(g).view(6, 3);
        return kron(matrix, matrix).to(ScalarType.Float32).DetachFromDisposeScope();
    }

    /// <summary>Shares [0, count) among libtorch's number of threads, each with memory of its own.</summary>
    private static void InParallel(nint count, nint floats, Work work)
    {
        var threads = (int)Math.Min(get_num_threads(), count);
        if (threads <= 1)
        {
            using var memory = Scratch.Rent(floats);
            work(0, count, memory.Floats);
            return;
        }
        long next = 0, grain = Math.Max(1, count / (threads * 16));
        Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ =>
        {
            using var memory = Scratch.Rent(floats);
            for (long begin; (begin = Interlocked.Add(ref next, grain) - grain) < count;)
                work((nint)begin, (nint)Math.Min(count, begin + grain), memory.Floats);
        });
    }

    private delegate void Work(nint begin, nint end, float* memory);

    /// <summary>Memory for one thread; as many pieces exist as threads ever computed at the same time.</summary>
    private sealed class Scratch : IDisposable
    {
        private static readonly ConcurrentBag<Scratch> Free = [];
        private nint _size;

        internal float* Floats { get; private set; }

        internal static Scratch Rent(nint floats)
        {
            if (!Free.TryTake(out var scratch)) scratch = new Scratch();
            if (floats > scratch._size)
            {
                NativeMemory.AlignedFree(scratch.Floats);
                scratch.Floats = (float*)NativeMemory.AlignedAlloc(4 * (nuint)floats, 1 << 12);
                scratch._size = floats;
            }
            return scratch;
        }

        public void Dispose() => Free.Add(this);
    }
}

/// <summary>Maps for a kernel to read, which lives as long as they do.</summary>
internal sealed class Maps
{
    private readonly Tensor _values;
    private readonly Tensor? _state;
    private readonly Activation _behind;
    private readonly (long Height, long Width) _size;

    private Maps(Tensor values, Tensor? state, Activation behind, long height, long width) =>
        (_values, _state, _behind, _size) = (Winograd.Stored(values), state, behind, (height, width));

    internal long Images => _values.shape[0];

    internal long Channels => _values.shape[3];

    /// <summary>Maps [B,C,H,W] as they are.</summary>
    internal static Maps Of(Tensor values) => new(values, null, Activation.None, values.shape[2], values.shape[3]);

    /// <summary>The gradient of a convolution's outputs [B,C,height,width], from that of its activation.</summary>
    /// <param name="gradient">Of the activation's output.</param>
    /// <param name="then">The activation.</param>
    /// <param name="state">The output of a ReLU; which was largest, of a pool; null without an activation.</param>
    /// <param name="height">Rows of the convolution's outputs.</param>
    /// <param name="width">Columns.</param>
    internal static Maps Behind(Tensor gradient, Activation then, Tensor? state, long height, long width) =>
        new(gradient, state, then, height, width);

    internal unsafe Source Source() => new()
    {
        Values = Winograd.Floats(_values), State = _state is null ? null : Winograd.Floats(_state), Behind = _behind,
        Height = (nint)_size.Height, Width = (nint)_size.Width, Channels = (nint)Channels,
    };
}
