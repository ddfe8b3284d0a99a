namespace TorchSharp;

public static partial class torch
{
    /// <summary>A source of random numbers: the same seed on the same machine gives the same bits.</summary>
    public class Generator : IDisposable
    {
        private nint handle;

        /// <summary>A generator of its own.</summary>
        /// <param name="seed">What it starts from.</param>
        /// <param name="device">Where its tensors are made; the CPU where none is named.</param>
        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = InitializeDevice(device);
            handle = Owned(Native.NewGenerator(seed, (int)this.device.type, this.device.index));
        }

        private Generator(nint handle, Device device) => (this.handle, this.device) = (handle, device);

        /// <summary>The CPU's generator, which operators use when they are given none.</summary>
        public static Generator Default => Of(CPU);

        internal static Generator Of(Device device) => new(Owned(Native.DefaultGenerator((int)device.type, device.index)), device);

        /// <summary>The native handle.</summary>
        /// <exception cref="ObjectDisposedException">The generator is disposed.</exception>
        public IntPtr Handle => handle != 0 ? handle : throw new ObjectDisposedException(nameof(Generator));

        /// <summary>Where its tensors are made.</summary>
        public Device device { get; }

        /// <summary>Starts anew from a seed.</summary>
        public Generator manual_seed(long seed)
        {
            Native.Check(Native.GeneratorSeed(Handle, (ulong)seed));
            GC.KeepAlive(this);
            return this;
        }

        /// <summary>Starts anew from the clock, and says with what seed.</summary>
        public long seed()
        {
            var seed = DateTime.UtcNow.Ticks;
            manual_seed(seed);
            return seed;
        }

        /// <summary>What it was seeded with.</summary>
        public long initial_seed()
        {
            var seed = (long)Native.GeneratorCurrentSeed(Handle);
            GC.KeepAlive(this);
            return seed;
        }

        /// <summary>Where in its sequence it stands, as bytes.</summary>
        public Tensor get_state()
        {
            var state = Owned(Native.GeneratorState(Handle));
            GC.KeepAlive(this);
            return new Tensor(state);
        }

        /// <summary>Puts it where <see cref="get_state"/> found it.</summary>
        public void set_state(Tensor value)
        {
            Native.Check(Native.SetGeneratorState(Handle, value.Handle));
            GC.KeepAlive(value);
            GC.KeepAlive(this);
        }

        /// <summary>Frees the native generator if the program forgot to.</summary>
        ~Generator() => Dispose(false);

        /// <summary>Frees the native generator.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Frees the native generator.</summary>
        /// <param name="disposing">False when the garbage collector calls.</param>
        protected virtual void Dispose(bool disposing)
        {
            var freed = Interlocked.Exchange(ref handle, 0);
            if (freed != 0) Native.FreeGenerator(freed);
        }

        private static nint Owned(nint made) => made != 0 ? made : throw Native.Error();
    }
}
