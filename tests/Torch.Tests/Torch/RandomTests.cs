using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Factories;

[Collection(nameof(GlobalState))]
public sealed class RandomTests
{
    public static TheoryData<string, Func<Generator?, Tensor>> Draws => new()
    {
        { "rand", g => rand(100, generator: g) },
        { "randn", g => randn([10, 10], generator: g) },
        { "randint", g => randint(0, 1000, [100], generator: g) },
        { "randperm", g => randperm(100, generator: g) },
        { "bernoulli", g => full(100, 0.5).bernoulli(g) },
        { "bernoulli_", g => zeros(100).bernoulli_(0.5, g) },
        { "uniform_", g => zeros(100).uniform_(-1, 1, g) },
        { "normal_", g => zeros(100).normal_(0, 1, g) },
        { "random_", g => zeros(100, int64).random_(0, 1000, g) },
        { "multinomial", g => ones(100).multinomial(50, generator: g) },
    };

    [Theory]
    [MemberData(nameof(Draws))]
    public void The_same_seed_gives_the_same_bits(string what, Func<Generator?, Tensor> draw)
    {
        using var scope = NewDisposeScope();
        using Generator first = new(7), second = new(7), third = new(8);
        var a = draw(first);
        Assert.True(a.Equals(draw(second)), what);
        Assert.False(a.Equals(draw(first)), what);
        Assert.False(a.Equals(draw(third)), what);
        manual_seed(7);
        var b = draw(null);
        manual_seed(7);
        Assert.True(b.Equals(draw(null)), what);
    }

    [Fact]
    public void A_generator_is_not_the_default_one()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var expected = rand(3);
        manual_seed(1);
        using var own = new Generator(5);
        rand(3, generator: own);
        Assert.True(expected.Equals(rand(3)));
    }

    [Fact]
    public void Its_state_can_be_kept()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        Assert.Equal(3, generator.initial_seed());
        var state = generator.get_state();
        var expected = rand(5, generator: generator);
        generator.set_state(state);
        Assert.True(expected.Equals(rand(5, generator: generator)));
        Assert.Equal(11, generator.manual_seed(11).initial_seed());
        var whole = get_rng_state();
        var next = rand(4);
        set_rng_state(whole);
        Assert.True(next.Equals(rand(4)));
    }

    [Fact]
    public void Draws_lie_where_they_should()
    {
        using var scope = NewDisposeScope();
        using var g = new Generator(1);
        var u = rand(10_000, generator: g);
        Assert.True(((u >= 0) & (u < 1)).all().ToBoolean());
        Assert.Equal(0.5, u.mean().ToDouble(), 0.02);
        var n = randn(10_000, generator: g);
        Assert.Equal(0, n.mean().ToDouble(), 0.05);
        Assert.Equal(1, n.std().ToDouble(), 0.05);
        var i = randint(3, 6, [1000], generator: g);
        Assert.Equal([3L, 4, 5], i.unique().output.data<long>().ToArray());
        Assert.Equal(int64, i.dtype);
        Assert.Equal(Enumerable.Range(0, 50).Select(x => (long)x), randperm(50, generator: g).sort().Values.data<long>().ToArray());
        var v = zeros(1000).uniform_(2, 3, g);
        Assert.True(((v >= 2) & (v <= 3)).all().ToBoolean());
    }

    [Fact]
    public void A_disposed_generator_says_so()
    {
        var generator = new Generator(1);
        generator.Dispose();
        Assert.Throws<ObjectDisposedException>(() => rand(1, generator: generator));
    }

    [Fact]
    public void The_seed_of_GPUs_leaves_the_CPU_alone()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var first = rand(3);
        cuda.manual_seed(1);
        cuda.manual_seed_all(1);
        Assert.False(first.Equals(rand(3)));
    }
}
