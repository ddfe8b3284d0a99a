namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>This plus the other, element by element.</summary>
        public Tensor add(Tensor target) => Op.Call("add.Tensor", this, target);

        /// <summary>This plus the other, element by element.</summary>
        public Tensor add(Scalar scalar) => Op.Call("add.Scalar", this, scalar);

        /// <summary>In place: this plus the other, element by element.</summary>
        public Tensor add_(Tensor target) => Op.InPlace("add_.Tensor", this, target);

        /// <summary>In place: this plus the other, element by element.</summary>
        public Tensor add_(Scalar scalar) => Op.InPlace("add_.Scalar", this, scalar);

        /// <summary>This minus the other, element by element.</summary>
        public Tensor sub(Tensor target) => Op.Call("sub.Tensor", this, target);

        /// <summary>This minus the other, element by element.</summary>
        public Tensor sub(Scalar target) => Op.Call("sub.Scalar", this, target);

        /// <summary>In place: this minus the other, element by element.</summary>
        public Tensor sub_(Tensor target) => Op.InPlace("sub_.Tensor", this, target);

        /// <summary>In place: this minus the other, element by element.</summary>
        public Tensor sub_(Scalar target) => Op.InPlace("sub_.Scalar", this, target);

        /// <summary>This minus the other, element by element.</summary>
        public Tensor subtract(Tensor target) => Op.Call("sub.Tensor", this, target);

        /// <summary>This minus the other, element by element.</summary>
        public Tensor subtract(Scalar target) => Op.Call("sub.Scalar", this, target);

        /// <summary>In place: this minus the other, element by element.</summary>
        public Tensor subtract_(Tensor target) => Op.InPlace("sub_.Tensor", this, target);

        /// <summary>In place: this minus the other, element by element.</summary>
        public Tensor subtract_(Scalar target) => Op.InPlace("sub_.Scalar", this, target);

        /// <summary>This times the other, element by element.</summary>
        public Tensor mul(Tensor target) => Op.Call("mul.Tensor", this, target);

        /// <summary>This times the other, element by element.</summary>
        public Tensor mul(Scalar target) => Op.Call("mul.Scalar", this, target);

        /// <summary>In place: this times the other, element by element.</summary>
        public Tensor mul_(Tensor target) => Op.InPlace("mul_.Tensor", this, target);

        /// <summary>In place: this times the other, element by element.</summary>
        public Tensor mul_(Scalar target) => Op.InPlace("mul_.Scalar", this, target);

        /// <summary>This times the other, element by element.</summary>
        public Tensor multiply(Tensor target) => Op.Call("mul.Tensor", this, target);

        /// <summary>This times the other, element by element.</summary>
        public Tensor multiply(Scalar target) => Op.Call("mul.Scalar", this, target);

        /// <summary>This over the other, element by element, never rounded.</summary>
        public Tensor true_divide(Tensor other) => Op.Call("true_divide.Tensor", this, other);

        /// <summary>This over the other, element by element, never rounded.</summary>
        public Tensor true_divide(Scalar other) => Op.Call("true_divide.Scalar", this, other);

        /// <summary>In place: this over the other, element by element, never rounded.</summary>
        public Tensor true_divide_(Tensor other) => Op.InPlace("true_divide_.Tensor", this, other);

        /// <summary>In place: this over the other, element by element, never rounded.</summary>
        public Tensor true_divide_(Scalar other) => Op.InPlace("true_divide_.Scalar", this, other);

        /// <summary>This over the other, rounded down, element by element.</summary>
        public Tensor floor_divide(Tensor other) => Op.Call("floor_divide", this, other);

        /// <summary>This over the other, rounded down, element by element.</summary>
        public Tensor floor_divide(Scalar other) => Op.Call("floor_divide.Scalar", this, other);

        /// <summary>In place: this over the other, rounded down, element by element.</summary>
        public Tensor floor_divide_(Tensor other) => Op.InPlace("floor_divide_.Tensor", this, other);

        /// <summary>In place: this over the other, rounded down, element by element.</summary>
        public Tensor floor_divide_(Scalar other) => Op.InPlace("floor_divide_.Scalar", this, other);

        /// <summary>What floor division leaves; it has the sign of the divisor.</summary>
        public Tensor remainder(Tensor target) => Op.Call("remainder.Tensor", this, target);

        /// <summary>What floor division leaves; it has the sign of the divisor.</summary>
        public Tensor remainder(Scalar scalar) => Op.Call("remainder.Scalar", this, scalar);

        /// <summary>In place: what floor division leaves; it has the sign of the divisor.</summary>
        public Tensor remainder_(Tensor target) => Op.InPlace("remainder_.Tensor", this, target);

        /// <summary>In place: what floor division leaves; it has the sign of the divisor.</summary>
        public Tensor remainder_(Scalar scalar) => Op.InPlace("remainder_.Scalar", this, scalar);

        /// <summary>What truncating division leaves; it has the sign of the dividend.</summary>
        public Tensor fmod(Tensor target) => Op.Call("fmod.Tensor", this, target);

        /// <summary>What truncating division leaves; it has the sign of the dividend.</summary>
        public Tensor fmod(Scalar scalar) => Op.Call("fmod.Scalar", this, scalar);

        /// <summary>In place: what truncating division leaves; it has the sign of the dividend.</summary>
        public Tensor fmod_(Tensor target) => Op.InPlace("fmod_.Tensor", this, target);

        /// <summary>In place: what truncating division leaves; it has the sign of the dividend.</summary>
        public Tensor fmod_(Scalar scalar) => Op.InPlace("fmod_.Scalar", this, scalar);

        /// <summary>This to the power of the other, element by element.</summary>
        public Tensor pow(Tensor exponent) => Op.Call("pow.Tensor_Tensor", this, exponent);

        /// <summary>This to the power of the other, element by element.</summary>
        public Tensor pow(Scalar exponent) => Op.Call("pow.Tensor_Scalar", this, exponent);

        /// <summary>In place: this to the power of the other, element by element.</summary>
        public Tensor pow_(Tensor exponent) => Op.InPlace("pow_.Tensor", this, exponent);

        /// <summary>In place: this to the power of the other, element by element.</summary>
        public Tensor pow_(Scalar exponent) => Op.InPlace("pow_.Scalar", this, exponent);

        /// <summary>This to the power of the other, in double precision.</summary>
        public Tensor float_power(Tensor target) => Op.Call("float_power.Tensor_Tensor", this, target);

        /// <summary>In place: this to the power of the other, in double precision.</summary>
        public Tensor float_power_(Tensor target) => Op.InPlace("float_power_.Tensor", this, target);

        /// <summary>The angle of the point (other, this), element by element.</summary>
        public Tensor atan2(Tensor other) => Op.Call("atan2", this, other);

        /// <summary>In place: the angle of the point (other, this), element by element.</summary>
        public Tensor atan2_(Tensor other) => Op.InPlace("atan2_", this, other);

        /// <summary>The length of the vector (this, other), element by element.</summary>
        public Tensor hypot(Tensor other) => Op.Call("hypot", this, other);

        /// <summary>This with the sign of the other, element by element.</summary>
        public Tensor copysign(Tensor other) => Op.Call("copysign.Tensor", this, other);

        /// <summary>In place: this with the sign of the other, element by element.</summary>
        public Tensor copysign_(Tensor other) => Op.InPlace("copysign_.Tensor", this, other);

        /// <summary>log(e^this + e^other), element by element.</summary>
        public Tensor logaddexp(Tensor other) => Op.Call("logaddexp", this, other);

        /// <summary>log2(2^this + 2^other), element by element.</summary>
        public Tensor logaddexp2(Tensor other) => Op.Call("logaddexp2", this, other);

        /// <summary>This times the logarithm of the other; 0 where this is 0.</summary>
        public Tensor xlogy(Tensor y) => Op.Call("xlogy.Tensor", this, y);

        /// <summary>This times the logarithm of the other; 0 where this is 0.</summary>
        public Tensor xlogy(Scalar y) => Op.Call("xlogy.Scalar_Other", this, y);

        /// <summary>In place: this times the logarithm of the other; 0 where this is 0.</summary>
        public Tensor xlogy_(Tensor y) => Op.InPlace("xlogy_.Tensor", this, y);

        /// <summary>In place: this times the logarithm of the other; 0 where this is 0.</summary>
        public Tensor xlogy_(Scalar y) => Op.InPlace("xlogy_.Scalar_Other", this, y);

        /// <summary>The larger of both, element by element; NaN where either is.</summary>
        public Tensor maximum(Tensor other) => Op.Call("maximum", this, other);

        /// <summary>The smaller of both, element by element; NaN where either is.</summary>
        public Tensor minimum(Tensor other) => Op.Call("minimum", this, other);

        /// <summary>The larger of both, element by element; a number where either is.</summary>
        public Tensor fmax(Tensor other) => Op.Call("fmax", this, other);

        /// <summary>The smaller of both, element by element; a number where either is.</summary>
        public Tensor fmin(Tensor other) => Op.Call("fmin", this, other);

        /// <summary>No element above this bound.</summary>
        public Tensor clamp_max(Scalar max) => Op.Call("clamp_max", this, max);

        /// <summary>In place: no element above this bound.</summary>
        public Tensor clamp_max_(Scalar max) => Op.InPlace("clamp_max_", this, max);

        /// <summary>No element below this bound.</summary>
        public Tensor clamp_min(Scalar min) => Op.Call("clamp_min", this, min);

        /// <summary>In place: no element below this bound.</summary>
        public Tensor clamp_min_(Scalar min) => Op.InPlace("clamp_min_", this, min);
    }
}
