namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>Every element brought into [min, max]; a bound left out does not bind.</summary>
        public Tensor clamp(Scalar? min = null, Scalar? max = null) => Op.Call("clamp", this, min, max);

        /// <summary>Every element brought between its own bounds; a bound left out does not bind.</summary>
        public Tensor clamp(Tensor? min = null, Tensor? max = null) => Op.Call("clamp.Tensor", this, min, max);

        /// <summary>In place: every element brought into [min, max]; a bound left out does not bind.</summary>
        public Tensor clamp_(Scalar? min = null, Scalar? max = null) => Op.InPlace("clamp_", this, min, max);

        /// <summary>In place: every element brought between its own bounds; a bound left out does not bind.</summary>
        public Tensor clamp_(Tensor? min = null, Tensor? max = null) => Op.InPlace("clamp_.Tensor", this, min, max);

        /// <summary>Every element brought into [min, max]; a bound left out does not bind.</summary>
        public Tensor clip(Scalar? min = null, Scalar? max = null) => clamp(min, max);

        /// <summary>Every NaN and infinity replaced; without a value, infinities become the largest finite numbers.</summary>
        public Tensor nan_to_num(double nan = 0, double? posinf = null, double? neginf = null) =>
            Op.Call("nan_to_num", this, nan, posinf, neginf);

        /// <summary>Every element rounded to so many decimals, halves to even.</summary>
        public Tensor round(long decimals = 0) => Op.Call("round.decimals", this, decimals);

        /// <summary>In place: every element rounded to so many decimals, halves to even.</summary>
        public Tensor round_(long decimals = 0) => Op.InPlace("round_.decimals", this, decimals);
    }

    /// <summary>Every element brought into [min, max]; a bound left out does not bind.</summary>
    public static Tensor clamp(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);

    /// <summary>Every element brought between its own bounds; a bound left out does not bind.</summary>
    public static Tensor clamp(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp(min, max);

    /// <summary>In place: every element brought into [min, max]; a bound left out does not bind.</summary>
    public static Tensor clamp_(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp_(min, max);

    /// <summary>In place: every element brought between its own bounds; a bound left out does not bind.</summary>
    public static Tensor clamp_(Tensor input, Tensor? min = null, Tensor? max = null) => input.clamp_(min, max);

    /// <summary>Every element brought into [min, max]; a bound left out does not bind.</summary>
    public static Tensor clip(Tensor input, Scalar? min = null, Scalar? max = null) => input.clamp(min, max);

    /// <summary>Every NaN and infinity replaced; without a value, infinities become the largest finite numbers.</summary>
    public static Tensor nan_to_num(Tensor input, double nan = 0, double? posinf = null, double? neginf = null) =>
        input.nan_to_num(nan, posinf, neginf);

    /// <summary>Every element rounded to so many decimals, halves to even.</summary>
    public static Tensor round(Tensor input, long decimals = 0) => input.round(decimals);

    /// <summary>In place: every element rounded to so many decimals, halves to even.</summary>
    public static Tensor round_(Tensor input, long decimals = 0) => input.round_(decimals);
}
