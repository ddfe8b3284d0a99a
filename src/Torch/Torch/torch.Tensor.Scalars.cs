namespace TorchSharp;

public static partial class torch
{
    /// <summary>A tensor without dimensions that holds this number; Bool where no other type is named.</summary>
    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<bool>([scalar], [], ScalarType.Bool, dtype, device, requires_grad, null);

    /// <summary>A tensor without dimensions that holds this number; Byte where no other type is named.</summary>
    public static Tensor tensor(byte scalar, Device? device = null, bool requires_grad = false) =>
        FromMemory<byte>([scalar], [], ScalarType.Byte, null, device, requires_grad, null);

    /// <summary>A tensor without dimensions that holds this number; Int8 where no other type is named.</summary>
    public static Tensor tensor(sbyte scalar, Device? device = null, bool requires_grad = false) =>
        FromMemory<sbyte>([scalar], [], ScalarType.Int8, null, device, requires_grad, null);

    /// <summary>A tensor without dimensions that holds this number; Int16 where no other type is named.</summary>
    public static Tensor tensor(short scalar, Device? device = null, bool requires_grad = false) =>
        FromMemory<short>([scalar], [], ScalarType.Int16, null, device, requires_grad, null);

    /// <summary>A tensor without dimensions that holds this number; Int32 where no other type is named.</summary>
    public static Tensor tensor(int scalar, Device? device = null, bool requires_grad = false) =>
        FromMemory<int>([scalar], [], ScalarType.Int32, null, device, requires_grad, null);

    /// <summary>A tensor without dimensions that holds this number; Int64 where no other type is named.</summary>
    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<long>([scalar], [], ScalarType.Int64, dtype, device, requires_grad, null);

    /// <summary>A tensor without dimensions that holds this complex number; ComplexFloat32 where no other type is named.</summary>
    public static Tensor tensor(
        float real, float imaginary, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<float>([real, imaginary], [], ScalarType.ComplexFloat32, dtype, device, requires_grad, null);

    /// <summary>A tensor without dimensions that holds this number; Float32 where no other type is named.</summary>
    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) =>
        FromMemory<float>([scalar], [], ScalarType.Float32, null, device, requires_grad, null);

    /// <summary>A tensor without dimensions that holds this complex number; ComplexFloat64 where no other type is named.</summary>
    public static Tensor tensor(
        double real, double imaginary, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<double>([real, imaginary], [], ScalarType.ComplexFloat64, dtype, device, requires_grad, null);

    /// <summary>A tensor without dimensions that holds this number; Float64 where no other type is named.</summary>
    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        FromMemory<double>([scalar], [], ScalarType.Float64, dtype, device, requires_grad, null);
}
