using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The tensor with another element type; itself where nothing changes, unless copy is set.</summary>
        public Tensor to(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            After(Op.Call("to.dtype", this, type, non_blocking, copy), disposeAfter);

        /// <summary>The tensor with another element type on another device.</summary>
        public Tensor to(ScalarType type, Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false)
        {
            InitializeDevice(device);
            return After(Op.Call("to.device", this, device, type, non_blocking, copy), disposeAfter);
        }

        /// <summary>The tensor with another element type; itself where nothing changes, unless copy is set.</summary>
        public Tensor to_type(ScalarType type, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(type, copy, disposeAfter, non_blocking);

        /// <summary>The tensor on another device; itself where nothing changes, unless copy is set.</summary>
        /// <exception cref="InvalidOperationException">The machine has no such device.</exception>
        public Tensor to(Device device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(dtype, device, copy, disposeAfter, non_blocking);

        /// <summary>The tensor on another device, such as <c>"cuda:0"</c>.</summary>
        public Tensor to(string device, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(dtype, new Device(device), copy, disposeAfter, non_blocking);

        /// <summary>The tensor on another device.</summary>
        public Tensor to(
            DeviceType deviceType, int deviceIndex = -1, bool copy = false, bool disposeAfter = false, bool non_blocking = false) =>
            to(dtype, new Device(deviceType, deviceIndex), copy, disposeAfter, non_blocking);

        /// <summary>The tensor with the element type and on the device of another one.</summary>
        public Tensor to(Tensor other, bool non_blocking = false) => to(other.dtype, other.device, non_blocking: non_blocking);

        /// <summary>The tensor with the element type of another one.</summary>
        public Tensor type_as(Tensor tensor) => to(tensor.dtype);

        /// <summary>The tensor with another element type.</summary>
        public Tensor type(ScalarType dtype) => to(dtype);

        /// <summary>The tensor in main memory; itself where it lies there already.</summary>
        public Tensor cpu() => to(CPU);

        /// <summary>The tensor on a GPU, the current one where none is named.</summary>
        public Tensor cuda(Device? device = null, bool non_blocking = false) => to(device ?? CUDA, non_blocking: non_blocking);

        /// <summary>The tensor as Bool: whether each element is non-zero.</summary>
        public Tensor @bool() => to(ScalarType.Bool);
        /// <summary>The tensor as Byte.</summary>
        public Tensor @byte() => to(ScalarType.Byte);
        /// <summary>The tensor as Int8.</summary>
        public Tensor @char() => to(ScalarType.Int8);
        /// <summary>The tensor as Int16.</summary>
        public Tensor @short() => to(ScalarType.Int16);
        /// <summary>The tensor as Int32.</summary>
        public Tensor @int() => to(ScalarType.Int32);
        /// <summary>The tensor as Int64.</summary>
        public Tensor @long() => to(ScalarType.Int64);
        /// <summary>The tensor as Float16.</summary>
        public Tensor half() => to(ScalarType.Float16);
        /// <summary>The tensor as BFloat16.</summary>
        public Tensor bfloat16() => to(ScalarType.BFloat16);
        /// <summary>The tensor as Float32.</summary>
        public Tensor @float() => to(ScalarType.Float32);
        /// <summary>The tensor as Float64.</summary>
        public Tensor @double() => to(ScalarType.Float64);

        private Tensor After(Tensor result, bool dispose)
        {
            if (dispose) Dispose();
            return result;
        }

        /// <summary>Copies the elements of another tensor into this one, converting and broadcasting as needed.</summary>
        public Tensor copy_(Tensor source, bool nonBlocking = false) => Op.InPlace("copy_", this, source, nonBlocking);

        /// <summary>Sets every element to a number.</summary>
        public Tensor fill_(Scalar value) => Op.InPlace("fill_.Scalar", this, value);

        /// <summary>Sets every element to zero.</summary>
        public Tensor zero_() => Op.InPlace("zero_", this);

        /// <summary>The only element as a scalar.</summary>
        public Scalar ToScalar() => Op.CallScalar("item", this);

        /// <summary>The only element.</summary>
        /// <exception cref="ArgumentException">There is not exactly one, or it is of another type than T.</exception>
        public T item<T>() where T : unmanaged
        {
            if (NumberOfElements != 1)
                throw new ArgumentException($"Expected a tensor with one element, came {this}. Index it or reduce it first.");
            if (is_cpu()) return data<T>()[0];
            using var here = cpu();
            return here.data<T>()[0];
        }

        /// <summary>The elements, to read and to write; a copy in main memory where the tensor lies on another device.</summary>
        /// <exception cref="ArgumentException">The elements are of another type than T.</exception>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            CheckType(typeof(T));
            return new TensorAccessor<T>(is_cpu() ? this : cpu());
        }

        private void CheckType(Type wanted)
        {
            var held = dtype switch
            {
                ScalarType.Byte => typeof(byte),
                ScalarType.Int8 => typeof(sbyte),
                ScalarType.Int16 => typeof(short),
                ScalarType.Int32 => typeof(int),
                ScalarType.Int64 => typeof(long),
                ScalarType.Float16 => typeof(Half),
                ScalarType.Float32 => typeof(float),
                ScalarType.Float64 => typeof(double),
                ScalarType.Bool => typeof(bool),
                ScalarType.ComplexFloat32 => typeof((float, float)),
                ScalarType.ComplexFloat64 => typeof(System.Numerics.Complex),
                var other => throw new ArgumentException($"C# has no type for {other}. Convert with to_type() first."),
            };
            if (held != wanted)
                throw new ArgumentException($"The tensor holds {dtype} ({held.Name}), asked was {wanted.Name}. Convert with to_type() first.");
        }

        internal unsafe nint DataPointer()
        {
            nint data;
            Native.Check(Native.Data(Handle, &data));
            GC.KeepAlive(this);
            return data;
        }

        /// <summary>The bytes of a contiguous tensor in main memory, to read and to write while the tensor lives: hold it until you are done.</summary>
        /// <exception cref="InvalidOperationException">It is not contiguous, too large for a span, or on another device.</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                var info = Info;
                var length = info.Elements * info.ElementSize;
                if (!is_cpu()) throw new InvalidOperationException($"Expected a tensor in main memory, it lies on {device}. Use cpu() first.");
                if (!is_contiguous()) throw new InvalidOperationException("Expected a contiguous tensor. Use contiguous() first.");
                if (length > int.MaxValue) throw new InvalidOperationException($"The tensor has {length} bytes, more than a span can hold.");
                return new Span<byte>((void*)DataPointer(), (int)length);
            }
            set
            {
                var target = bytes;
                if (value.Length != target.Length)
                    throw new ArgumentException($"Expected {target.Length} bytes, came {value.Length}.", nameof(value));
                value.CopyTo(target);
            }
        }
    }
}
