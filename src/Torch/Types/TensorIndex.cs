namespace TorchSharp;

public static partial class torch
{
    /// <summary>One index of a tensor: a position, a slice, a tensor of positions or of booleans, a new axis, or an ellipsis.</summary>
    public struct TensorIndex
    {
        internal enum Kind { None, Single, Ellipsis, Bool, Tensor, Slice }

        internal Kind kind;
        internal long? start, stop, step;
        internal torch.Tensor? tensor;

        /// <summary>All of a dimension: <c>:</c>.</summary>
        public static TensorIndex Colon = Slice();
        /// <summary>All dimensions that no other index takes: <c>...</c>.</summary>
        public static TensorIndex Ellipsis = new() { kind = Kind.Ellipsis };
        /// <summary>A new dimension of size 1.</summary>
        public static TensorIndex None = new() { kind = Kind.None };
        /// <summary>A new dimension of size 1.</summary>
        public static TensorIndex Null = None;

        /// <summary>Positions from start up to, but not including, stop; negative ones count from the end.</summary>
        /// <exception cref="ArgumentException">The step is not positive.</exception>
        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null)
        {
            if (step <= 0) throw new ArgumentException($"Expected a positive step, came {step}. Use flip() to reverse.", nameof(step));
            return new() { kind = Kind.Slice, start = start, stop = stop, step = step };
        }

        /// <summary>Positions from start up to, but not including, end.</summary>
        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        /// <summary>C#'s range: <c>1..^1</c>.</summary>
        public static TensorIndex Slice(Range range) => Slice(
            range.Start.IsFromEnd ? -range.Start.Value : range.Start.Value,
            !range.End.IsFromEnd ? range.End.Value : range.End.Value == 0 ? null : -range.End.Value);

        /// <summary>True keeps everything, false nothing, under a new dimension.</summary>
        public static TensorIndex Bool(bool value) => new() { kind = Kind.Bool, start = value ? 1 : 0 };

        /// <summary>One position; the dimension goes.</summary>
        public static TensorIndex Single(long? index) => new() { kind = Kind.Single, start = index };

        /// <summary>Positions (integers) or a mask (booleans).</summary>
        public static TensorIndex Tensor(torch.Tensor tensor) => new() { kind = Kind.Tensor, tensor = tensor };

        /// <summary>One position; the dimension goes.</summary>
        public static implicit operator TensorIndex(long value) => Single(value);
        /// <summary>C#'s index: <c>^1</c> is the last position.</summary>
        public static implicit operator TensorIndex(Index index) => Single(index.IsFromEnd ? -index.Value : index.Value);
        /// <summary>C#'s range: <c>1..^1</c>.</summary>
        public static implicit operator TensorIndex(Range range) => Slice(range);
        /// <summary>Positions from start up to, but not including, end.</summary>
        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range.start, range.end);

        /// <summary>Makes C# prefer the indexer that takes indices over the one that takes tensors; never called.</summary>
        /// <exception cref="InvalidOperationException">Always.</exception>
        public static implicit operator torch.Tensor(TensorIndex value) =>
            throw new InvalidOperationException("An index is no tensor; use it between the brackets of one.");
    }
}
