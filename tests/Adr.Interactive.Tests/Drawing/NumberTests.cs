using Adr.Interactive.Drawing;

namespace Adr.Interactive.Tests.Drawing;

public class NumberTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(-0.0, "0")]
    [InlineData(0.97345, "0.9735")]
    [InlineData(12.3456, "12.35")]
    [InlineData(123456, "123456")]
    [InlineData(-0.25, "−0.25")]
    [InlineData(1e-5, "1e−5")]
    [InlineData(double.MaxValue, "1.798e+308")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "−∞")]
    public void Short(double value, string expected) => Assert.Equal(expected, Number.Short(value));

    [Theory]
    [InlineData(-0.04, "0.0")]
    [InlineData(-0.05, "−0.1")]
    [InlineData(0.04, "0.0")]
    [InlineData(89.6, "89.6")]
    [InlineData(double.NaN, "NaN")]
    public void Fixed(double value, string expected) => Assert.Equal(expected, Number.Fixed(value, 1));

    [Theory]
    [InlineData(0.44, "0.4 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(59.6, "1 min 00 s")]
    [InlineData(185, "3 min 05 s")]
    [InlineData(7620, "2 h 07 min")]
    [InlineData(double.NaN, "?")]
    public void Duration(double seconds, string expected) => Assert.Equal(expected, Number.Duration(seconds));

    [Theory]
    [InlineData(double.PositiveInfinity, "100000")]
    [InlineData(double.NaN, "0")]
    [InlineData(-0.001, "0")]
    [InlineData(12.346, "12.35")]
    public void Length(double value, string expected) => Assert.Equal(expected, Number.Length(value));
}
