namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The elements in order along one dimension, and where they stood.</summary>
        public (Tensor Values, Tensor Indices) sort(long dim = -1, bool descending = false, bool stable = false) =>
            Op.Call2("sort.stable", this, stable, dim, descending);

        /// <summary>Where the elements stand that come first, second, … in order along one dimension.</summary>
        public Tensor argsort(long dim = -1, bool descending = false) => Op.Call("argsort", this, dim, descending);

        /// <summary>The elements in order along the first dimension.</summary>
        public Tensor msort() => Op.Call("msort", this);

        /// <summary>The k largest (or smallest) elements along one dimension, and where they stand.</summary>
        public (Tensor values, Tensor indexes) topk(int k, int dim = -1, bool largest = true, bool sorted = true) =>
            Op.Call2("topk", this, k, dim, largest, sorted);

        /// <summary>The k-th smallest element along one dimension (the last where none is named), and where it stands.</summary>
        public (Tensor values, Tensor indices) kthvalue(long k, long? dim, bool keepdim = false) =>
            Op.Call2("kthvalue", this, k, dim ?? -1, keepdim);

        /// <summary>The different elements in order; on request where each element went, and how often each occurs.</summary>
        public (Tensor output, Tensor inverse_indices, Tensor counts) unique(
            bool sorted = true, bool return_inverse = false, bool return_counts = false, int? dim = null)
        {
            var (output, inverse, counts) = dim is { } d
                ? Op.Call3("unique_dim", this, d, sorted, return_inverse, return_counts)
                : Op.Call3("_unique2", this, sorted, return_inverse, return_counts);
            if (!return_inverse) inverse.Dispose();
            if (!return_counts) counts.Dispose();
            return (output, return_inverse ? inverse : null!, return_counts ? counts : null!);
        }

        /// <summary>How many elements fall into each of so many equal bins between min and max (of the data, where both are 0).</summary>
        public Tensor histc(long bins = 100, long min = 0, long max = 0) => Op.Call("histc", this, bins, min, max);

        /// <summary>How often each of the numbers 0, 1, … occurs, or the sum of the weights that stand beside it.</summary>
        public Tensor bincount(Tensor? weights, long minlength = 0) => Op.Call("bincount", this, weights, minlength);
    }

    /// <summary>The elements in order along one dimension, and where they stood.</summary>
    public static (Tensor values, Tensor indices) sort(Tensor input, long dim = -1, bool descending = false, bool stable = false) =>
        input.sort(dim, descending, stable);

    /// <summary>The k largest (or smallest) elements along one dimension, and where they stand.</summary>
    public static (Tensor values, Tensor indices) topk(Tensor tensor, int k, int dim = -1, bool largest = true, bool sorted = true) =>
        tensor.topk(k, dim, largest, sorted);

    /// <summary>How often each of the numbers 0, 1, … occurs, or the sum of the weights that stand beside it.</summary>
    public static Tensor bincount(Tensor input, Tensor? weights = null, long minlength = 0) => input.bincount(weights, minlength);
}
