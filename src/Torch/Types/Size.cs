using System.Collections;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The sizes of a tensor's dimensions.</summary>
    public struct Size : IEnumerable<long>
    {
        private readonly long[]? shape;

        /// <summary>These sizes.</summary>
        public Size(long[] shape) => this.shape = (long[])shape.Clone();

        /// <summary>These sizes.</summary>
        public Size(IEnumerable<long> shape) => this.shape = [.. shape];

        /// <summary>One dimension.</summary>
        public Size(long size) => shape = [size];

        /// <summary>These sizes.</summary>
        public static implicit operator Size(long[] size) => new(size);

        /// <summary>One dimension.</summary>
        public static implicit operator Size(long size) => new(size);

        /// <summary>Two dimensions.</summary>
        public static implicit operator Size((long, long) size) => new([size.Item1, size.Item2]);

        /// <summary>Three dimensions.</summary>
        public static implicit operator Size((long, long, long) size) => new([size.Item1, size.Item2, size.Item3]);

        /// <summary>Four dimensions.</summary>
        public static implicit operator Size((long, long, long, long) size) => new([size.Item1, size.Item2, size.Item3, size.Item4]);

        /// <summary>The sizes, as an array.</summary>
        public long[] Shape => shape ?? [];

        /// <summary>The number of dimensions.</summary>
        public int Length => Shape.Length;

        /// <summary>Whether there are no dimensions.</summary>
        public bool IsEmpty => Length == 0;

        /// <summary>The size of one dimension.</summary>
        public long this[int idx] => Shape[idx];

        /// <summary>The number of elements of a tensor of this size.</summary>
        public long numel() => Shape.Aggregate(1L, (product, size) => product * size);

        /// <summary>Whether both have the same sizes.</summary>
        public static bool operator ==(Size left, Size right) => left.Shape.AsSpan().SequenceEqual(right.Shape);

        /// <summary>Whether the sizes differ.</summary>
        public static bool operator !=(Size left, Size right) => !(left == right);

        /// <summary>Whether the other object is a size with the same sizes.</summary>
        public override bool Equals(object? obj) => obj is Size other && this == other;

        /// <summary>A hash of the sizes.</summary>
        public override int GetHashCode() => Shape.Aggregate(Length, HashCode.Combine);

        /// <summary>The sizes, one after the other.</summary>
        public IEnumerator<long> GetEnumerator() => ((IEnumerable<long>)Shape).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
