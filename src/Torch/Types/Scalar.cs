namespace TorchSharp;

/// <summary>A number with its type, as operators take it. C#'s numbers become one by themselves.</summary>
public sealed class Scalar : IDisposable
{
    private readonly long integer; // also true and false
    private readonly double real;

    private Scalar(long value, torch.ScalarType type) => (integer, real, Type) = (value, value, type);
    private Scalar(double value, torch.ScalarType type) => (real, Type) = (value, type);

    /// <summary>Int64, Float64 or Bool: what libtorch keeps of the C# type.</summary>
    public torch.ScalarType Type { get; }

    /// <summary>A whole number.</summary>
    public static implicit operator Scalar(byte value) => new(value, torch.ScalarType.Int64);
    /// <summary>A whole number.</summary>
    public static implicit operator Scalar(sbyte value) => new(value, torch.ScalarType.Int64);
    /// <summary>A whole number.</summary>
    public static implicit operator Scalar(short value) => new(value, torch.ScalarType.Int64);
    /// <summary>A whole number.</summary>
    public static implicit operator Scalar(int value) => new(value, torch.ScalarType.Int64);
    /// <summary>A whole number.</summary>
    public static implicit operator Scalar(long value) => new(value, torch.ScalarType.Int64);
    /// <summary>A real number.</summary>
    public static implicit operator Scalar(float value) => new(value, torch.ScalarType.Float64);
    /// <summary>A real number.</summary>
    public static implicit operator Scalar(double value) => new(value, torch.ScalarType.Float64);
    /// <summary>True or false.</summary>
    public static implicit operator Scalar(bool value) => new(value ? 1 : 0, torch.ScalarType.Bool);

    /// <summary>Does nothing: TorchSharp's scalars hold native memory, these do not.</summary>
    public void Dispose() { }

    internal Arg ToArg() => Type switch
    {
        torch.ScalarType.Bool => integer != 0,
        torch.ScalarType.Int64 => integer,
        _ => real,
    };

    internal double AsDouble => real;
    internal long AsInteger => Type == torch.ScalarType.Float64 ? checked((long)real) : integer;
    internal bool AsBoolean => real != 0;
}

/// <summary>Between C#'s numbers and scalars.</summary>
public static class ScalarExtensionMethods
{
    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this byte value) => value;
    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this sbyte value) => value;
    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this short value) => value;
    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this int value) => value;
    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this long value) => value;
    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this float value) => value;
    /// <summary>The number as a scalar.</summary>
    public static Scalar ToScalar(this double value) => value;
    /// <summary>The value as a scalar.</summary>
    public static Scalar ToScalar(this bool value) => value;

    /// <summary>The scalar as a <see cref="float"/>.</summary>
    public static float ToSingle(this Scalar value) => (float)value.AsDouble;
    /// <summary>The scalar as a <see cref="double"/>.</summary>
    public static double ToDouble(this Scalar value) => value.AsDouble;
    /// <summary>The scalar as an <see cref="sbyte"/>.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static sbyte ToSByte(this Scalar value) => checked((sbyte)value.AsInteger);
    /// <summary>The scalar as a <see cref="byte"/>.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static byte ToByte(this Scalar value) => checked((byte)value.AsInteger);
    /// <summary>The scalar as a <see cref="short"/>.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static short ToInt16(this Scalar value) => checked((short)value.AsInteger);
    /// <summary>The scalar as an <see cref="int"/>.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static int ToInt32(this Scalar value) => checked((int)value.AsInteger);
    /// <summary>The scalar as a <see cref="long"/>.</summary>
    /// <exception cref="OverflowException">It does not fit.</exception>
    public static long ToInt64(this Scalar value) => value.AsInteger;
    /// <summary>Whether the scalar is not zero.</summary>
    public static bool ToBoolean(this Scalar value) => value.AsBoolean;
}
