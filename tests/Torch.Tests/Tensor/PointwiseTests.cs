using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using Adr.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class PointwiseTests
{
    private static readonly (string Name, Func<Tensor, Tensor> Torch, Func<double, double> Math, double Low, double High)[] functions =
    [
        ("abs", t => t.abs(), Math.Abs, -5, 5),
        ("sign", t => t.sign(), x => Math.Sign(x), -5, 5),
        ("neg", t => -t, x => -x, -5, 5),
        ("reciprocal", t => t.reciprocal(), x => 1 / x, 0.5, 5),
        ("square", t => t.square(), x => x * x, -5, 5),
        ("sqrt", t => t.sqrt(), Math.Sqrt, 0, 5),
        ("rsqrt", t => t.rsqrt(), x => 1 / Math.Sqrt(x), 0.5, 5),
        ("exp", t => t.exp(), Math.Exp, -5, 5),
        ("exp2", t => t.exp2(), x => Math.Pow(2, x), -5, 5),
        ("expm1", t => t.expm1(), x => Math.Exp(x) - 1, -5, 5),
        ("log", t => t.log(), Math.Log, 0.1, 5),
        ("log2", t => t.log2(), Math.Log2, 0.1, 5),
        ("log10", t => t.log10(), Math.Log10, 0.1, 5),
        ("log1p", t => t.log1p(), x => Math.Log(1 + x), 0, 5),
        ("sin", t => t.sin(), Math.Sin, -5, 5),
        ("cos", t => t.cos(), Math.Cos, -5, 5),
        ("tan", t => t.tan(), Math.Tan, -1, 1),
        ("asin", t => t.asin(), Math.Asin, -0.9, 0.9),
        ("acos", t => t.acos(), Math.Acos, -0.9, 0.9),
        ("atan", t => t.atan(), Math.Atan, -5, 5),
        ("sinh", t => t.sinh(), Math.Sinh, -3, 3),
        ("cosh", t => t.cosh(), Math.Cosh, -3, 3),
        ("tanh", t => t.tanh(), Math.Tanh, -3, 3),
        ("floor", t => t.floor(), Math.Floor, -5, 5),
        ("ceil", t => t.ceil(), Math.Ceiling, -5, 5),
        ("trunc", t => t.trunc(), Math.Truncate, -5, 5),
        ("frac", t => t.frac(), x => x - Math.Truncate(x), -5, 5),
        ("round", t => t.round(), x => Math.Round(x, MidpointRounding.ToEven), -5, 5),
        ("relu", t => t.relu(), x => Math.Max(0, x), -5, 5),
        ("relu6", t => t.relu6(), x => Math.Min(6, Math.Max(0, x)), -9, 9),
        ("sigmoid", t => t.sigmoid(), x => 1 / (1 + Math.Exp(-x)), -5, 5),
        ("log_sigmoid", t => t.log_sigmoid(), x => -Math.Log(1 + Math.Exp(-x)), -5, 5),
        ("silu", t => t.silu(), x => x / (1 + Math.Exp(-x)), -5, 5),
        ("hardswish", t => t.hardswish(), x => x * Math.Clamp(x + 3, 0, 6) / 6, -5, 5),
        ("hardsigmoid", t => t.hardsigmoid(), x => Math.Clamp(x + 3, 0, 6) / 6, -5, 5),
        ("leaky_relu", t => t.leaky_relu(0.1), x => x > 0 ? x : 0.1 * x, -5, 5),
        ("elu", t => t.elu(2), x => x > 0 ? x : 2 * (Math.Exp(x) - 1), -5, 5),
        ("softplus", t => t.softplus(), x => Math.Log(1 + Math.Exp(x)), -5, 5),
        ("hardtanh", t => t.hardtanh(-1, 2), x => Math.Clamp(x, -1, 2), -5, 5),
        ("clamp", t => t.clamp(-1, 2), x => Math.Clamp(x, -1, 2), -5, 5),
        ("clamp, one bound", t => t.clamp(min: 1), x => Math.Max(x, 1), -5, 5),
        ("pow", t => t.pow(3), x => x * x * x, -5, 5),
        ("deg2rad", t => t.deg2rad(), x => x * Math.PI / 180, -180, 180),
        ("rad2deg", t => t.rad2deg(), x => x * 180 / Math.PI, -5, 5),
    ];

    public static TheoryData<string> Names => [.. functions.Select(f => f.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Computes_what_mathematics_says(string name)
    {
        var (_, torch, math, low, high) = functions.Single(f => f.Name == name);
        var inputs = Gen.Choose(0, 1_000_000).Select(i => low + (high - low) * i / 1_000_000).NonEmptyListOf().Select(l => l.ToArray());
        Law.Holds(inputs, values =>
        {
            using var scope = NewDisposeScope();
            var got = torch(tensor(values)).data<double>().ToArray();
            for (var i = 0; i < values.Length; i++) Assert.Equal(math(values[i]), got[i], 1e-9 * Math.Max(1, Math.Abs(got[i])));
        }, cases: 20);
    }

    public static TheoryData<string> Unary =>
        [.. Methods().Where(m => !m.Name.EndsWith('_')).Select(m => m.Name).Order()];

    /// <summary>Every method without parameters: the static form and the one in place give the same bits.</summary>
    [Theory]
    [MemberData(nameof(Unary))]
    public void Static_and_in_place_forms_agree(string name)
    {
        using var scope = NewDisposeScope();
        var input = name is "bitwise_not" ? tensor([1, -2, 7]) : name is "acosh" or "arccosh" ? tensor([1.5f, 2f]) : tensor([0.25f, 0.5f, 0.75f]);
        var method = Methods().Single(m => m.Name == name);
        var expected = (Tensor)method.Invoke(input, null)!;
        if (typeof(torch).GetMethod(name, [typeof(Tensor)]) is { } twin && twin.ReturnType == typeof(Tensor))
            Same(expected, (Tensor)twin.Invoke(null, [input])!);
        if (Methods().SingleOrDefault(m => m.Name == name + "_") is { } inPlace)
        {
            var target = input.clone();
            Assert.Same(target, inPlace.Invoke(target, null));
            Same(expected.to(target.dtype), target);
        }
        if (typeof(torch).GetMethod(name + "_", [typeof(Tensor)]) is { } staticInPlace)
            Same(expected.to(input.dtype), (Tensor)staticInPlace.Invoke(null, [input.clone()])!);
    }

    private static readonly string[] others =
        ["clone", "detach", "contiguous", "alias", "t", "nonzero", "argwhere", "fliplr", "zero", "detach_", "zero_", "trace", "inverse", "det"];

    private static IEnumerable<MethodInfo> Methods() => typeof(Tensor)
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(m => m.GetParameters().Length == 0 && m.ReturnType == typeof(Tensor) && !m.IsSpecialName
            && !m.Name.Contains("Scope") && !others.Contains(m.Name));

    private static void Same(Tensor expected, Tensor got) => Assert.True(expected.Equals(got), $"{expected.str()} and {got.str()}");

    [Fact]
    public void Tells_what_is_no_finite_number()
    {
        using var scope = NewDisposeScope();
        var x = tensor([1.0, double.NaN, double.PositiveInfinity, double.NegativeInfinity]);
        Assert.Equal([false, true, false, false], x.isnan().data<bool>().ToArray());
        Assert.Equal([false, false, true, true], x.isinf().data<bool>().ToArray());
        Assert.Equal([true, false, false, false], x.isfinite().data<bool>().ToArray());
        Assert.Equal([false, false, true, false], x.isposinf().data<bool>().ToArray());
        Assert.Equal([false, false, false, true], x.isneginf().data<bool>().ToArray());
        Assert.Equal([1, 7, 8, -9], x.nan_to_num(7, 8, -9).data<double>().ToArray());
    }
}
