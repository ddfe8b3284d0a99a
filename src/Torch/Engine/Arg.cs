using System.Text;

namespace TorchSharp;

/// <summary>What a value handed to an operator is; the numbers are those of native/adr_torch.cpp.</summary>
internal enum Tag : long
{
    None = 0, Tensor = 1, Int = 2, Double = 3, Bool = 4, IntList = 5, DoubleList = 6, BoolList = 7, TensorList = 8,
    OptionalTensorList = 9, String = 10, Device = 11, Generator = 12,
}

/// <summary>One argument of an operator. <c>default</c> is None.</summary>
internal readonly struct Arg
{
    internal static Arg None => default;

    private readonly object? _held; // a tensor, generator, array or string, kept alive during the call
    private readonly Tag _tag;
    private readonly long _bits;

    private Arg(Tag tag, long bits, object? held = null) => (_tag, _bits, _held) = (tag, bits, held);

    public static implicit operator Arg(torch.Tensor? value) => value is null ? default : new(Tag.Tensor, 0, value);
    public static implicit operator Arg(bool value) => new(Tag.Bool, value ? 1 : 0);
    public static implicit operator Arg(long value) => new(Tag.Int, value);
    public static implicit operator Arg(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));
    public static implicit operator Arg(long? value) => value is { } v ? v : default(Arg);
    public static implicit operator Arg(double? value) => value is { } v ? v : default(Arg);
    public static implicit operator Arg(bool? value) => value is { } v ? v : default(Arg);
    public static implicit operator Arg(torch.ScalarType value) => new(Tag.Int, (long)value);
    public static implicit operator Arg(torch.ScalarType? value) => value is { } v ? v : default(Arg);
    public static implicit operator Arg(torch.Device? value) => value is null ? default : new(Tag.Device, (long)value.type, value);
    public static implicit operator Arg(torch.Generator? value) => value is null ? default : new(Tag.Generator, 0, value);
    public static implicit operator Arg(Scalar? value) => value is null ? default : value.ToArg();
    public static implicit operator Arg(long[]? value) => value is null ? default : new(Tag.IntList, 0, value);
    public static implicit operator Arg(double[]? value) => value is null ? default : new(Tag.DoubleList, 0, value);
    public static implicit operator Arg(bool[]? value) => value is null ? default : new(Tag.BoolList, 0, value);
    public static implicit operator Arg(torch.Tensor[] value) => new(Tag.TensorList, 0, value);
    public static implicit operator Arg(string? value) => value is null ? default : new(Tag.String, 0, Encoding.UTF8.GetBytes(value));

    /// <summary>A list of tensors of which some may be missing, as indexing wants them.</summary>
    internal static Arg Optional(torch.Tensor?[] value) => new(Tag.OptionalTensorList, 0, value);

    internal object? Held => _held;

    /// <summary>How many 8-byte words of scratch memory the elements of a list take.</summary>
    internal int Words => _held switch
    {
        byte[] text => (text.Length + 7) / 8,
        bool[] list => (list.Length + 7) / 8,
        Array list => list.Length,
        _ => 0,
    };

    internal unsafe NativeValue Write(ref long* scratch)
    {
        var value = new NativeValue { Tag = _tag, Bits = _bits };
        switch (_tag)
        {
            case Tag.Tensor: value.Bits = ((torch.Tensor)_held!).Handle; break;
            case Tag.Generator: value.Bits = ((torch.Generator)_held!).Handle; break;
            case Tag.Device: value.Length = ((torch.Device)_held!).index; break;
            case Tag.IntList: Copy((long[])_held!, ref scratch, ref value); break;
            case Tag.DoubleList: Copy((double[])_held!, ref scratch, ref value); break;
            case Tag.BoolList: Copy((bool[])_held!, ref scratch, ref value); break;
            case Tag.String: Copy((byte[])_held!, ref scratch, ref value); break;
            case Tag.TensorList or Tag.OptionalTensorList:
                var tensors = (torch.Tensor?[])_held!;
                (value.Bits, value.Length) = ((long)scratch, tensors.Length);
                foreach (var tensor in tensors) *scratch++ = Pointer(tensor);
                break;
        }
        return value;
    }

    private nint Pointer(torch.Tensor? tensor) =>
        tensor is not null ? tensor.Handle
        : _tag == Tag.OptionalTensorList ? 0
        : throw new ArgumentNullException(nameof(tensor), "A list of tensors holds null where a tensor was expected.");

    private unsafe void Copy<T>(T[] list, ref long* scratch, ref NativeValue value) where T : unmanaged
    {
        (value.Bits, value.Length) = ((long)scratch, list.Length);
        list.CopyTo(new Span<T>(scratch, list.Length));
        scratch += Words;
    }
}
