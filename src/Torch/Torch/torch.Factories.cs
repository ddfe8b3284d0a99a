using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor of zeros with the sizes of another, and its type and device where no others are named.</summary>
    public static Tensor zeros_like(
        Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        MakeLike("zeros_like", input, dtype, device, requires_grad, names);

    /// <summary>A tensor of ones with the sizes of another, and its type and device where no others are named.</summary>
    public static Tensor ones_like(
        Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        MakeLike("ones_like", input, dtype, device, requires_grad, names);

    /// <summary>A tensor with the sizes of another, holding whatever its memory held.</summary>
    public static Tensor empty_like(
        Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null) =>
        MakeLike("empty_like", input, dtype, device, requires_grad, names);

    /// <summary>A tensor of one number with the sizes of another, and its type and device where no others are named.</summary>
    public static Tensor full_like(
        Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        Unnamed(names);
        return Grad(Op.Call("full_like", input, value, dtype, Arg.None, device), requires_grad);
    }

    /// <summary>A tensor laid out by these strides, in elements, holding whatever its memory held.</summary>
    public static Tensor empty_strided(
        long[] size, long[] strides, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        Unnamed(names);
        return Grad(
            Op.Call("empty_strided", size, strides, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad);
    }

    /// <summary>The identity matrix, or its first columns.</summary>
    public static Tensor eye(
        long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        Unnamed(names);
        return Grad(
            Op.Call("eye.m", rows, columns < 0 ? rows : columns, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)),
            requires_grad);
    }

    /// <summary>0, 1, … below stop; Int64 where stop is an integer and no type is named.</summary>
    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    /// <summary>start, start + 1, … below stop; Int64 where both are integers and no type is named.</summary>
    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    /// <summary>start, start + step, … below stop; Int64 where all are integers and no type is named.</summary>
    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
    {
        var whole = start.Type == ScalarType.Int64 && stop.Type == ScalarType.Int64 && step.Type == ScalarType.Int64;
        var type = dtype ?? (whole ? ScalarType.Int64 : get_default_dtype());
        return Grad(Op.Call("arange.start_step", start, stop, step, type, Arg.None, InitializeDevice(device)), requires_grad);
    }

    /// <summary>So many numbers at equal distances, both ends included.</summary>
    public static Tensor linspace(
        double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Grad(Op.Call("linspace", (Scalar)start, (Scalar)end, steps, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad);

    /// <summary>Powers of a base with exponents at equal distances, both ends included.</summary>
    public static Tensor logspace(
        double start, double end, long steps, double @base = 10, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Grad(
            Op.Call("logspace", (Scalar)start, (Scalar)end, steps, @base, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)),
            requires_grad);

    /// <summary>The numbers of an array of any rank, such as <c>float[,]</c>, with its dimensions and its element type. A copy; TorchSharp's own shares the array's memory.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    /// <summary>The numbers of an array of any rank, such as <c>float[,]</c>, with its dimensions; converted where a type is named.</summary>
    /// <exception cref="ArgumentException">The elements are no numbers that a tensor can hold.</exception>
    public static Tensor from_array(
        Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false, string[]? names = null)
    {
        ArgumentNullException.ThrowIfNull(rawArray);
        var shape = new long[rawArray.Rank];
        for (var d = 0; d < shape.Length; d++) shape[d] = rawArray.GetLongLength(d);
        var held = TypeOf(rawArray.GetType().GetElementType()!);
        var size = (int)TypeSize(held);
        ref var first = ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(rawArray);
        return FromBytes(ref first, rawArray.LongLength * size, shape, held, dtype, device, requires_grad, names);
    }

    private static Tensor Make(string name, long[] size, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        Unnamed(names);
        return Grad(Op.Call(name, size, dtype ?? get_default_dtype(), Arg.None, InitializeDevice(device)), requires_grad);
    }

    private static Tensor MakeLike(string name, Tensor input, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        Unnamed(names);
        return Grad(Op.Call(name, input, dtype, Arg.None, device), requires_grad);
    }

    private static Tensor Full(long[] size, Scalar value, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        Unnamed(names);
        var type = dtype ?? (is_integral(value.Type) ? ScalarType.Int64 : get_default_dtype());
        return Grad(Op.Call("full", size, value, type, Arg.None, InitializeDevice(device)), requires_grad);
    }

    private static unsafe Tensor FromMemory<T>(
        ReadOnlySpan<T> values, long[] shape, ScalarType held, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
        where T : unmanaged =>
        FromBytes(
            ref Unsafe.As<T, byte>(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(values)), (long)values.Length * sizeof(T),
            shape, held, dtype, device, requires_grad, names);

    // Not a span of bytes: arrays may have more than 2 GiB.
    private static unsafe Tensor FromBytes(
        ref byte first, long length, long[] shape, ScalarType held, ScalarType? dtype, Device? device, bool requires_grad, string[]? names)
    {
        Unnamed(names);
        var (count, given) = (1L, length / TypeSize(held));
        foreach (var size in shape) count *= size;
        if (count != given) throw new ArgumentException($"Dimensions [{string.Join(", ", shape)}] hold {count} numbers, came {given}.");
        InitializeDevice(device);
        var made = Op.Call("empty.memory_format", shape, held, Arg.None, CPU);
        fixed (byte* source = &first) Buffer.MemoryCopy(source, (void*)made.DataPointer(), length, length);
        if (dtype is { } type && type != held) made = made.to(type, disposeAfter: true);
        if (device is { type: not DeviceType.CPU }) made = made.to(device, disposeAfter: true);
        return Grad(made, requires_grad);
    }

    private static Tensor Grad(Tensor made, bool requires_grad) => requires_grad ? made.requires_grad_() : made;

    private static void Unnamed(string[]? names)
    {
        if (names is { Length: > 0 }) throw new ArgumentException("Named dimensions are not provided by this engine.", nameof(names));
    }

    private static ScalarType TypeOf(Type element) => Type.GetTypeCode(element) switch
    {
        TypeCode.Boolean => ScalarType.Bool,
        TypeCode.Byte => ScalarType.Byte,
        TypeCode.SByte => ScalarType.Int8,
        TypeCode.Int16 => ScalarType.Int16,
        TypeCode.Int32 => ScalarType.Int32,
        TypeCode.Int64 => ScalarType.Int64,
        TypeCode.Single => ScalarType.Float32,
        TypeCode.Double => ScalarType.Float64,
        _ when element == typeof(Half) => ScalarType.Float16,
        _ => throw new ArgumentException($"A tensor cannot hold {element}. Expected bool, an integer up to 64 bits, Half, float or double."),
    };

    private static long TypeSize(ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.ComplexFloat64 => 16,
        _ => 8,
    };
}
