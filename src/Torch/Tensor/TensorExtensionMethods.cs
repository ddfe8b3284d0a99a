namespace TorchSharp;

/// <summary>From a tensor with one element to a C# number, and from numbers to tensors.</summary>
public static partial class TensorExtensionMethods
{
    /// <summary>The only element as a <see cref="float"/>.</summary>
    public static float ToSingle(this torch.Tensor value) => value.ToScalar().ToSingle();
    /// <summary>The only element as a <see cref="double"/>.</summary>
    public static double ToDouble(this torch.Tensor value) => value.ToScalar().ToDouble();
    /// <summary>The only element as an <see cref="sbyte"/>.</summary>
    public static sbyte ToSByte(this torch.Tensor value) => value.ToScalar().ToSByte();
    /// <summary>The only element as a <see cref="byte"/>.</summary>
    public static byte ToByte(this torch.Tensor value) => value.ToScalar().ToByte();
    /// <summary>The only element as a <see cref="short"/>.</summary>
    public static short ToInt16(this torch.Tensor value) => value.ToScalar().ToInt16();
    /// <summary>The only element as an <see cref="int"/>.</summary>
    public static int ToInt32(this torch.Tensor value) => value.ToScalar().ToInt32();
    /// <summary>The only element as a <see cref="long"/>.</summary>
    public static long ToInt64(this torch.Tensor value) => value.ToScalar().ToInt64();
    /// <summary>Whether the only element is non-zero.</summary>
    public static bool ToBoolean(this torch.Tensor value) => value.ToScalar().ToBoolean();

    /// <summary>The number of elements of a tensor with these sizes.</summary>
    public static long TotalSize(this IEnumerable<long> shape) => shape.Aggregate(1L, (product, size) => product * size);
}
