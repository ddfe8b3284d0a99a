namespace TorchSharp;

public static partial class torch
{
    /// <summary>The type of a tensor's elements; the numbers are libtorch's.</summary>
    public enum ScalarType : sbyte
    {
        /// <summary>Unsigned 8-bit integer.</summary>
        Byte = 0,
        /// <summary>Signed 8-bit integer.</summary>
        Int8 = 1,
        /// <summary>Signed 16-bit integer.</summary>
        Int16 = 2,
        /// <summary>Signed 32-bit integer.</summary>
        Int32 = 3,
        /// <summary>Signed 64-bit integer.</summary>
        Int64 = 4,
        /// <summary>IEEE half precision.</summary>
        Float16 = 5,
        /// <summary>IEEE single precision.</summary>
        Float32 = 6,
        /// <summary>IEEE double precision.</summary>
        Float64 = 7,
        /// <summary>Two single-precision numbers.</summary>
        ComplexFloat32 = 9,
        /// <summary>Two double-precision numbers.</summary>
        ComplexFloat64 = 10,
        /// <summary>True or false, one byte.</summary>
        Bool = 11,
        /// <summary>Brain float: single precision's range in 16 bits.</summary>
        BFloat16 = 15,
    }

    /// <summary>Unsigned 8-bit integer.</summary>
    public static ScalarType uint8 = ScalarType.Byte;
    /// <summary>Signed 8-bit integer.</summary>
    public static ScalarType int8 = ScalarType.Int8;
    /// <summary>Signed 16-bit integer.</summary>
    public static ScalarType int16 = ScalarType.Int16;
    /// <summary>Signed 32-bit integer.</summary>
    public static ScalarType int32 = ScalarType.Int32;
    /// <summary>Signed 64-bit integer.</summary>
    public static ScalarType int64 = ScalarType.Int64;
    /// <summary>IEEE half precision.</summary>
    public static ScalarType float16 = ScalarType.Float16;
    /// <summary>IEEE single precision.</summary>
    public static ScalarType float32 = ScalarType.Float32;
    /// <summary>IEEE double precision.</summary>
    public static ScalarType float64 = ScalarType.Float64;
    /// <summary>Brain float: single precision's range in 16 bits.</summary>
    public static ScalarType bfloat16 = ScalarType.BFloat16;
    /// <summary>Two single-precision numbers.</summary>
    public static ScalarType complex64 = ScalarType.ComplexFloat32;
    /// <summary>Two double-precision numbers.</summary>
    public static ScalarType complex128 = ScalarType.ComplexFloat64;
    /// <summary>Two single-precision numbers.</summary>
    public static ScalarType cfloat = ScalarType.ComplexFloat32;
    /// <summary>Two double-precision numbers.</summary>
    public static ScalarType cdouble = ScalarType.ComplexFloat64;
    /// <summary>True or false.</summary>
    public static ScalarType @bool = ScalarType.Bool;
    /// <summary>Signed 16-bit integer.</summary>
    public static ScalarType @short = ScalarType.Int16;
    /// <summary>Signed 32-bit integer.</summary>
    public static ScalarType @int = ScalarType.Int32;
    /// <summary>Signed 64-bit integer.</summary>
    public static ScalarType @long = ScalarType.Int64;
    /// <summary>IEEE half precision.</summary>
    public static ScalarType half = ScalarType.Float16;
    /// <summary>IEEE single precision.</summary>
    public static ScalarType @float = ScalarType.Float32;
    /// <summary>IEEE double precision.</summary>
    public static ScalarType @double = ScalarType.Float64;

    private static ScalarType defaultDType = ScalarType.Float32;

    /// <summary>The element type of factories that are given none and only floating-point values; Float32 at first.</summary>
    public static ScalarType get_default_dtype() => defaultDType;

    /// <summary>Changes the element type of factories that are given none.</summary>
    /// <exception cref="ArgumentException">The type is not a floating-point one.</exception>
    public static void set_default_dtype(ScalarType dtype)
    {
        if (!is_floating_point(dtype)) throw new ArgumentException($"Expected a floating-point type, came {dtype}.", nameof(dtype));
        defaultDType = dtype;
    }

    /// <summary>Whether the type holds real floating-point numbers.</summary>
    public static bool is_floating_point(ScalarType type) =>
        type is ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64;

    /// <summary>Whether the type holds integers or booleans.</summary>
    public static bool is_integral(ScalarType type) => type is (>= ScalarType.Byte and <= ScalarType.Int64) or ScalarType.Bool;

    /// <summary>Whether the type holds complex numbers.</summary>
    public static bool is_complex(ScalarType type) => type is ScalarType.ComplexFloat32 or ScalarType.ComplexFloat64;
}
