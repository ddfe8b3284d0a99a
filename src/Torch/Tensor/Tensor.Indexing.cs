using System.Runtime.CompilerServices;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The part at these indices: positions, ranges, tensors, new axes, an ellipsis.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>The elements at these positions, or where these masks hold.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        /// <summary>The part at one position of the first dimension.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => index_put_(value, TensorIndex.Single(i1));
        }

        /// <summary>The part at these positions of the first two dimensions.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => At([i1, i2]);
            set => index_put_(value, [i1, i2]);
        }

        /// <summary>The part at these positions of the first three dimensions.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => At([i1, i2, i3]);
            set => index_put_(value, [i1, i2, i3]);
        }

        /// <summary>The part at these positions of the first four dimensions.</summary>
        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => At([i1, i2, i3, i4]);
            set => index_put_(value, [i1, i2, i3, i4]);
        }

        private Tensor At(ReadOnlySpan<long> positions)
        {
            var part = this;
            foreach (var position in positions) part = Next(part, part.select(0, position));
            return part;
        }

        // Steps of an indexing chain are views; all but the last are of no more use.
        private Tensor Next(Tensor before, Tensor after)
        {
            if (before != (object)this && before != (object)after) before.Dispose();
            return after;
        }

        /// <summary>The part at these indices: positions, ranges, tensors, new axes, an ellipsis.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            var (view, tensors) = View(indices);
            return tensors is null ? (view == (object)this ? Op.Call("alias", this) : view) : Next(view, Op.Call("index.Tensor", view, Arg.Optional(tensors)));
        }

        /// <summary>The elements at these positions, or where these masks hold.</summary>
        public Tensor index(params Tensor[] indices) => Op.Call("index.Tensor", this, Arg.Optional(indices));

        /// <summary>Writes at these indices.</summary>
        public Tensor index_put_(Tensor value, params TensorIndex[] indices)
        {
            var (view, tensors) = View(indices);
            var source = WithoutLeadingOnes(value);
            if (tensors is null) view.copy_(source);
            else Op.InPlace("index_put_", view, Arg.Optional(tensors), source, false);
            Next(view, this);
            if (source != (object)value) source.Dispose();
            return this;
        }

        // As libtorch's own indexing: a value [1,3] fits a place [3].
        private static Tensor WithoutLeadingOnes(Tensor value)
        {
            var sizes = value.shape;
            var ones = sizes.TakeWhile(size => size == 1).Count();
            return ones == 0 ? value : value.view(sizes[ones..]);
        }

        /// <summary>Writes at these indices.</summary>
        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using var number = Op.Call("full", Array.Empty<long>(), value, dtype, Arg.None, device);
            return index_put_(number, indices);
        }

        /// <summary>Writes at these positions, or where these masks hold.</summary>
        public Tensor index_put_(Tensor value, params Tensor[] indices)
        {
            var source = WithoutLeadingOnes(value);
            Op.InPlace("index_put_", this, Arg.Optional(indices), source, false);
            if (source != (object)value) source.Dispose();
            return this;
        }

        /// <summary>Writes at these positions, or where these masks hold.</summary>
        public Tensor index_put_(Scalar value, params Tensor[] indices)
        {
            using var number = Op.Call("full", Array.Empty<long>(), value, dtype, Arg.None, device);
            return index_put_(number, indices);
        }

        /// <summary>Applies all that needs no gathering; returns the view and, for each of its dimensions, the tensor that indexes it.</summary>
        private (Tensor View, Tensor?[]? Tensors) View(TensorIndex[] indices)
        {
            var view = this;
            List<Tensor?>? tensors = null;
            var (dim, extra) = (0, 0); // a mask takes one place in the list of tensors, and as many dimensions as it has
            var taken = indices.Sum(i => i.kind switch
            {
                TensorIndex.Kind.Single or TensorIndex.Kind.Slice => 1,
                TensorIndex.Kind.Tensor => Takes(i.tensor!),
                _ => 0,
            });
            if (taken > ndim) throw new ArgumentException($"Too many indices: {taken} for a tensor of {ndim} dimensions.", nameof(indices));
            foreach (var index in indices)
                switch (index.kind)
                {
                    case TensorIndex.Kind.Single:
                        view = Next(view, view.select(dim, index.start ?? 0));
                        break;
                    case TensorIndex.Kind.Slice:
                        if (index.start is not null || index.stop is not null || index.step is not null)
                            view = Next(view, Op.Call("slice.Tensor", view, dim, index.start, index.stop, index.step ?? 1));
                        dim++;
                        break;
                    case TensorIndex.Kind.Ellipsis:
                        dim += (int)ndim - taken;
                        break;
                    case TensorIndex.Kind.None:
                        view = Next(view, view.unsqueeze(dim++));
                        break;
                    case TensorIndex.Kind.Bool:
                        view = Next(view, view.unsqueeze(dim));
                        view = Next(view, Op.Call("slice.Tensor", view, dim++, 0, index.start ?? 0, 1));
                        break;
                    case TensorIndex.Kind.Tensor:
                        tensors ??= [];
                        while (tensors.Count + extra < dim) tensors.Add(null);
                        tensors.Add(index.tensor);
                        dim += Takes(index.tensor!);
                        extra += Takes(index.tensor!) - 1;
                        break;
                }
            return (view, tensors?.ToArray());
        }

        private static int Takes(Tensor index) => index.dtype is ScalarType.Bool or ScalarType.Byte ? (int)index.ndim : 1;

        /// <summary>The part at one position of one dimension, without that dimension.</summary>
        public Tensor select(long dim, long index) => Op.Call("select.int", this, dim, index);

        /// <summary>Every step-th position of one dimension from start up to, but not including, finish.</summary>
        public Tensor slice(long dim, long start, long finish, long step) => Op.Call("slice.Tensor", this, dim, start, finish, step);

        /// <summary>So many positions of one dimension from start on.</summary>
        public Tensor narrow(long dim, long start, long length) => Op.Call("narrow", this, dim, start, length);

        /// <summary>The parts at these positions of one dimension, in this order.</summary>
        public Tensor index_select(long dim, Tensor index) => Op.Call("index_select", this, dim, index);

        /// <summary>For every place in index, the element of this tensor there but for dim, where index says which.</summary>
        public Tensor gather(long dim, Tensor index) => Op.Call("gather", this, dim, index);

        /// <summary>The elements at these positions in row-major order.</summary>
        public Tensor take(Tensor index) => Op.Call("take", this, index);

        /// <summary>A copy with src written to where index says along dim.</summary>
        public Tensor scatter(long dim, Tensor index, Tensor src) => Op.Call("scatter.src", this, dim, index, src);

        /// <summary>In place: src written to where index says along dim.</summary>
        public Tensor scatter_(long dim, Tensor index, Tensor src) => Op.InPlace("scatter_.src", this, dim, index, src);

        /// <summary>A copy with src added to where index says along dim.</summary>
        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Op.Call("scatter_add", this, dim, index, src);

        /// <summary>In place: src added to where index says along dim.</summary>
        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => Op.InPlace("scatter_add_", this, dim, index, src);

        /// <summary>A copy with alpha times source added to these positions of one dimension.</summary>
        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) => Op.Call("index_add", this, dim, index, source, alpha);

        /// <summary>In place: alpha times source added to these positions of one dimension.</summary>
        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Op.InPlace("index_add_", this, dim, index, source, alpha);

        /// <summary>A copy with source written to these positions of one dimension.</summary>
        public Tensor index_copy(long dim, Tensor index, Tensor source) => Op.Call("index_copy", this, dim, index, source);

        /// <summary>In place: source written to these positions of one dimension.</summary>
        public Tensor index_copy_(long dim, Tensor index, Tensor source) => Op.InPlace("index_copy_", this, dim, index, source);

        /// <summary>A copy with one number at these positions of one dimension.</summary>
        public Tensor index_fill(long dim, Tensor index, Scalar value) => Op.Call("index_fill.int_Scalar", this, dim, index, value);

        /// <summary>In place: one number at these positions of one dimension.</summary>
        public Tensor index_fill_(long dim, Tensor index, Scalar value) => Op.InPlace("index_fill_.int_Scalar", this, dim, index, value);

        /// <summary>A copy with one number where the mask holds.</summary>
        public Tensor masked_fill(Tensor mask, Scalar value) => Op.Call("masked_fill.Scalar", this, mask, value);

        /// <summary>In place: one number where the mask holds.</summary>
        public Tensor masked_fill_(Tensor mask, Scalar value) => Op.InPlace("masked_fill_.Scalar", this, mask, value);

        /// <summary>A vector of the elements where the mask holds.</summary>
        public Tensor masked_select(Tensor mask) => Op.Call("masked_select", this, mask);

        /// <summary>The positions of the non-zero elements, one row each.</summary>
        public Tensor nonzero() => Op.Call("nonzero", this);

        /// <summary>The positions of the non-zero elements, one row each.</summary>
        public Tensor argwhere() => Op.Call("argwhere", this);

        /// <summary>This where the condition holds, y elsewhere.</summary>
        public Tensor where(Tensor condition, Tensor y) => Op.Call("where.self", condition, this, y);
    }

    /// <summary>x where the condition holds, y elsewhere.</summary>
    public static Tensor where(Tensor condition, Tensor x, Tensor y) => Op.Call("where.self", condition, x, y);

    /// <summary>The positions where the condition holds, one vector for each dimension.</summary>
    public static Tensor[] where(Tensor condition) => Op.CallList("where", condition);

    /// <summary>For every place in index, the element of the input there but for dim, where index says which.</summary>
    public static Tensor gather(Tensor input, long dim, Tensor index, bool sparse_grad = false) =>
        Op.Call("gather", input, dim, index, sparse_grad);
}
