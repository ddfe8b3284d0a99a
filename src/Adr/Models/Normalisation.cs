using System.Globalization;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>How a network normalises its images: (x − mean) / std in each channel, for pixels in [0,1].</summary>
/// <remarks>It belongs inside the network, so that attacks see pixels (<see cref="Normalized"/>).</remarks>
public sealed class Normalisation
{
    internal const string Own = "own";

    private static readonly (string Name, Normalisation Value)[] All =
    [
        ("cifar-10", new([0.4914, 0.4822, 0.4465], [0.2471, 0.2435, 0.2616])),
        ("cifar-100", new([0.5071, 0.4865, 0.4409], [0.2673, 0.2564, 0.2762])),
        ("imagenet", new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])),
        ("half", new([0.5, 0.5, 0.5], [0.5, 0.5, 0.5])),
    ];

    /// <summary>Any mean and standard deviation.</summary>
    /// <param name="mean">One number for each channel.</param>
    /// <param name="std">As many, above 0.</param>
    /// <exception cref="ArgumentException">The numbers are not as described.</exception>
    public Normalisation(IReadOnlyList<double> mean, IReadOnlyList<double> std)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(std);
        if (mean.Count == 0 || mean.Count != std.Count || !AreValid(mean, std))
            throw new ArgumentException("A normalisation needs a finite mean and a positive standard deviation for "
                + $"each channel, not mean {Text(mean)} and std {Text(std)}.", nameof(mean));
        (Mean, Std) = ([.. mean], [.. std]);
    }

    /// <summary>The usual one for CIFAR-10: the moments of its training pixels.</summary>
    public static Normalisation Cifar10 => All[0].Value;

    /// <summary>The usual one for CIFAR-100.</summary>
    public static Normalisation Cifar100 => All[1].Value;

    /// <summary>The usual one for ImageNet, which some networks for CIFAR-10 have, too.</summary>
    public static Normalisation ImageNet => All[2].Value;

    /// <summary>From [0,1] to [−1,1] in three channels: 2x − 1.</summary>
    public static Normalisation Half => All[3].Value;

    /// <summary>The names of these four.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(known => known.Name)];

    /// <summary>The mean of each channel.</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>The standard deviation of each channel.</summary>
    public IReadOnlyList<double> Std { get; }

    /// <summary>Its name, or "own" where it has none.</summary>
    public string Name => All.FirstOrDefault(known => known.Value.IsLike(this)).Name ?? Own;

    /// <summary>A module from images [B,C,H,W] to normalised ones. Its buffers <c>mean</c> and <c>std</c>, [1,C,1,1],
    /// are those of RobustBench's <c>ImageNormalizer</c>.</summary>
    /// <remarks>For a module of your own: <c>nn.Sequential(("normalize", by.ToModule()), ("model", own))</c>.</remarks>
    public nn.Module<Tensor, Tensor> ToModule() => new Layer(this);

    /// <summary>(x − mean) / std of images [B,C,H,W], in their type and on their device.</summary>
    internal Tensor Apply(Tensor images)
    {
        using var scope = NewDisposeScope();
        var (mean, std) = (Column(Mean).to(images.dtype, images.device), Column(Std).to(images.dtype, images.device));
        return ((images - mean) / std).MoveToOuterDisposeScope();
    }

    /// <summary>Its numbers.</summary>
    public override string ToString() => $"mean {Text(Mean)} and std {Text(Std)}";

    /// <summary>One of <see cref="Names"/>; null for another name.</summary>
    internal static Normalisation? Named(string name) => Array.Find(All, known => known.Name == name).Value;

    /// <summary>Whether the numbers are the same but for their rounding.</summary>
    internal bool IsLike(Normalisation other) => Mean.Count == other.Mean.Count && Mean.Concat(Std)
        .Zip(other.Mean.Concat(other.Std), (a, b) => Math.Abs(a - b)).Max() <= Math.Max(Rounding, other.Rounding);

    /// <summary>How far rounding may have moved a number below 1. Default: in single precision.</summary>
    private double Rounding { get; init; } = 1e-6;

    /// <summary>Takes the mean and the standard deviation out of a file's tensors: <c>mean</c> and <c>std</c>, or
    /// <c>mu</c> and <c>sigma</c>, below any name.</summary>
    /// <returns>The other tensors, and the two; all and null where there is no such pair, or more than one.</returns>
    internal static (IReadOnlyDictionary<string, Tensor> Others, Normalisation? Value) TakeFrom(
        IReadOnlyDictionary<string, Tensor> tensors)
    {
        var pairs = (from name in tensors.Keys
                     let last = name.Split('.')[^1]
                     where last is "mean" or "mu"
                     let other = name[..^last.Length] + (last == "mean" ? "std" : "sigma")
                     where IsOfChannels(tensors[name]) && IsOfChannels(tensors.GetValueOrDefault(other))
                     select (Mean: name, Std: other)).ToList();
        if (pairs is not [var names]) return (tensors, null);
        var (mean, std) = (Numbers(tensors[names.Mean]), Numbers(tensors[names.Std]));
        return mean.Length == std.Length && AreValid(mean, std)
            ? (tensors.Where(pair => pair.Key != names.Mean && pair.Key != names.Std).ToDictionary(),
                new(mean, std)
                {
                    Rounding = 1e-6 + tensors[names.Mean].dtype switch
                    {
                        ScalarType.Float16 => 1 / 4096.0, ScalarType.BFloat16 => 1 / 512.0, _ => 0,
                    },
                })
            : (tensors, null);

        static bool IsOfChannels(Tensor? tensor) => tensor is not null && tensor.is_floating_point()
            && tensor.shape is [> 0 and <= 4] or [> 0 and <= 4, 1, 1] or [1, > 0 and <= 4, 1, 1];

        static double[] Numbers(Tensor tensor)
        {
            using var scope = NewDisposeScope();
            return tensor.to(ScalarType.Float64).contiguous().data<double>().ToArray();
        }
    }

    private static bool AreValid(IEnumerable<double> mean, IEnumerable<double> std) =>
        mean.All(double.IsFinite) && std.All(value => double.IsFinite(value) && value > 0);

    // [1,C,1,1], in single precision as everywhere
    private static Tensor Column(IReadOnlyList<double> numbers) =>
        tensor([.. numbers.Select(number => (float)number)], [1, numbers.Count, 1, 1]);

    private static string Text(IEnumerable<double> numbers) =>
        $"[{string.Join(", ", numbers.Select(number => number.ToString("0.######", CultureInfo.InvariantCulture)))}]";

    private sealed class Layer : nn.Module<Tensor, Tensor>
    {
        // The buffers' names come from the fields'.
        private readonly Tensor mean;
        private readonly Tensor std;

        internal Layer(Normalisation by) : base(nameof(Normalisation))
        {
            mean = Column(by.Mean).DetachFromDisposeScope();
            std = Column(by.Std).DetachFromDisposeScope();
            RegisterComponents();
        }

        public override Tensor forward(Tensor images)
        {
            using var centred = images - mean;
            return centred / std;
        }
    }
}
