namespace TorchSharp;

public static partial class torch
{
    /// <summary>The magnitude of every element.</summary>
    public static Tensor abs(Tensor input) => input.abs();

    /// <summary>In place: the magnitude of every element.</summary>
    public static Tensor abs_(Tensor input) => input.abs_();

    /// <summary>The magnitude of every element.</summary>
    public static Tensor absolute(Tensor input) => input.absolute();

    /// <summary>In place: the magnitude of every element.</summary>
    public static Tensor absolute_(Tensor input) => input.absolute_();

    /// <summary>-1, 0 or 1 for every element.</summary>
    public static Tensor sign(Tensor input) => input.sign();

    /// <summary>In place: -1, 0 or 1 for every element.</summary>
    public static Tensor sign_(Tensor input) => input.sign_();

    /// <summary>-1, 0 or 1 for every element; for complex ones, the element over its magnitude.</summary>
    public static Tensor sgn(Tensor input) => input.sgn();

    /// <summary>In place: -1, 0 or 1 for every element; for complex ones, the element over its magnitude.</summary>
    public static Tensor sgn_(Tensor input) => input.sgn_();

    /// <summary>Minus every element.</summary>
    public static Tensor neg(Tensor input) => input.neg();

    /// <summary>In place: minus every element.</summary>
    public static Tensor neg_(Tensor input) => input.neg_();

    /// <summary>Minus every element.</summary>
    public static Tensor negative(Tensor input) => input.negative();

    /// <summary>In place: minus every element.</summary>
    public static Tensor negative_(Tensor input) => input.neg_();

    /// <summary>The tensor itself.</summary>
    public static Tensor positive(Tensor input) => input.positive();

    /// <summary>One over every element.</summary>
    public static Tensor reciprocal(Tensor input) => input.reciprocal();

    /// <summary>In place: one over every element.</summary>
    public static Tensor reciprocal_(Tensor input) => input.reciprocal_();

    /// <summary>The square of every element.</summary>
    public static Tensor square(Tensor input) => input.square();

    /// <summary>The square root of every element.</summary>
    public static Tensor sqrt(Tensor input) => input.sqrt();

    /// <summary>In place: the square root of every element.</summary>
    public static Tensor sqrt_(Tensor input) => input.sqrt_();

    /// <summary>One over the square root of every element.</summary>
    public static Tensor rsqrt(Tensor input) => input.rsqrt();

    /// <summary>In place: one over the square root of every element.</summary>
    public static Tensor rsqrt_(Tensor input) => input.rsqrt_();

    /// <summary>e to the power of every element.</summary>
    public static Tensor exp(Tensor input) => input.exp();

    /// <summary>In place: e to the power of every element.</summary>
    public static Tensor exp_(Tensor input) => input.exp_();

    /// <summary>2 to the power of every element.</summary>
    public static Tensor exp2(Tensor input) => input.exp2();

    /// <summary>In place: 2 to the power of every element.</summary>
    public static Tensor exp2_(Tensor input) => input.exp2_();

    /// <summary>e to the power of every element, minus one, exact near zero.</summary>
    public static Tensor expm1(Tensor input) => input.expm1();

    /// <summary>In place: e to the power of every element, minus one, exact near zero.</summary>
    public static Tensor expm1_(Tensor input) => input.expm1_();

    /// <summary>The natural logarithm of every element.</summary>
    public static Tensor log(Tensor input) => input.log();

    /// <summary>In place: the natural logarithm of every element.</summary>
    public static Tensor log_(Tensor input) => input.log_();

    /// <summary>The logarithm to base 2 of every element.</summary>
    public static Tensor log2(Tensor input) => input.log2();

    /// <summary>In place: the logarithm to base 2 of every element.</summary>
    public static Tensor log2_(Tensor input) => input.log2_();

    /// <summary>The logarithm to base 10 of every element.</summary>
    public static Tensor log10(Tensor input) => input.log10();

    /// <summary>In place: the logarithm to base 10 of every element.</summary>
    public static Tensor log10_(Tensor input) => input.log10_();

