namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>A tensor without dimensions that holds this value.</summary>
        public static implicit operator Tensor(bool value) => tensor(value);

        /// <summary>A tensor without dimensions that holds this number.</summary>
        public static implicit operator Tensor(byte value) => tensor(value);

        /// <summary>A tensor without dimensions that holds this number.</summary>
        public static implicit operator Tensor(sbyte value) => tensor(value);

        /// <summary>A tensor without dimensions that holds this number.</summary>
        public static implicit operator Tensor(short value) => tensor(value);

        /// <summary>A tensor without dimensions that holds this number.</summary>
        public static implicit operator Tensor(int value) => tensor(value);

        /// <summary>A tensor without dimensions that holds this number.</summary>
        public static implicit operator Tensor(long value) => tensor(value);

        /// <summary>A tensor without dimensions that holds this number.</summary>
        public static implicit operator Tensor(float value) => tensor(value);

        /// <summary>A tensor without dimensions that holds this number.</summary>
        public static implicit operator Tensor(double value) => tensor(value);

        /// <summary>A tensor without dimensions that holds this number.</summary>
        public static implicit operator Tensor(Scalar scalar) => Full([], scalar, null, null, false, null);

        /// <summary>A vector of these values.</summary>
        public static implicit operator Tensor(bool[] value) => tensor(value);

        /// <summary>A vector of these numbers.</summary>
        public static implicit operator Tensor(byte[] value) => tensor(value);

        /// <summary>A vector of these numbers.</summary>
        public static implicit operator Tensor(sbyte[] value) => tensor(value);

        /// <summary>A vector of these numbers.</summary>
        public static implicit operator Tensor(short[] value) => tensor(value);

        /// <summary>A vector of these numbers.</summary>
        public static implicit operator Tensor(int[] value) => tensor(value);

        /// <summary>A vector of these numbers.</summary>
        public static implicit operator Tensor(long[] value) => tensor(value);

        /// <summary>A vector of these numbers.</summary>
        public static implicit operator Tensor(float[] value) => tensor(value);

        /// <summary>A vector of these numbers.</summary>
        public static implicit operator Tensor(double[] value) => tensor(value);

        /// <summary>Whether the only element is non-zero.</summary>
        public static explicit operator bool(Tensor value) => value.ToBoolean();

        /// <summary>The only element.</summary>
        public static explicit operator byte(Tensor value) => value.ToByte();

        /// <summary>The only element.</summary>
        public static explicit operator sbyte(Tensor value) => value.ToSByte();

        /// <summary>The only element.</summary>
        public static explicit operator short(Tensor value) => value.ToInt16();

        /// <summary>The only element.</summary>
        public static explicit operator int(Tensor value) => value.ToInt32();

        /// <summary>The only element.</summary>
        public static explicit operator long(Tensor value) => value.ToInt64();

        /// <summary>The only element.</summary>
        public static explicit operator float(Tensor value) => value.ToSingle();

        /// <summary>The only element.</summary>
        public static explicit operator double(Tensor value) => value.ToDouble();
    }
}
