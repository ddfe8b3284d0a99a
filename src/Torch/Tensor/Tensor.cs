using System.Diagnostics;
using System.Runtime.InteropServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>An array of numbers in native memory, with its gradient's history.</summary>
    /// <remarks>
    /// Dispose it, or make it within a <see cref="DisposeScope"/>. A forgotten tensor is freed when the garbage collector
    /// finds it. Whatever needs the numbers or the sizes
    /// throws <see cref="ObjectDisposedException"/> after that, and <see cref="ExternalException"/> with libtorch's own message
    /// where libtorch refuses.
    /// </remarks>
    public partial class Tensor : IDisposable
    {
        private static long totalCount, peakCount;
        private nint handle;

        /// <summary>Takes over a native handle.</summary>
        internal Tensor(nint handle)
        {
            this.handle = handle;
            var count = Interlocked.Increment(ref totalCount);
            for (var peak = Volatile.Read(ref peakCount); count > peak;)
            {
                var seen = Interlocked.CompareExchange(ref peakCount, count, peak);
                if (seen == peak) break;
                peak = seen;
            }
            OwningDisposeScope = DisposeScopeManager.ThreadSingleton.Register(this);
        }

        /// <summary>How many tensors live now, on all threads.</summary>
        public static long TotalCount => Volatile.Read(ref totalCount);

        /// <summary>The largest number of tensors that ever lived at once.</summary>
        public static long PeakCount => Volatile.Read(ref peakCount);

        /// <summary>Wraps a native handle, which then belongs to the tensor.</summary>
        public static Tensor UnsafeCreateTensor(IntPtr handle) => new(handle);

        internal DisposeScope? OwningDisposeScope { get; set; }

        /// <summary>The native handle, valid while the tensor is.</summary>
        /// <exception cref="ObjectDisposedException">The tensor is disposed.</exception>
        public IntPtr Handle
        {
            get
            {
                var h = handle;
                return h != 0 ? h : throw new ObjectDisposedException(
                    nameof(Tensor), "This tensor is disposed. Keep it with MoveToOuterDisposeScope() or clone() where its scope ends.");
            }
        }

        /// <summary>Whether the tensor is disposed.</summary>
        public bool IsInvalid => handle == 0;

        /// <summary>Gives the native handle away; the tensor is then as if disposed, and the caller frees the handle.</summary>
        public IntPtr DecoupleFromNativeHandle()
        {
            var given = Handle;
            Leave();
            handle = 0;
            Interlocked.Decrement(ref totalCount);
            GC.SuppressFinalize(this);
            return given;
        }

        /// <summary>Frees the native tensor if the program forgot to.</summary>
        ~Tensor() => Dispose(false);

        /// <summary>Frees the native tensor; a second time does nothing.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>Frees the native tensor.</summary>
        /// <param name="disposing">False when the garbage collector calls.</param>
        protected virtual void Dispose(bool disposing)
        {
            var freed = Interlocked.Exchange(ref handle, 0);
            if (freed == 0) return;
            Interlocked.Decrement(ref totalCount);
            if (disposing) Leave();
            Native.Free(freed);
        }

        private void Leave()
        {
            var statistics = DisposeScopeManager.Statistics.TensorStatistics;
            if (OwningDisposeScope is null) statistics.DisposedOutsideScopeCount++;
            else statistics.DisposedInScopeCount++;
            OwningDisposeScope?.Disposables.Remove(this);
            OwningDisposeScope = null;
        }

        /// <summary>Keeps the tensor when its scope ends: moves it to the scope around that, or out of every scope.</summary>
        public Tensor MoveToOuterDisposeScope()
        {
            OwningDisposeScope?.MoveToOuter(this);
            return this;
        }

        /// <summary>Takes the tensor out of every scope: who holds it disposes it.</summary>
        public Tensor DetachFromDisposeScope()
        {
            OwningDisposeScope?.Detach(this);
            return this;
        }

        /// <summary>Moves the tensor to the scope of another one.</summary>
        public Tensor MoveToOtherDisposeScope(Tensor other) => MoveToOtherDisposeScope(other.OwningDisposeScope!);

        /// <summary>Moves the tensor to another scope; null is none.</summary>
        public Tensor MoveToOtherDisposeScope(DisposeScope other)
        {
            if (OwningDisposeScope is { } owner) owner.MoveToOther(other, this);
            else other?.Attach(this);
            return this;
        }

        internal unsafe NativeInfo Info
        {
            get
            {
                NativeInfo info;
                Native.Check(Native.Info(Handle, &info));
                GC.KeepAlive(this);
                return info;
            }
        }

        /// <summary>The size of every dimension.</summary>
        public unsafe long[] shape
        {
            get
            {
                var sizes = new long[Info.Dimensions];
                fixed (long* p = sizes) Native.Sizes(Handle, p);
                GC.KeepAlive(this);
                return sizes;
            }
        }

        /// <summary>The size of every dimension.</summary>
        public long[] size() => shape;

        /// <summary>The size of one dimension; negative ones count from the end.</summary>
        public long size(int dim) => At(shape, dim);

        /// <summary>How many elements apart neighbours of each dimension lie in memory.</summary>
        public unsafe long[] stride()
        {
            var strides = new long[Info.Dimensions];
            fixed (long* p = strides) Native.Check(Native.Strides(Handle, p));
            GC.KeepAlive(this);
            return strides;
        }

        /// <summary>How many elements apart neighbours of one dimension lie in memory.</summary>
        public long stride(int dim) => At(stride(), dim);

        private static long At(long[] list, int dim) =>
            dim >= -list.Length && dim < list.Length ? list[dim < 0 ? dim + list.Length : dim]
            : throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {list.Length} dimensions.");

        /// <summary>The number of dimensions.</summary>
        public long ndim => Info.Dimensions;

        /// <summary>The number of dimensions.</summary>
        public long Dimensions => Info.Dimensions;

        /// <summary>The number of dimensions.</summary>
        public long dim() => Info.Dimensions;

        /// <summary>The number of elements.</summary>
        public long NumberOfElements => Info.Elements;

        /// <summary>The number of elements.</summary>
        public long numel() => Info.Elements;

        /// <summary>The bytes of one element.</summary>
        public long ElementSize => Info.ElementSize;

        /// <summary>The bytes of one element.</summary>
        public long element_size() => Info.ElementSize;

        /// <summary>How many elements into its memory the tensor begins.</summary>
        public long storage_offset() => Info.StorageOffset;

        /// <summary>The type of the elements.</summary>
        public ScalarType dtype => (ScalarType)Info.DType;

        /// <summary>Where the tensor lies.</summary>
        public Device device
        {
            get
            {
                var info = Info;
                return new Device((DeviceType)info.DeviceType, info.DeviceIndex);
            }
        }

        /// <summary>The kind of device that the tensor lies on.</summary>
        public DeviceType device_type => (DeviceType)Info.DeviceType;

        /// <summary>Which device of its kind the tensor lies on.</summary>
        public int device_index => Info.DeviceIndex;

        /// <summary>Whether the tensor lies on an NVIDIA GPU.</summary>
        public bool is_cuda => device_type == DeviceType.CUDA;

        /// <summary>Whether the tensor has sizes but no data.</summary>
        public bool is_meta => device_type == DeviceType.META;

        /// <summary>Whether the tensor lies in main memory.</summary>
        public bool is_cpu() => device_type == DeviceType.CPU;

        /// <summary>Whether only non-zero elements are stored.</summary>
        public bool is_sparse => Info.Flags.HasFlag(TensorFlags.Sparse);

        /// <summary>Whether the elements lie in memory without gaps, the last dimension closest together.</summary>
        public bool is_contiguous() => Info.Flags.HasFlag(TensorFlags.Contiguous);

        /// <summary>Whether the elements are real floating-point numbers.</summary>
        public bool is_floating_point() => torch.is_floating_point(dtype);

        /// <summary>Whether the elements are integers.</summary>
        public bool is_integral() => torch.is_integral(dtype);

        /// <summary>Whether the elements are complex numbers.</summary>
        public bool is_complex() => torch.is_complex(dtype);

        /// <summary>A name for the reader's eye.</summary>
        public string? name { get; set; }

        /// <summary>Whether both have the same sizes and the same elements.</summary>
        public bool Equals(Tensor target) => target is not null && Op.CallBool("equal", this, target);

        /// <summary>Whether the other object is a tensor of the same sizes and elements.</summary>
        public override bool Equals(object? obj) => obj is Tensor other && Equals(other);

        /// <summary>A hash of the object, not of its elements: those may change.</summary>
        public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
    }
}