    /// <summary>The natural logarithm of one plus every element, exact near zero.</summary>
    public static Tensor log1p(Tensor input) => input.log1p();

    /// <summary>In place: the natural logarithm of one plus every element, exact near zero.</summary>
    public static Tensor log1p_(Tensor input) => input.log1p_();

    /// <summary>The sine of every element.</summary>
    public static Tensor sin(Tensor input) => input.sin();

    /// <summary>In place: the sine of every element.</summary>
    public static Tensor sin_(Tensor input) => input.sin_();

    /// <summary>The cosine of every element.</summary>
    public static Tensor cos(Tensor input) => input.cos();

    /// <summary>In place: the cosine of every element.</summary>
    public static Tensor cos_(Tensor input) => input.cos_();

    /// <summary>The tangent of every element.</summary>
    public static Tensor tan(Tensor input) => input.tan();

    /// <summary>In place: the tangent of every element.</summary>
    public static Tensor tan_(Tensor input) => input.tan_();

    /// <summary>The inverse sine of every element.</summary>
    public static Tensor asin(Tensor input) => input.asin();

    /// <summary>In place: the inverse sine of every element.</summary>
    public static Tensor asin_(Tensor input) => input.asin_();

    /// <summary>The inverse cosine of every element.</summary>
    public static Tensor acos(Tensor input) => input.acos();

    /// <summary>In place: the inverse cosine of every element.</summary>
    public static Tensor acos_(Tensor input) => input.acos_();

    /// <summary>The inverse tangent of every element.</summary>
    public static Tensor atan(Tensor input) => input.atan();

    /// <summary>In place: the inverse tangent of every element.</summary>
    public static Tensor atan_(Tensor input) => input.atan_();

    /// <summary>The hyperbolic sine of every element.</summary>
    public static Tensor sinh(Tensor input) => input.sinh();

    /// <summary>In place: the hyperbolic sine of every element.</summary>
    public static Tensor sinh_(Tensor input) => input.sinh_();

    /// <summary>The hyperbolic cosine of every element.</summary>
    public static Tensor cosh(Tensor input) => input.cosh();

    /// <summary>In place: the hyperbolic cosine of every element.</summary>
    public static Tensor cosh_(Tensor input) => input.cosh_();

    /// <summary>The hyperbolic tangent of every element.</summary>
    public static Tensor tanh(Tensor input) => input.tanh();

    /// <summary>In place: the hyperbolic tangent of every element.</summary>
    public static Tensor tanh_(Tensor input) => input.tanh_();

    /// <summary>The inverse hyperbolic sine of every element.</summary>
    public static Tensor asinh(Tensor input) => input.asinh();

    /// <summary>In place: the inverse hyperbolic sine of every element.</summary>
    public static Tensor asinh_(Tensor input) => input.asinh_();

    /// <summary>The inverse hyperbolic cosine of every element.</summary>
    public static Tensor acosh(Tensor input) => input.acosh();

    /// <summary>In place: the inverse hyperbolic cosine of every element.</summary>
    public static Tensor acosh_(Tensor input) => input.acosh_();

    /// <summary>The inverse hyperbolic tangent of every element.</summary>
    public static Tensor atanh(Tensor input) => input.atanh();

    /// <summary>In place: the inverse hyperbolic tangent of every element.</summary>
    public static Tensor atanh_(Tensor input) => input.atanh_();

    /// <summary>sin(πx)/(πx) of every element.</summary>
    public static Tensor sinc(Tensor input) => input.sinc();

    /// <summary>In place: sin(πx)/(πx) of every element.</summary>
    public static Tensor sinc_(Tensor input) => input.sinc_();

    /// <summary>The error function of every element.</summary>
    public static Tensor erf(Tensor input) => input.erf();

    /// <summary>In place: the error function of every element.</summary>
    public static Tensor erf_(Tensor input) => input.erf_();

    /// <summary>One minus the error function of every element.</summary>
    public static Tensor erfc(Tensor input) => input.erfc();

    /// <summary>In place: one minus the error function of every element.</summary>
    public static Tensor erfc_(Tensor input) => input.erfc_();

    /// <summary>The inverse error function of every element.</summary>
    public static Tensor erfinv(Tensor input) => input.erfinv();

