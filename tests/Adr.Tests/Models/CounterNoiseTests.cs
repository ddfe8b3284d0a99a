using Adr.Models;

namespace Adr.Tests.Models;

public class CounterNoiseTests
{
    private const ulong LargestFirst = 0x31628AF67B2131AB; // its first fraction is 1 − 2⁻⁵³, which rounds to 1

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-0.3, 0.3)]
    [InlineData(-8.0 / 255, 8.0 / 255)]
    public void Uniform_numbers_lie_below_the_upper_end_after_rounding_too(double low, double high)
    {
        Span<float> numbers = stackalloc float[1];
        CounterNoise.Uniform(LargestFirst, low, high, numbers);
        Assert.InRange(numbers[0], high - 1e-6, high);
        Assert.True(numbers[0] < high);
    }

    [Fact]
    public void Without_room_between_the_ends_they_are_the_lower_one()
    {
        Span<float> numbers = stackalloc float[3];
        CounterNoise.Uniform(1, 2, 2, numbers);
        Assert.Equal([2, 2, 2], numbers.ToArray());
    }
}
