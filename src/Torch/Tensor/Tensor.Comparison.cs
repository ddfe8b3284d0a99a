namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Whether this equals the other, element by element.</summary>
        public Tensor eq(Tensor target) => Op.Call("eq.Tensor", this, target);

        /// <summary>Whether this equals the other, element by element.</summary>
        public Tensor eq(Scalar target) => Op.Call("eq.Scalar", this, target);

        /// <summary>In place: whether this equals the other, element by element.</summary>
        public Tensor eq_(Tensor target) => Op.InPlace("eq_.Tensor", this, target);

        /// <summary>In place: whether this equals the other, element by element.</summary>
        public Tensor eq_(Scalar target) => Op.InPlace("eq_.Scalar", this, target);

        /// <summary>Whether this equals the other, element by element; <c>Equals</c> tells of all at once.</summary>
        public Tensor equal(Tensor target) => Op.Call("eq.Tensor", this, target);

        /// <summary>Whether this differs from the other, element by element.</summary>
        public Tensor ne(Tensor target) => Op.Call("ne.Tensor", this, target);

        /// <summary>Whether this differs from the other, element by element.</summary>
        public Tensor ne(Scalar target) => Op.Call("ne.Scalar", this, target);

        /// <summary>In place: whether this differs from the other, element by element.</summary>
        public Tensor ne_(Tensor target) => Op.InPlace("ne_.Tensor", this, target);

        /// <summary>In place: whether this differs from the other, element by element.</summary>
        public Tensor ne_(Scalar target) => Op.InPlace("ne_.Scalar", this, target);

        /// <summary>Whether this differs from the other, element by element.</summary>
        public Tensor not_equal(Tensor target) => Op.Call("ne.Tensor", this, target);

        /// <summary>In place: whether this differs from the other, element by element.</summary>
        public Tensor not_equal_(Tensor target) => Op.InPlace("ne_.Tensor", this, target);

        /// <summary>Whether this is smaller than the other, element by element.</summary>
        public Tensor lt(Tensor target) => Op.Call("lt.Tensor", this, target);

        /// <summary>Whether this is smaller than the other, element by element.</summary>
        public Tensor lt(Scalar target) => Op.Call("lt.Scalar", this, target);

        /// <summary>In place: whether this is smaller than the other, element by element.</summary>
        public Tensor lt_(Tensor target) => Op.InPlace("lt_.Tensor", this, target);

        /// <summary>In place: whether this is smaller than the other, element by element.</summary>
        public Tensor lt_(Scalar target) => Op.InPlace("lt_.Scalar", this, target);

        /// <summary>Whether this is smaller than the other, element by element.</summary>
        public Tensor less(Tensor target) => Op.Call("lt.Tensor", this, target);

        /// <summary>Whether this is at most the other, element by element.</summary>
        public Tensor le(Tensor target) => Op.Call("le.Tensor", this, target);

        /// <summary>Whether this is at most the other, element by element.</summary>
        public Tensor le(Scalar target) => Op.Call("le.Scalar", this, target);

        /// <summary>In place: whether this is at most the other, element by element.</summary>
        public Tensor le_(Tensor target) => Op.InPlace("le_.Tensor", this, target);

        /// <summary>In place: whether this is at most the other, element by element.</summary>
        public Tensor le_(Scalar target) => Op.InPlace("le_.Scalar", this, target);

        /// <summary>Whether this is at most the other, element by element.</summary>
        public Tensor less_equal(Tensor target) => Op.Call("le.Tensor", this, target);

        /// <summary>In place: whether this is at most the other, element by element.</summary>
        public Tensor less_equal_(Tensor target) => Op.InPlace("le_.Tensor", this, target);

        /// <summary>Whether this is larger than the other, element by element.</summary>
        public Tensor gt(Tensor target) => Op.Call("gt.Tensor", this, target);

        /// <summary>Whether this is larger than the other, element by element.</summary>
        public Tensor gt(Scalar target) => Op.Call("gt.Scalar", this, target);

        /// <summary>In place: whether this is larger than the other, element by element.</summary>
        public Tensor gt_(Tensor target) => Op.InPlace("gt_.Tensor", this, target);

        /// <summary>In place: whether this is larger than the other, element by element.</summary>
        public Tensor gt_(Scalar target) => Op.InPlace("gt_.Scalar", this, target);

        /// <summary>Whether this is larger than the other, element by element.</summary>
        public Tensor greater(Tensor target) => Op.Call("gt.Tensor", this, target);

        /// <summary>Whether this is at least the other, element by element.</summary>
        public Tensor ge(Tensor target) => Op.Call("ge.Tensor", this, target);

        /// <summary>Whether this is at least the other, element by element.</summary>
        public Tensor ge(Scalar target) => Op.Call("ge.Scalar", this, target);

        /// <summary>In place: whether this is at least the other, element by element.</summary>
        public Tensor ge_(Tensor target) => Op.InPlace("ge_.Tensor", this, target);

        /// <summary>In place: whether this is at least the other, element by element.</summary>
        public Tensor ge_(Scalar target) => Op.InPlace("ge_.Scalar", this, target);

        /// <summary>Whether this is at least the other, element by element.</summary>
        public Tensor greater_equal(Tensor target) => Op.Call("ge.Tensor", this, target);

        /// <summary>Whether both are non-zero, element by element.</summary>
        public Tensor logical_and(Tensor other) => Op.Call("logical_and", this, other);

        /// <summary>In place: whether both are non-zero, element by element.</summary>
        public Tensor logical_and_(Tensor other) => Op.InPlace("logical_and_", this, other);

        /// <summary>Whether either is non-zero, element by element.</summary>
        public Tensor logical_or(Tensor other) => Op.Call("logical_or", this, other);

        /// <summary>In place: whether either is non-zero, element by element.</summary>
        public Tensor logical_or_(Tensor other) => Op.InPlace("logical_or_", this, other);

        /// <summary>Whether exactly one is non-zero, element by element.</summary>
        public Tensor logical_xor(Tensor other) => Op.Call("logical_xor", this, other);

        /// <summary>In place: whether exactly one is non-zero, element by element.</summary>
        public Tensor logical_xor_(Tensor other) => Op.InPlace("logical_xor_", this, other);

        /// <summary>The bits that both have, element by element.</summary>
        public Tensor bitwise_and(Tensor other) => Op.Call("bitwise_and.Tensor", this, other);

        /// <summary>In place: the bits that both have, element by element.</summary>
        public Tensor bitwise_and_(Tensor other) => Op.InPlace("bitwise_and_.Tensor", this, other);

        /// <summary>The bits that either has, element by element.</summary>
        public Tensor bitwise_or(Tensor other) => Op.Call("bitwise_or.Tensor", this, other);

        /// <summary>In place: the bits that either has, element by element.</summary>
        public Tensor bitwise_or_(Tensor other) => Op.InPlace("bitwise_or_.Tensor", this, other);

        /// <summary>The bits that exactly one has, element by element.</summary>
        public Tensor bitwise_xor(Tensor other) => Op.Call("bitwise_xor.Tensor", this, other);

        /// <summary>In place: the bits that exactly one has, element by element.</summary>
        public Tensor bitwise_xor_(Tensor other) => Op.InPlace("bitwise_xor_.Tensor", this, other);
    }
}
