namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The magnitude of every element.</summary>
        public Tensor abs() => Op.Call("abs", this);

        /// <summary>In place: the magnitude of every element.</summary>
        public Tensor abs_() => Op.InPlace("abs_", this);

        /// <summary>The magnitude of every element.</summary>
        public Tensor absolute() => Op.Call("abs", this);

        /// <summary>In place: the magnitude of every element.</summary>
        public Tensor absolute_() => Op.InPlace("abs_", this);

        /// <summary>-1, 0 or 1 for every element.</summary>
        public Tensor sign() => Op.Call("sign", this);

        /// <summary>In place: -1, 0 or 1 for every element.</summary>
        public Tensor sign_() => Op.InPlace("sign_", this);

        /// <summary>-1, 0 or 1 for every element; for complex ones, the element over its magnitude.</summary>
        public Tensor sgn() => Op.Call("sgn", this);

        /// <summary>In place: -1, 0 or 1 for every element; for complex ones, the element over its magnitude.</summary>
        public Tensor sgn_() => Op.InPlace("sgn_", this);

        /// <summary>Minus every element.</summary>
        public Tensor neg() => Op.Call("neg", this);

        /// <summary>In place: minus every element.</summary>
        public Tensor neg_() => Op.InPlace("neg_", this);

        /// <summary>Minus every element.</summary>
        public Tensor negative() => Op.Call("neg", this);

        /// <summary>The tensor itself.</summary>
        public Tensor positive() => Op.Call("positive", this);

        /// <summary>One over every element.</summary>
        public Tensor reciprocal() => Op.Call("reciprocal", this);

        /// <summary>In place: one over every element.</summary>
        public Tensor reciprocal_() => Op.InPlace("reciprocal_", this);

        /// <summary>The square of every element.</summary>
        public Tensor square() => Op.Call("square", this);

        /// <summary>The square root of every element.</summary>
        public Tensor sqrt() => Op.Call("sqrt", this);

        /// <summary>In place: the square root of every element.</summary>
        public Tensor sqrt_() => Op.InPlace("sqrt_", this);

        /// <summary>One over the square root of every element.</summary>
        public Tensor rsqrt() => Op.Call("rsqrt", this);

        /// <summary>In place: one over the square root of every element.</summary>
        public Tensor rsqrt_() => Op.InPlace("rsqrt_", this);

        /// <summary>e to the power of every element.</summary>
        public Tensor exp() => Op.Call("exp", this);

        /// <summary>In place: e to the power of every element.</summary>
        public Tensor exp_() => Op.InPlace("exp_", this);

        /// <summary>2 to the power of every element.</summary>
        public Tensor exp2() => Op.Call("exp2", this);

        /// <summary>In place: 2 to the power of every element.</summary>
        public Tensor exp2_() => Op.InPlace("exp2_", this);

        /// <summary>e to the power of every element, minus one, exact near zero.</summary>
        public Tensor expm1() => Op.Call("expm1", this);

        /// <summary>In place: e to the power of every element, minus one, exact near zero.</summary>
        public Tensor expm1_() => Op.InPlace("expm1_", this);

        /// <summary>The natural logarithm of every element.</summary>
        public Tensor log() => Op.Call("log", this);

        /// <summary>In place: the natural logarithm of every element.</summary>
        public Tensor log_() => Op.InPlace("log_", this);

        /// <summary>The logarithm to base 2 of every element.</summary>
        public Tensor log2() => Op.Call("log2", this);

        /// <summary>In place: the logarithm to base 2 of every element.</summary>
        public Tensor log2_() => Op.InPlace("log2_", this);

        /// <summary>The logarithm to base 10 of every element.</summary>
        public Tensor log10() => Op.Call("log10", this);

        /// <summary>In place: the logarithm to base 10 of every element.</summary>
        public Tensor log10_() => Op.InPlace("log10_", this);

        /// <summary>The natural logarithm of one plus every element, exact near zero.</summary>
        public Tensor log1p() => Op.Call("log1p", this);

        /// <summary>In place: the natural logarithm of one plus every element, exact near zero.</summary>
        public Tensor log1p_() => Op.InPlace("log1p_", this);

        /// <summary>The sine of every element.</summary>
        public Tensor sin() => Op.Call("sin", this);

        /// <summary>In place: the sine of every element.</summary>
        public Tensor sin_() => Op.InPlace("sin_", this);

        /// <summary>The cosine of every element.</summary>
        public Tensor cos() => Op.Call("cos", this);

        /// <summary>In place: the cosine of every element.</summary>
        public Tensor cos_() => Op.InPlace("cos_", this);

        /// <summary>The tangent of every element.</summary>
        public Tensor tan() => Op.Call("tan", this);

        /// <summary>In place: the tangent of every element.</summary>
        public Tensor tan_() => Op.InPlace("tan_", this);

        /// <summary>The inverse sine of every element.</summary>
        public Tensor asin() => Op.Call("asin", this);

        /// <summary>In place: the inverse sine of every element.</summary>
        public Tensor asin_() => Op.InPlace("asin_", this);

        /// <summary>The inverse cosine of every element.</summary>
        public Tensor acos() => Op.Call("acos", this);

        /// <summary>In place: the inverse cosine of every element.</summary>
        public Tensor acos_() => Op.InPlace("acos_", this);

        /// <summary>The inverse tangent of every element.</summary>
        public Tensor atan() => Op.Call("atan", this);

        /// <summary>In place: the inverse tangent of every element.</summary>
        public Tensor atan_() => Op.InPlace("atan_", this);

        /// <summary>The hyperbolic sine of every element.</summary>
        public Tensor sinh() => Op.Call("sinh", this);

        /// <summary>In place: the hyperbolic sine of every element.</summary>
        public Tensor sinh_() => Op.InPlace("sinh_", this);

        /// <summary>The hyperbolic cosine of every element.</summary>
        public Tensor cosh() => Op.Call("cosh", this);

        /// <summary>In place: the hyperbolic cosine of every element.</summary>
        public Tensor cosh_() => Op.InPlace("cosh_", this);

        /// <summary>The hyperbolic tangent of every element.</summary>
        public Tensor tanh() => Op.Call("tanh", this);

        /// <summary>In place: the hyperbolic tangent of every element.</summary>
        public Tensor tanh_() => Op.InPlace("tanh_", this);

        /// <summary>The inverse hyperbolic sine of every element.</summary>
        public Tensor asinh() => Op.Call("asinh", this);

        /// <summary>In place: the inverse hyperbolic sine of every element.</summary>
        public Tensor asinh_() => Op.InPlace("asinh_", this);

        /// <summary>The inverse hyperbolic cosine of every element.</summary>
        public Tensor acosh() => Op.Call("acosh", this);

        /// <summary>In place: the inverse hyperbolic cosine of every element.</summary>
        public Tensor acosh_() => Op.InPlace("acosh_", this);

        /// <summary>The inverse hyperbolic tangent of every element.</summary>
        public Tensor atanh() => Op.Call("atanh", this);

        /// <summary>In place: the inverse hyperbolic tangent of every element.</summary>
        public Tensor atanh_() => Op.InPlace("atanh_", this);

        /// <summary>sin(πx)/(πx) of every element.</summary>
        public Tensor sinc() => Op.Call("sinc", this);

        /// <summary>In place: sin(πx)/(πx) of every element.</summary>
        public Tensor sinc_() => Op.InPlace("sinc_", this);

        /// <summary>The error function of every element.</summary>
        public Tensor erf() => Op.Call("erf", this);

        /// <summary>In place: the error function of every element.</summary>
        public Tensor erf_() => Op.InPlace("erf_", this);

        /// <summary>One minus the error function of every element.</summary>
        public Tensor erfc() => Op.Call("erfc", this);

        /// <summary>In place: one minus the error function of every element.</summary>
        public Tensor erfc_() => Op.InPlace("erfc_", this);

        /// <summary>The inverse error function of every element.</summary>
        public Tensor erfinv() => Op.Call("erfinv", this);

        /// <summary>In place: the inverse error function of every element.</summary>
        public Tensor erfinv_() => Op.InPlace("erfinv_", this);

        /// <summary>The logarithm of the gamma function of every element.</summary>
        public Tensor lgamma() => Op.Call("lgamma", this);

        /// <summary>In place: the logarithm of the gamma function of every element.</summary>
        public Tensor lgamma_() => Op.InPlace("lgamma_", this);

        /// <summary>The derivative of the logarithm of the gamma function of every element.</summary>
        public Tensor digamma() => Op.Call("digamma", this);

        /// <summary>In place: the derivative of the logarithm of the gamma function of every element.</summary>
        public Tensor digamma_() => Op.InPlace("digamma_", this);

        /// <summary>The largest integer not above every element.</summary>
        public Tensor floor() => Op.Call("floor", this);

        /// <summary>In place: the largest integer not above every element.</summary>
        public Tensor floor_() => Op.InPlace("floor_", this);

        /// <summary>The smallest integer not below every element.</summary>
        public Tensor ceil() => Op.Call("ceil", this);

        /// <summary>In place: the smallest integer not below every element.</summary>
        public Tensor ceil_() => Op.InPlace("ceil_", this);

        /// <summary>Every element without its fraction.</summary>
        public Tensor trunc() => Op.Call("trunc", this);

        /// <summary>In place: every element without its fraction.</summary>
        public Tensor trunc_() => Op.InPlace("trunc_", this);

        /// <summary>Every element without its fraction.</summary>
        public Tensor fix() => Op.Call("fix", this);

        /// <summary>In place: every element without its fraction.</summary>
        public Tensor fix_() => Op.InPlace("fix_", this);

        /// <summary>The fraction of every element.</summary>
        public Tensor frac() => Op.Call("frac", this);

        /// <summary>In place: the fraction of every element.</summary>
        public Tensor frac_() => Op.InPlace("frac_", this);

        /// <summary>Degrees as radians.</summary>
        public Tensor deg2rad() => Op.Call("deg2rad", this);

        /// <summary>In place: degrees as radians.</summary>
        public Tensor deg2rad_() => Op.InPlace("deg2rad_", this);

        /// <summary>Radians as degrees.</summary>
        public Tensor rad2deg() => Op.Call("rad2deg", this);

        /// <summary>In place: radians as degrees.</summary>
        public Tensor rad2deg_() => Op.InPlace("rad2deg_", this);

        /// <summary>max(0, x) of every element.</summary>
        public Tensor relu() => Op.Call("relu", this);

        /// <summary>In place: max(0, x) of every element.</summary>
        public Tensor relu_() => Op.InPlace("relu_", this);

        /// <summary>min(max(0, x), 6) of every element.</summary>
        public Tensor relu6() => Op.Call("hardtanh", this, 0.0, 6.0);

        /// <summary>In place: min(max(0, x), 6) of every element.</summary>
        public Tensor relu6_() => Op.InPlace("hardtanh_", this, 0.0, 6.0);

        /// <summary>The scaled exponential linear unit of every element.</summary>
        public Tensor selu() => Op.Call("selu", this);

        /// <summary>In place: the scaled exponential linear unit of every element.</summary>
        public Tensor selu_() => Op.InPlace("selu_", this);

        /// <summary>x times the sigmoid of x, of every element.</summary>
        public Tensor silu() => Op.Call("silu", this);

        /// <summary>In place: x times the sigmoid of x, of every element.</summary>
        public Tensor silu_() => Op.InPlace("silu_", this);

        /// <summary>x · relu6(x + 3) / 6 of every element.</summary>
        public Tensor hardswish() => Op.Call("hardswish", this);

        /// <summary>In place: x · relu6(x + 3) / 6 of every element.</summary>
        public Tensor hardswish_() => Op.InPlace("hardswish_", this);

        /// <summary>relu6(x + 3) / 6 of every element.</summary>
        public Tensor hardsigmoid() => Op.Call("hardsigmoid", this);

        /// <summary>In place: relu6(x + 3) / 6 of every element.</summary>
        public Tensor hardsigmoid_() => Op.InPlace("hardsigmoid_", this);

        /// <summary>1 / (1 + e^-x) of every element.</summary>
        public Tensor sigmoid() => Op.Call("sigmoid", this);

        /// <summary>In place: 1 / (1 + e^-x) of every element.</summary>
        public Tensor sigmoid_() => Op.InPlace("sigmoid_", this);

        /// <summary>The logarithm of the sigmoid of every element.</summary>
        public Tensor log_sigmoid() => Op.Call("log_sigmoid", this);

        /// <summary>Whether every element is zero.</summary>
        public Tensor logical_not() => Op.Call("logical_not", this);

        /// <summary>In place: whether every element is zero.</summary>
        public Tensor logical_not_() => Op.InPlace("logical_not_", this);

        /// <summary>Every bit of every element turned over.</summary>
        public Tensor bitwise_not() => Op.Call("bitwise_not", this);

        /// <summary>In place: every bit of every element turned over.</summary>
        public Tensor bitwise_not_() => Op.InPlace("bitwise_not_", this);

        /// <summary>Whether every element is not a number.</summary>
        public Tensor isnan() => Op.Call("isnan", this);

        /// <summary>Whether every element is infinite.</summary>
        public Tensor isinf() => Op.Call("isinf", this);

        /// <summary>Whether every element is finite.</summary>
        public Tensor isfinite() => Op.Call("isfinite", this);

        /// <summary>Whether every element is +∞.</summary>
        public Tensor isposinf() => Op.Call("isposinf", this);

        /// <summary>Whether every element is -∞.</summary>
        public Tensor isneginf() => Op.Call("isneginf", this);

        /// <summary>Whether every element has no imaginary part.</summary>
        public Tensor isreal() => Op.Call("isreal", this);

        /// <summary>Whether every element carries a minus sign.</summary>
        public Tensor signbit() => Op.Call("signbit", this);
    }
}
