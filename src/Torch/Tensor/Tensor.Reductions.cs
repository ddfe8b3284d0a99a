namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The sum of all elements.</summary>
        public Tensor sum(ScalarType? type = null) => Op.Call("sum", this, type);

        /// <summary>Sums over one dimension.</summary>
        /// <remarks>
        /// Write <c>sum(dim: 0)</c> for the first: <c>sum(0)</c> is the sum of all elements as type 0 (Byte), since C# takes a
        /// literal 0 for an enumeration. So it is with <c>prod</c>, and in TorchSharp itself.
        /// </remarks>
        public Tensor sum(long dim, bool keepdim = false, ScalarType? type = null) => sum([dim], keepdim, type);

        /// <summary>Sums over two dimensions.</summary>
        public Tensor sum(long dim0, long dim1, bool keepdim = false, ScalarType? type = null) => sum([dim0, dim1], keepdim, type);

        /// <summary>Sums over three dimensions.</summary>
        public Tensor sum(long dim0, long dim1, long dim2, bool keepdim = false, ScalarType? type = null) =>
            sum([dim0, dim1, dim2], keepdim, type);

        /// <summary>Sums over these dimensions.</summary>
        public Tensor sum(long[] dim, bool keepdim = false, ScalarType? type = null) => Op.Call("sum.dim_IntList", this, dim, keepdim, type);

        /// <summary>Sums over these dimensions.</summary>
        public Tensor sum(ReadOnlySpan<long> dim, bool keepdim = false, ScalarType? type = null) => sum(dim.ToArray(), keepdim, type);

        /// <summary>The sum of all elements that are numbers.</summary>
        public Tensor nansum() => Op.Call("nansum", this);

        /// <summary>The product of all elements.</summary>
        public Tensor prod(ScalarType? type = null) => Op.Call("prod", this, type);

        /// <summary>Products over one dimension.</summary>
        public Tensor prod(long dim, bool keepdim = false, ScalarType? type = null) => Op.Call("prod.dim_int", this, dim, keepdim, type);

        /// <summary>The mean of all elements.</summary>
        public Tensor mean() => Op.Call("mean", this);

        /// <summary>Means over these dimensions.</summary>
        public Tensor mean(long[] dimensions, bool keepdim = false, ScalarType? type = null) =>
            Op.Call("mean.dim", this, dimensions, keepdim, type);

        /// <summary>The median of all elements, the lower one of two.</summary>
        public Tensor median() => Op.Call("median", this);

        /// <summary>The variance of all elements.</summary>
        public Tensor var(bool unbiased = true) => Op.Call("var", this, unbiased);

        /// <summary>Variances over one dimension.</summary>
        public Tensor var(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim], unbiased, keepdim, type);

        /// <summary>Variances over two dimensions.</summary>
        public Tensor var((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var([dim.Item1, dim.Item2], unbiased, keepdim, type);

        /// <summary>Variances over these dimensions.</summary>
        public Tensor var(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Spread("var.dim", type, dimensions, unbiased, keepdim);

        /// <summary>Variances over these dimensions.</summary>
        public Tensor var(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            var(dimensions.ToArray(), unbiased, keepdim, type);

        /// <summary>The standard deviation of all elements.</summary>
        public Tensor std(bool unbiased = true) => Op.Call("std", this, unbiased);

        /// <summary>Standard deviations over one dimension.</summary>
        public Tensor std(long dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim], unbiased, keepdim, type);

        /// <summary>Standard deviations over two dimensions.</summary>
        public Tensor std((long, long) dim, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std([dim.Item1, dim.Item2], unbiased, keepdim, type);

        /// <summary>Standard deviations over these dimensions.</summary>
        public Tensor std(long[] dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            Spread("std.dim", type, dimensions, unbiased, keepdim);

        /// <summary>Standard deviations over these dimensions.</summary>
        public Tensor std(ReadOnlySpan<long> dimensions, bool unbiased = true, bool keepdim = false, ScalarType? type = null) =>
            std(dimensions.ToArray(), unbiased, keepdim, type);

        private Tensor Spread(string name, ScalarType? type, long[] dimensions, bool unbiased, bool keepdim)
        {
            if (type is not { } t) return Op.Call(name, this, dimensions, unbiased, keepdim);
            using var typed = to(t);
            return Op.Call(name, typed, dimensions, unbiased, keepdim);
        }

        /// <summary>The largest element.</summary>
        public Tensor max() => Op.Call("max", this);

        /// <summary>The larger of both, element by element.</summary>
        public Tensor max(Tensor other) => Op.Call("maximum", this, other);

        /// <summary>The largest elements over one dimension, and where they stand.</summary>
        public (Tensor values, Tensor indexes) max(long dim, bool keepdim = false) => Op.Call2("max.dim", this, dim, keepdim);

        /// <summary>The smallest element.</summary>
        public Tensor min() => Op.Call("min", this);

        /// <summary>The smaller of both, element by element.</summary>
        public Tensor min(Tensor other) => Op.Call("minimum", this, other);

        /// <summary>The smallest elements over one dimension, and where they stand.</summary>
        public (Tensor values, Tensor indexes) min(long dim, bool keepdim = false) => Op.Call2("min.dim", this, dim, keepdim);

        /// <summary>The largest elements over these dimensions; over all where none is named.</summary>
        public Tensor amax(params long[] dims) => Op.Call("amax", this, dims, false);

        /// <summary>The largest elements over these dimensions.</summary>
        public Tensor amax(long[] dims, bool keepdim = false, Tensor? @out = null) => Extreme("amax", dims, keepdim, @out);

        /// <summary>The largest elements over these dimensions.</summary>
        public Tensor amax(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Extreme("amax", dims.ToArray(), keepdim, @out);

        /// <summary>The smallest elements over these dimensions; over all where none is named.</summary>
        public Tensor amin(params long[] dims) => Op.Call("amin", this, dims, false);

        /// <summary>The smallest elements over these dimensions.</summary>
        public Tensor amin(long[] dims, bool keepdim = false, Tensor? @out = null) => Extreme("amin", dims, keepdim, @out);

        /// <summary>The smallest elements over these dimensions.</summary>
        public Tensor amin(ReadOnlySpan<long> dims, bool keepdim = false, Tensor? @out = null) =>
            Extreme("amin", dims.ToArray(), keepdim, @out);

        private Tensor Extreme(string name, long[] dims, bool keepdim, Tensor? into) =>
            into is null ? Op.Call(name, this, dims, keepdim) : Into(into, name + ".out", this, dims, keepdim, into);

        private static Tensor Into(Tensor result, string name, params ReadOnlySpan<Arg> arguments)
        {
            Op.Call(name, arguments).Dispose(); // a second handle of the result
            return result;
        }

        /// <summary>The smallest and the largest elements, of all or over one dimension.</summary>
        public (Tensor min, Tensor max) aminmax(long? dim = null, bool keepdim = false) => Op.Call2("aminmax", this, dim, keepdim);

        /// <summary>Where the largest element stands in row-major order.</summary>
        public Tensor argmax() => Op.Call("argmax", this);

        /// <summary>Where the largest elements stand in one dimension.</summary>
        public Tensor argmax(long dim, bool keepdim = false) => Op.Call("argmax", this, dim, keepdim);

        /// <summary>Where the smallest element stands in row-major order.</summary>
        public Tensor argmin() => Op.Call("argmin", this);

        /// <summary>Where the smallest elements stand in one dimension.</summary>
        public Tensor argmin(long dim, bool keepdim = false) => Op.Call("argmin", this, dim, keepdim);

        /// <summary>Whether every element is non-zero.</summary>
        public Tensor all() => Op.Call("all", this);

        /// <summary>Whether every element is non-zero, over one dimension.</summary>
        public Tensor all(long dim, bool keepdim = false) => Op.Call("all.dim", this, dim, keepdim);

        /// <summary>Whether any element is non-zero.</summary>
        public Tensor any() => Op.Call("any", this);

        /// <summary>Whether any element is non-zero, over one dimension.</summary>
        public Tensor any(long dim, bool keepdim = false) => Op.Call("any.dim", this, dim, keepdim);

        /// <summary>How many elements are non-zero, of all or over these dimensions.</summary>
        public Tensor count_nonzero(long[]? dims = null) => Op.Call("count_nonzero.dim_IntList", this, dims ?? []);

        /// <summary>The p-norm of all elements.</summary>
        public Tensor norm(float p = 2) => Op.Call("norm.Scalar", this, (double)p);

        /// <summary>The p-norm over one dimension.</summary>
        public Tensor norm(int dim, bool keepdim = false, float p = 2) =>
            Op.Call("norm.ScalarOpt_dim", this, (double)p, new long[] { dim }, keepdim);

        /// <summary>The p-norm of the difference.</summary>
        public Tensor dist(Tensor other, float p = 2) => Op.Call("dist", this, other, (double)p);

        /// <summary>The logarithm of the sum of e to the power of the elements, over one dimension, without overflow.</summary>
        public Tensor logsumexp(long dim, bool keepdim = false) => Op.Call("logsumexp", this, new[] { dim }, keepdim);

        /// <summary>e to the power of the elements over their sum along one dimension: they then sum to 1.</summary>
        public Tensor softmax(long dim, ScalarType? dtype = null) => Op.Call("softmax.int", this, dim, dtype);

        /// <summary>The logarithm of <see cref="softmax"/>, computed without overflow.</summary>
        public Tensor log_softmax(long dim, ScalarType? dtype = null) => Op.Call("log_softmax.int", this, dim, dtype);

        /// <summary>Sums of the elements up to each one, along one dimension.</summary>
        public Tensor cumsum(long dim, ScalarType? type = null) => Op.Call("cumsum", this, dim, type);

        /// <summary>Products of the elements up to each one, along one dimension.</summary>
        public Tensor cumprod(long dim, ScalarType? type = null) => Op.Call("cumprod", this, dim, type);

        /// <summary>Values below which the shares q of the elements lie, along one dimension (-1: of all together).</summary>
        public Tensor quantile(Tensor q, long dim = -1, bool keepdim = false) => Op.Call("quantile", this, q, dim == -1 ? null : (long?)dim, keepdim);
    }
}
