using System.Reflection;
using FsCheck;
using FsCheck.Fluent;
using Adr.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Tensors;

public sealed class ArithmeticTests
{
    private static readonly Gen<(double, double)> pairs =
        from a in Gen.Choose(-50, 50) from b in Gen.Choose(1, 50) from sign in Gen.Elements(-1, 1) select (a / 4.0, sign * b / 4.0);

    [Fact]
    public void Operators_follow_csharp() => Law.Holds(pairs, pair =>
    {
        using var scope = NewDisposeScope();
        var (a, b) = pair;
        var (x, y) = (tensor(a), tensor(b));
        Equal(a + b, x + y, x + b, a + y, x.add(y), x.clone().add_(b), add(x, b));
        Equal(a - b, x - y, x - b, a - y, x.sub(y), x.clone().sub_(b), sub(x, b));
        Equal(a * b, x * y, x * b, a * y, x.mul(y), x.clone().mul_(b), mul(x, b));
        Equal(a / b, x / y, x / b, x.div(y), x.clone().div_(b), div(x, b));
        Equal(a * (1 / b), a / y);
        Equal(a - b * Math.Floor(a / b), x % y, x % b, x.remainder(y), x.clone().remainder_(b));
        Equal(a % b, x.fmod(y), x.fmod(b), x.clone().fmod_(b));
        Equal(Math.Floor(a / b), x.floor_divide(y), x.div(y, RoundingMode.floor), x.div(b, RoundingMode.floor));
        Equal(Math.Truncate(a / b), x.div(y, RoundingMode.trunc));
        Equal(Math.Max(a, b), x.maximum(y), maximum(x, y), x.fmax(y));
        Equal(Math.Min(a, b), x.minimum(y), minimum(x, y), x.fmin(y));
        Equal(-a, -x, x.neg());
        Equal(Math.Atan2(a, b), x.atan2(y));
        Equal(a + 3 * b, x.add(y, 3), x.clone().add_(y, 3));
        Equal(a + 2 * b * b, x.addcmul(y, y, 2), x.clone().addcmul_(y, y, 2));
        Equal(a + 2 * (a / b), x.addcdiv(x, y, 2), x.clone().addcdiv_(x, y, 2));
        Equal(a + 0.25 * (b - a), x.lerp(y, tensor(0.25)));
    });

    [Fact]
    public void Comparisons_follow_csharp() => Law.Holds(pairs, pair =>
    {
        using var scope = NewDisposeScope();
        var (a, b) = pair;
        var (x, y) = (tensor(a), tensor(b));
        True(a == b, x == y, x == b, b == x, x.eq(y), x.eq(b), x.equal(y));
        True(a != b, x != y, x != b, b != x, x.ne(y), x.not_equal(y));
        True(a < b, x < y, x < b, b > x, x.lt(b), x.less(y));
        True(a <= b, x <= y, x <= b, b >= x, x.le(b));
        True(a > b, x > y, x > b, b < x, x.gt(b), x.greater(y));
        True(a >= b, x >= y, x >= b, b <= x, x.ge(b));
    });

    [Fact]
    public void Integer_operators_follow_csharp() => Law.Holds(
        from a in Gen.Choose(-100, 100) from b in Gen.Choose(-100, 100) select (a, b),
        pair =>
        {
            using var scope = NewDisposeScope();
            var (a, b) = pair;
            var (x, y) = (tensor(a), tensor(b));
            Assert.Equal(a & b, (x & y).ToInt32());
            Assert.Equal(a | b, (x | y).ToInt32());
            Assert.Equal(a ^ b, (x ^ y).ToInt32());
            Assert.Equal(~a, (~x).ToInt32());
            Assert.Equal(int32, (x + 1).dtype);
            Assert.Equal(float32, (x + 1.5).dtype);
            Assert.Equal(a + 1.5f, (x + 1.5).ToSingle());
        });

    [Fact]
    public void Booleans_follow_logic()
    {
        using var scope = NewDisposeScope();
        var (p, q) = (tensor([false, false, true, true]), tensor([false, true, false, true]));
        Assert.Equal([false, false, false, true], p.logical_and(q).data<bool>().ToArray());
        Assert.Equal([false, true, true, true], p.logical_or(q).data<bool>().ToArray());
        Assert.Equal([false, true, true, false], p.logical_xor(q).data<bool>().ToArray());
        Assert.Equal([true, true, false, false], p.logical_not().data<bool>().ToArray());
        Assert.Equal((p & q).data<bool>().ToArray(), p.logical_and(q).data<bool>().ToArray());
        Assert.Equal((~p).data<bool>().ToArray(), p.logical_not().data<bool>().ToArray());
    }

    [Fact]
    public void Sizes_broadcast()
    {
        using var scope = NewDisposeScope();
        var sum = tensor([1f, 2f]).unsqueeze(1) + tensor([10f, 20f, 30f]);
        Assert.Equal([2L, 3L], sum.shape);
        Assert.Equal([11f, 21f, 31f, 12f, 22f, 32f], sum.data<float>().ToArray());
    }

    public static TheoryData<string> InPlace => [.. Binary().Select(m => m.Name).Where(n => n.EndsWith('_')).Distinct().Order()];

    /// <summary>Every method with one operand: in place it gives the same numbers, and returns the object it changed.</summary>
    [Theory]
    [MemberData(nameof(InPlace))]
    public void In_place_forms_agree(string name)
    {
        using var scope = NewDisposeScope();
        var whole = name.StartsWith("bitwise");
        foreach (var inPlace in Binary().Where(m => m.Name == name))
        {
            var kind = inPlace.GetParameters()[0].ParameterType;
            if (typeof(Tensor).GetMethod(name[..^1], [kind]) is not { } plain) continue;
            var input = whole ? tensor([1, 2, 3]) : tensor([0.5, 2.0, 3.0]);
            object operand = kind == typeof(Scalar) ? (object)(Scalar)2 : whole ? tensor([3, 2, 1]) : tensor([2.0, 2.0, 1.5]);
            var expected = (Tensor)plain.Invoke(input, [operand])!;
            var target = input.clone();
            Assert.Same(target, inPlace.Invoke(target, [operand]));
            Assert.Equal(expected.to(float64).data<double>().ToArray(), target.to(float64).data<double>().ToArray());
        }
    }

    private static readonly string[] notArithmetic = ["fill_", "unsqueeze_", "bernoulli_", "leaky_relu_", "copy_", "set_"];

    private static IEnumerable<MethodInfo> Binary() => typeof(Tensor)
        .GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(m => m.ReturnType == typeof(Tensor) && !notArithmetic.Contains(m.Name) && m.GetParameters() is [var only]
            && (only.ParameterType == typeof(Tensor) || only.ParameterType == typeof(Scalar)));

    private static void Equal(double expected, params Tensor[] got)
    {
        foreach (var t in got) Assert.Equal(expected, t.ToDouble(), 1e-12);
    }

    private static void True(bool expected, params Tensor[] got)
    {
        foreach (var t in got) Assert.Equal(expected, t.ToBoolean());
    }
}
