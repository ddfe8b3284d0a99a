using System.Collections;
using System.Runtime.CompilerServices;

namespace TorchSharp.Utils;

/// <summary>The elements of a tensor in main memory, in row-major order whatever its strides.</summary>
/// <remarks>Keeps the tensor from the garbage collector. After the tensor is disposed every access throws.</remarks>
/// <typeparam name="T">The type of the elements.</typeparam>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor tensor;
    private readonly long[] shape, strides;
    private readonly bool contiguous;
    private readonly nint memory;

    internal TensorAccessor(torch.Tensor tensor)
    {
        this.tensor = tensor;
        (shape, strides, contiguous) = (tensor.shape, tensor.stride(), tensor.is_contiguous());
        Count = tensor.numel();
        memory = tensor.DataPointer();
    }

    /// <summary>The number of elements.</summary>
    public long Count { get; }

    /// <summary>False: elements can be written.</summary>
    public bool IsReadOnly => false;

    // Asks the tensor each time: a disposed one throws here instead of handing out freed memory, and so does one whose module was moved.
    private T* Data => tensor.DataPointer() is var now && now == memory
        ? (T*)now
        : throw new InvalidOperationException("The tensor was moved or converted since. Ask for its data() again.");

    /// <summary>The element at this position: one index for every dimension, or one alone for the row-major order.</summary>
    /// <exception cref="IndexOutOfRangeException">An index lies outside, or their number is wrong.</exception>
    public T this[params long[] indices]
    {
        get
        {
            var value = Data[Offset(indices)];
            GC.KeepAlive(tensor);
            return value;
        }
        set
        {
            Data[Offset(indices)] = value;
            GC.KeepAlive(tensor);
        }
    }

    /// <summary>A copy of all elements.</summary>
    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array);
        return array;
    }

    /// <summary>A copy of all elements in an array with the tensor's dimensions; one element where it has none.</summary>
    public Array ToNDArray()
    {
        if (shape.Length == 0) return ToArray();
        var array = Array.CreateInstance(typeof(T), shape);
        var flat = ToArray();
        if (flat.Length == 0) return array;
        fixed (T* source = flat)
            Buffer.MemoryCopy(
                source, Unsafe.AsPointer(ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(array)),
                Count * sizeof(T), Count * sizeof(T));
        return array;
    }

    /// <summary>Copies elements out, from position tensorIndex of the tensor to position arrayIndex of the array.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside.</exception>
    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    /// <summary>Copies elements out, from position tensorIndex of the tensor to position arrayIndex of the array.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside.</exception>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = Overlap(array.Length, arrayIndex, tensorIndex);
        var data = Data;
        if (contiguous)
        {
            new Span<T>(data + tensorIndex, count).CopyTo(array[arrayIndex..]);
        }
        else
        {
            var walk = new Walk(shape, strides, tensorIndex);
            for (var i = 0; i < count; i++) array[arrayIndex + i] = data[walk.Next()];
        }
        GC.KeepAlive(tensor);
    }

    /// <summary>Copies elements in, from position arrayIndex of the array to position tensorIndex of the tensor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside.</exception>
    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    /// <summary>Copies elements in, from position arrayIndex of the array to position tensorIndex of the tensor.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A position lies outside.</exception>
    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var count = Overlap(array.Length, arrayIndex, tensorIndex);
        var data = Data;
        if (contiguous)
        {
            array.Slice(arrayIndex, count).CopyTo(new Span<T>(data + tensorIndex, count));
        }
        else
        {
            var walk = new Walk(shape, strides, tensorIndex);
            for (var i = 0; i < count; i++) data[walk.Next()] = array[arrayIndex + i];
        }
        GC.KeepAlive(tensor);
    }

    /// <summary>All elements, in row-major order.</summary>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)ToArray()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Does nothing: the tensor keeps its memory.</summary>
    public void Dispose() { }

    private int Overlap(int arrayLength, int arrayIndex, long tensorIndex)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(arrayIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(arrayIndex, arrayLength);
        ArgumentOutOfRangeException.ThrowIfNegative(tensorIndex);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tensorIndex, Count);
        return (int)Math.Min(arrayLength - arrayIndex, Count - tensorIndex);
    }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1 && shape.Length != 1) return Linear(indices[0]);
        if (indices.Length != shape.Length)
            throw new IndexOutOfRangeException($"{indices.Length} indices for a tensor of {shape.Length} dimensions.");
        var offset = 0L;
        for (var d = 0; d < indices.Length; d++)
        {
            if (indices[d] < 0 || indices[d] >= shape[d])
                throw new IndexOutOfRangeException($"Index {indices[d]} of dimension {d} lies outside [0, {shape[d]}).");
            offset += indices[d] * strides[d];
        }
        return offset;
    }

    private long Linear(long index) =>
        index >= 0 && index < Count ? new Walk(shape, strides, index).Next()
        : throw new IndexOutOfRangeException($"Index {index} lies outside [0, {Count}).");

    /// <summary>Steps through the memory offsets of a strided tensor in row-major order.</summary>
    private struct Walk
    {
        private readonly long[] shape, strides, position;
        private long offset;

        internal Walk(long[] shape, long[] strides, long start)
        {
            (this.shape, this.strides, position) = (shape, strides, new long[shape.Length]);
            for (var d = shape.Length - 1; d >= 0 && shape[d] > 0; d--)
            {
                position[d] = start % shape[d];
                start /= shape[d];
                offset += position[d] * strides[d];
            }
        }

        internal long Next()
        {
            var current = offset;
            for (var d = shape.Length - 1; d >= 0; d--)
            {
                offset += strides[d];
                if (++position[d] < shape[d]) break;
                offset -= shape[d] * strides[d];
                position[d] = 0;
            }
            return current;
        }
    }
}
