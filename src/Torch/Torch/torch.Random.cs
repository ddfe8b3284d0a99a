namespace TorchSharp;

public static partial class torch
{
    /// <summary>Seeds the default generators of the CPU and every GPU.</summary>
    /// <returns>The CPU's generator.</returns>
    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    /// <summary>Seeds the default generators from the clock, and says with what.</summary>
    public static long seed() => random.seed();

    /// <summary>What the CPU's default generator was seeded with.</summary>
    public static long initial_seed() => random.initial_seed();

    /// <summary>The state of the CPU's default generator.</summary>
    public static Tensor get_rng_state() => random.get_rng_state();

    /// <summary>Puts the CPU's default generator into a state that <see cref="get_rng_state"/> gave.</summary>
    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    /// <summary>The default generators.</summary>
    public static partial class random
    {
        /// <summary>Seeds the default generators of the CPU and every GPU.</summary>
        /// <returns>The CPU's generator.</returns>
        public static Generator manual_seed(long seed)
        {
            Native.Check(Native.ManualSeed((ulong)seed));
            return Generator.Default;
        }

        /// <summary>Seeds the default generators from the clock, and says with what.</summary>
        public static long seed()
        {
            var seed = DateTime.UtcNow.Ticks;
            Native.Check(Native.ManualSeed((ulong)seed));
            return seed;
        }

        /// <summary>What the CPU's default generator was seeded with.</summary>
        public static long initial_seed()
        {
            using var generator = Generator.Default;
            return generator.initial_seed();
        }

        /// <summary>The state of the CPU's default generator.</summary>
        public static Tensor get_rng_state()
        {
            using var generator = Generator.Default;
            return generator.get_state();
        }

        /// <summary>Puts the CPU's default generator into a state that <see cref="get_rng_state"/> gave.</summary>
        public static void set_rng_state(Tensor new_state)
        {
            using var generator = Generator.Default;
            generator.set_state(new_state);
        }
    }

    /// <summary>Numbers drawn uniformly from [0, 1), with the sizes of another tensor.</summary>
    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Grad(Op.Call("rand_like", input, dtype, Arg.None, device), requires_grad);

    /// <summary>Numbers drawn from the standard normal distribution, with the sizes of another tensor.</summary>
    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Grad(Op.Call("randn_like", input, dtype, Arg.None, device), requires_grad);

    /// <summary>Integers drawn uniformly from [low, high), with the sizes of another tensor.</summary>
    public static Tensor randint_like(
        Tensor input, long low, long high, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Grad(Op.Call("randint_like.low_dtype", input, low, high, dtype, Arg.None, device), requires_grad);

    /// <summary>Integers drawn uniformly from [low, high); Int64 where no type is named.</summary>
    public static Tensor randint(
        long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null)
    {
        Unnamed(names);
        return Grad(
            Op.Call("randint.low_generator", low, high, size, generator, dtype ?? ScalarType.Int64, Arg.None, InitializeDevice(device)),
            requires_grad);
    }

    /// <summary>Integers drawn uniformly from [0, high); Int64 where no type is named.</summary>
    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator, names);

    /// <summary>Integers drawn uniformly from [low, high); Int64 where no type is named.</summary>
    public static Tensor randint(
        long low, long high, Size size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(low, high, size.Shape, dtype, device, requires_grad, generator, names);

    /// <summary>Integers drawn uniformly from [0, high); Int64 where no type is named.</summary>
    public static Tensor randint(
        long high, Size size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null, string[]? names = null) =>
        randint(0, high, size.Shape, dtype, device, requires_grad, generator, names);

    /// <summary>0 … n-1 in random order; Int64 where no type is named.</summary>
    public static Tensor randperm(
        long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Grad(Op.Call("randperm.generator", n, generator, dtype ?? ScalarType.Int64, Arg.None, InitializeDevice(device)), requires_grad);

    /// <summary>Numbers drawn from normal distributions with these means and deviations.</summary>
    public static Tensor normal(Tensor mean, Tensor std, Generator? generator = null) =>
        Op.Call("normal.Tensor_Tensor", mean, std, generator);

    /// <summary>0 or 1 for every element, 1 with the probability that stands there.</summary>
    public static Tensor bernoulli(Tensor input, Generator? generator = null) => input.bernoulli(generator);

    /// <summary>Positions drawn with probabilities proportional to each row.</summary>
    public static Tensor multinomial(Tensor input, long num_samples, bool replacement = false, Generator? generator = null) =>
        input.multinomial(num_samples, replacement, generator);

    private static Tensor Draw(
        string name, long[] size, ScalarType? dtype, Device? device, bool requires_grad, Generator? generator, string[]? names)
    {
        Unnamed(names);
        return Grad(
            Op.Call(name + ".generator", size, generator, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad);
    }

    public partial class Tensor
    {
        /// <summary>Numbers drawn uniformly from [0, 1), with the sizes of this tensor.</summary>
        public Tensor rand_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            torch.rand_like(this, dtype, device, requires_grad);

        /// <summary>Numbers drawn from the standard normal distribution, with the sizes of this tensor.</summary>
        public Tensor randn_like(ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
            torch.randn_like(this, dtype, device, requires_grad);

        /// <summary>In place: numbers drawn uniformly from [from, to).</summary>
        public Tensor uniform_(double from, double to, Generator? generator = null) => Op.InPlace("uniform_", this, from, to, generator);

        /// <summary>In place: numbers drawn from a normal distribution.</summary>
        public Tensor normal_(double mean = 0, double std = 1, Generator? generator = null) =>
            Op.InPlace("normal_", this, mean, std, generator);

        /// <summary>In place: integers drawn uniformly from [from, to).</summary>
        public Tensor random_(double from, double to, Generator? generator = null) =>
            Op.InPlace("random_.from", this, (long)from, (long)to, generator);

        /// <summary>0 or 1 for every element, 1 with the probability that stands there.</summary>
        public Tensor bernoulli(Generator? generator = null) => Op.Call("bernoulli", this, generator);

        /// <summary>In place: 1 with probability p, else 0.</summary>
        public Tensor bernoulli_(double p = 0.5, Generator? generator = null) => Op.InPlace("bernoulli_.float", this, p, generator);

        /// <summary>In place: 1 with the probability that stands in p, else 0.</summary>
        public Tensor bernoulli_(Tensor p, Generator? generator = null) => Op.InPlace("bernoulli_.Tensor", this, p, generator);

        /// <summary>Positions drawn with probabilities proportional to each row.</summary>
        public Tensor multinomial(long num_samples, bool replacement = false, Generator? generator = null) =>
            Op.Call("multinomial", this, num_samples, replacement, generator);

        /// <summary>In place: numbers drawn from an exponential distribution.</summary>
        public Tensor exponential_(double lambda = 1, Generator? generator = null) => Op.InPlace("exponential_", this, lambda, generator);
    }
}