    /// <summary>In place: the inverse error function of every element.</summary>
    public static Tensor erfinv_(Tensor input) => input.erfinv_();

    /// <summary>The logarithm of the gamma function of every element.</summary>
    public static Tensor lgamma(Tensor input) => input.lgamma();

    /// <summary>In place: the logarithm of the gamma function of every element.</summary>
    public static Tensor lgamma_(Tensor input) => input.lgamma_();

    /// <summary>The derivative of the logarithm of the gamma function of every element.</summary>
    public static Tensor digamma(Tensor input) => input.digamma();

    /// <summary>In place: the derivative of the logarithm of the gamma function of every element.</summary>
    public static Tensor digamma_(Tensor input) => input.digamma_();

    /// <summary>The largest integer not above every element.</summary>
    public static Tensor floor(Tensor input) => input.floor();

    /// <summary>In place: the largest integer not above every element.</summary>
    public static Tensor floor_(Tensor input) => input.floor_();

    /// <summary>The smallest integer not below every element.</summary>
    public static Tensor ceil(Tensor input) => input.ceil();

    /// <summary>In place: the smallest integer not below every element.</summary>
    public static Tensor ceil_(Tensor input) => input.ceil_();

    /// <summary>Every element without its fraction.</summary>
    public static Tensor trunc(Tensor input) => input.trunc();

    /// <summary>In place: every element without its fraction.</summary>
    public static Tensor trunc_(Tensor input) => input.trunc_();

    /// <summary>Every element without its fraction.</summary>
    public static Tensor fix(Tensor input) => input.fix();

    /// <summary>In place: every element without its fraction.</summary>
    public static Tensor fix_(Tensor input) => input.fix_();

    /// <summary>The fraction of every element.</summary>
    public static Tensor frac(Tensor input) => input.frac();

    /// <summary>In place: the fraction of every element.</summary>
    public static Tensor frac_(Tensor input) => input.frac_();

    /// <summary>Degrees as radians.</summary>
    public static Tensor deg2rad(Tensor input) => input.deg2rad();

    /// <summary>In place: degrees as radians.</summary>
    public static Tensor deg2rad_(Tensor input) => input.deg2rad_();

    /// <summary>Radians as degrees.</summary>
    public static Tensor rad2deg(Tensor input) => input.rad2deg();

    /// <summary>In place: radians as degrees.</summary>
    public static Tensor rad2deg_(Tensor input) => input.rad2deg_();

    /// <summary>1 / (1 + e^-x) of every element.</summary>
    public static Tensor sigmoid(Tensor input) => input.sigmoid();

    /// <summary>In place: 1 / (1 + e^-x) of every element.</summary>
    public static Tensor sigmoid_(Tensor input) => input.sigmoid_();

    /// <summary>Whether every element is zero.</summary>
    public static Tensor logical_not(Tensor input) => input.logical_not();

    /// <summary>Every bit of every element turned over.</summary>
    public static Tensor bitwise_not(Tensor input) => input.bitwise_not();

    /// <summary>In place: every bit of every element turned over.</summary>
    public static Tensor bitwise_not_(Tensor input) => input.bitwise_not_();

    /// <summary>Whether every element is not a number.</summary>
    public static Tensor isnan(Tensor input) => input.isnan();

    /// <summary>Whether every element is infinite.</summary>
    public static Tensor isinf(Tensor tensor) => tensor.isinf();

    /// <summary>Whether every element is finite.</summary>
    public static Tensor isfinite(Tensor tensor) => tensor.isfinite();

    /// <summary>Whether every element is +∞.</summary>
    public static Tensor isposinf(Tensor tensor) => tensor.isposinf();

    /// <summary>Whether every element is -∞.</summary>
    public static Tensor isneginf(Tensor tensor) => tensor.isneginf();

    /// <summary>Whether every element has no imaginary part.</summary>
    public static Tensor isreal(Tensor tensor) => tensor.isreal();

    /// <summary>Whether every element carries a minus sign.</summary>
    public static Tensor signbit(Tensor input) => input.signbit();
}
