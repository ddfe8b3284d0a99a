namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The same elements with other sizes, one of which may be -1 (what remains); without a copy where possible.</summary>
        public Tensor reshape(params long[] shape) => Op.Call("reshape", this, shape);

        /// <summary>The same memory with other sizes, one of which may be -1 (what remains).</summary>
        public Tensor view(params long[] shape) => Op.Call("view", this, shape);

        /// <summary>The same memory with the sizes of another tensor.</summary>
        public Tensor view_as(Tensor other) => Op.Call("view_as", this, other);

        /// <summary>The same elements with the dimensions from start_dim to end_dim joined into one.</summary>
        public Tensor flatten(long start_dim = 0, long end_dim = -1) => Op.Call("flatten.using_ints", this, start_dim, end_dim);

        /// <summary>The same elements as a vector.</summary>
        public Tensor ravel() => Op.Call("ravel", this);

        /// <summary>One dimension split into several.</summary>
        public Tensor unflatten(long dim, params long[] sizes)
        {
            var old = shape;
            var at = (int)(dim < 0 ? dim + old.Length : dim);
            if (at < 0 || at >= old.Length)
                throw new ArgumentOutOfRangeException(nameof(dim), dim, $"The tensor has {old.Length} dimensions.");
            return reshape([.. old[..at], .. sizes, .. old[(at + 1)..]]);
        }

        /// <summary>A new dimension of size 1 before this one.</summary>
        public Tensor unsqueeze(long dim) => Op.Call("unsqueeze", this, dim);

        /// <summary>In place: a new dimension of size 1 before this one.</summary>
        public Tensor unsqueeze_(long dim) => Op.InPlace("unsqueeze_", this, dim);

        /// <summary>Without this dimension if its size is 1; without every such dimension where none is named.</summary>
        public Tensor squeeze(long? dim = null) => dim is { } d ? Op.Call("squeeze.dim", this, d) : Op.Call("squeeze", this);

        /// <summary>In place: without this dimension if its size is 1; without every such dimension where none is named.</summary>
        public Tensor squeeze_(long? dim = null) => dim is { } d ? Op.InPlace("squeeze_.dim", this, d) : Op.InPlace("squeeze_", this);

        /// <summary>Two dimensions exchanged.</summary>
        public Tensor transpose(long dim0, long dim1) => Op.Call("transpose.int", this, dim0, dim1);

        /// <summary>In place: two dimensions exchanged.</summary>
        public Tensor transpose_(long dim0, long dim1) => Op.InPlace("transpose_", this, dim0, dim1);

        /// <summary>Two dimensions exchanged.</summary>
        public Tensor swapaxes(long dim0, long dim1) => transpose(dim0, dim1);

        /// <summary>Two dimensions exchanged.</summary>
        public Tensor swapdims(long dim0, long dim1) => transpose(dim0, dim1);

        /// <summary>The dimensions in another order.</summary>
        public Tensor permute(params long[] permutation) => Op.Call("permute", this, permutation);

        /// <summary>Some dimensions moved to other places.</summary>
        public Tensor movedim(long[] source, long[] destination) => Op.Call("movedim.intlist", this, source, destination);

        /// <summary>Some dimensions moved to other places.</summary>
        public Tensor moveaxis(long[] source, long[] destination) => movedim(source, destination);

        /// <summary>A matrix with rows and columns exchanged.</summary>
        public Tensor t() => Op.Call("t", this);

        /// <summary>The dimensions in reverse order.</summary>
        public Tensor T => Op.Call("numpy_T", this);

        /// <summary>The last two dimensions exchanged.</summary>
        public Tensor mT => Op.Call("mT", this);

        /// <summary>Dimensions of size 1 stretched to these sizes without a copy; -1 keeps a size.</summary>
        public Tensor expand(params long[] sizes) => Op.Call("expand", this, sizes);

        /// <summary>Dimensions of size 1 stretched to these sizes without a copy; -1 keeps a size.</summary>
        public Tensor expand(long[] sizes, bool isImplicit = false) => Op.Call("expand", this, sizes, isImplicit);

        /// <summary>Dimensions of size 1 stretched to these sizes without a copy; -1 keeps a size.</summary>
        public Tensor expand(ReadOnlySpan<long> sizes, bool isImplicit = false) => expand(sizes.ToArray(), isImplicit);

        /// <summary>Dimensions of size 1 stretched to these sizes without a copy; -1 keeps a size.</summary>
        public Tensor expand(Size sizes, bool isImplicit = false) => expand(sizes.Shape, isImplicit);

        /// <summary>Dimensions of size 1 stretched to the sizes of another tensor without a copy.</summary>
        public Tensor expand_as(Tensor other) => Op.Call("expand_as", this, other);

        /// <summary>Dimensions of size 1 stretched to these sizes without a copy.</summary>
        public Tensor broadcast_to(params long[] shape) => Op.Call("broadcast_to", this, shape);

        /// <summary>The tensor so many times along each dimension.</summary>
        public Tensor repeat(params long[] sizes) => Op.Call("repeat", this, sizes);

        /// <summary>The tensor so many times along each dimension.</summary>
        public Tensor tile(long[] reps) => Op.Call("tile", this, reps);

        /// <summary>Every element so many times, along one dimension or of the flattened tensor.</summary>
        public Tensor repeat_interleave(long repeats, long? dim = null, long? output_size = null) =>
            Op.Call("repeat_interleave.self_int", this, repeats, dim, output_size);

        /// <summary>Every element as often as its own count says, along one dimension or of the flattened tensor.</summary>
        public Tensor repeat_interleave(Tensor repeats, long? dim = null, long? output_size = null) =>
            Op.Call("repeat_interleave.self_Tensor", this, repeats, dim, output_size);

        /// <summary>The tensor with its elements in memory without gaps, the last dimension closest together; itself if they are.</summary>
        public Tensor contiguous() => Op.Call("contiguous", this);

        /// <summary>The same memory seen with these sizes and strides.</summary>
        public Tensor as_strided(long[] size, long[] strides, long storageOffset = 0) =>
            Op.Call("as_strided", this, size, strides, storageOffset);

        /// <summary>Every window of one dimension, as a new last dimension.</summary>
        public Tensor unfold(long dimension, long size, long step) => Op.Call("unfold", this, dimension, size, step);

        /// <summary>The order of the elements reversed along these dimensions.</summary>
        public Tensor flip(params long[] dims) => Op.Call("flip", this, dims);

        /// <summary>Columns in reverse order.</summary>
        public Tensor fliplr() => Op.Call("fliplr", this);

        /// <summary>Rows in reverse order.</summary>
        public Tensor flipud() => Op.Call("flipud", this);

        /// <summary>The elements moved along one dimension, those that fall off coming back at the other end.</summary>
        public Tensor roll(long shifts, long? dims = null) => Op.Call("roll", this, new[] { shifts }, dims is { } d ? new[] { d } : []);

        /// <summary>The elements moved along these dimensions, those that fall off coming back at the other end.</summary>
        public Tensor roll(long[] shifts, long[] dims) => Op.Call("roll", this, shifts, dims);

        /// <summary>A quarter turn in the plane of two dimensions (the first two where none are named), k times.</summary>
        public Tensor rot90(long k = 1, (long, long)? dims = null) =>
            Op.Call("rot90", this, k, dims is var (a, b) ? new[] { a, b } : [0, 1]);

        /// <summary>So many pieces along one dimension; the last may be smaller.</summary>
        public Tensor[] chunk(long chunks, long dim = 0) => Op.CallList("chunk", this, chunks, dim);

        /// <summary>Pieces of this size along one dimension; the last may be smaller.</summary>
        public Tensor[] split(long size, int dim = 0) => Op.CallList("split.Tensor", this, size, dim);

        /// <summary>Pieces of these sizes along one dimension.</summary>
        public Tensor[] split(long[] sizes, long dim = 0) => Op.CallList("split_with_sizes", this, sizes, dim);

        /// <summary>Pieces of these sizes along one dimension.</summary>
        public Tensor[] split(ReadOnlySpan<long> sizes, long dim = 0) => split(sizes.ToArray(), dim);

        /// <summary>Every slice along one dimension, without that dimension.</summary>
        public Tensor[] unbind(long dimension = 0) => Op.CallList("unbind.int", this, dimension);

        /// <summary>The elements on and below a diagonal, zero elsewhere.</summary>
        public Tensor tril(long diagonal = 0) => Op.Call("tril", this, diagonal);

        /// <summary>The elements on and above a diagonal, zero elsewhere.</summary>
        public Tensor triu(long diagonal = 0) => Op.Call("triu", this, diagonal);

        /// <summary>A diagonal of a matrix, or a matrix with this vector on its diagonal.</summary>
        public Tensor diag(long diagonal = 0) => Op.Call("diag", this, diagonal);

        /// <summary>A diagonal of the plane of two dimensions.</summary>
        public Tensor diagonal(long offset = 0, long dim1 = 0, long dim2 = 1) => Op.Call("diagonal", this, offset, dim1, dim2);
    }

    /// <summary>Tensors joined along one dimension.</summary>
    public static Tensor cat(IList<Tensor> tensors, long dim = 0) => Op.Call("cat", tensors.ToArray(), dim);

    /// <summary>Tensors joined along one dimension.</summary>
    public static Tensor cat(Tensor[] tensors, long dim = 0) => Op.Call("cat", tensors, dim);

    /// <summary>Tensors joined along one dimension.</summary>
    public static Tensor cat(ReadOnlySpan<Tensor> tensors, long dim = 0) => Op.Call("cat", tensors.ToArray(), dim);

    /// <summary>Tensors joined along one dimension.</summary>
    public static Tensor concat(IList<Tensor> tensors, long dim = 0) => cat(tensors, dim);

    /// <summary>Tensors joined along one dimension.</summary>
    public static Tensor concat(Tensor[] tensors, long dim = 0) => cat(tensors, dim);

    /// <summary>Tensors of the same sizes joined along a new dimension.</summary>
    public static Tensor stack(IEnumerable<Tensor> tensors, long dim = 0) => Op.Call("stack", tensors.ToArray(), dim);

    /// <summary>Tensors joined along the second dimension; vectors end to end.</summary>
    public static Tensor hstack(params Tensor[] tensors) => Op.Call("hstack", tensors);

    /// <summary>Tensors joined along the first dimension; vectors become its rows.</summary>
    public static Tensor vstack(IList<Tensor> tensors) => Op.Call("vstack", tensors.ToArray());

    /// <summary>Pieces of these sizes along one dimension.</summary>
    public static Tensor[] split(Tensor tensor, long[] split_size_or_sections, long dim = 0) => tensor.split(split_size_or_sections, dim);

    /// <summary>The tensors stretched to the sizes that all of them fit into.</summary>
    public static IList<Tensor> broadcast_tensors(params Tensor[] tensors) => Op.CallList("broadcast_tensors", tensors);

    /// <summary>A grid's coordinates: tensor i holds what coordinate i is at every point.</summary>
    public static Tensor[] meshgrid(IEnumerable<Tensor> tensors, string indexing = "ij") =>
        Op.CallList("meshgrid.indexing", tensors.ToArray(), indexing);
}
