using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>
        /// Adam with decoupled weight decay (Loshchilov and Hutter, 2019, arXiv 1711.05101, algorithm 2): p −= ηλp, then
        /// m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; p −= η·m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ).
        /// </summary>
        public class AdamW : OptimizerHelper, IBetas
        {
            private readonly Options defaults;

            /// <summary>One group of parameters.</summary>
            /// <param name="parameters">The parameters.</param>
            /// <param name="lr">η, at least 0.</param>
            /// <param name="beta1">β₁ in [0,1).</param>
            /// <param name="beta2">β₂ in [0,1).</param>
            /// <param name="eps">ε, at least 0.</param>
            /// <param name="weight_decay">λ, at least 0.</param>
            /// <param name="amsgrad">Divide by the largest v so far (Reddi et al., 2018).</param>
            /// <param name="maximize">Ascend instead of descend.</param>
            /// <exception cref="ArgumentException">A number out of its range.</exception>
            public AdamW(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, beta1, beta2, eps, weight_decay, amsgrad, maximize) { }

            /// <summary>Several groups; the options they leave open are these.</summary>
            /// <param name="parameters">The groups.</param>
            /// <param name="lr">η, at least 0.</param>
            /// <param name="beta1">β₁ in [0,1).</param>
            /// <param name="beta2">β₂ in [0,1).</param>
            /// <param name="eps">ε, at least 0.</param>
            /// <param name="weight_decay">λ, at least 0.</param>
            /// <param name="amsgrad">Divide by the largest v so far (Reddi et al., 2018).</param>
            /// <param name="maximize">Ascend instead of descend.</param>
            /// <exception cref="ArgumentException">A number out of its range.</exception>
            public AdamW(IEnumerable<ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
            {
                Check.NotNegative(lr);
                Check.Decay(beta1);
                Check.Decay(beta2);
                Check.NotNegative(eps);
                Check.NotNegative(weight_decay);
                defaults = new Options { LearningRate = lr, InitialLearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize };
                foreach (var group in parameters) add_param_group(group);
            }

            /// <summary>β₁ and β₂ of groups added from now on.</summary>
            public (double, double) Betas
            {
                get => (defaults.beta1!.Value, defaults.beta2!.Value);
                set => (defaults.beta1, defaults.beta2) = value;
            }

            /// <inheritdoc/>
            public override void add_param_group(Modules.ParamGroup param_group)
            {
                param_group.Options ??= new Options();
                var options = param_group.Options as Options ?? throw new ArgumentException("Expected a group of AdamW.", nameof(param_group));
                options.LearningRate ??= defaults.LearningRate;
                options.beta1 ??= defaults.beta1;
                options.beta2 ??= defaults.beta2;
                options.eps ??= defaults.eps;
                options.weight_decay ??= defaults.weight_decay;
                options.amsgrad ??= defaults.amsgrad;
                options.maximize ??= defaults.maximize;
                Add(param_group, parameter => new State(parameter, options.amsgrad!.Value));
            }

            /// <inheritdoc/>
            public override torch.Tensor? step(Func<torch.Tensor>? closure = null) => Step<Modules.ParamGroup, State>(closure, Update);

            private static void Update(Modules.ParamGroup group, State state, Parameter parameter, torch.Tensor gradient)
            {
                var options = (Options)group.Options;
                double rate = options.LearningRate!.Value, decay = options.weight_decay!.Value;
                var direction = options.maximize!.Value ? Op.Call("neg", gradient) : gradient;
                Op.InPlace("mul_.Scalar", parameter, 1 - rate * decay);
                state.step++;
                AdamRule.Step(parameter, direction, state.exp_avg, state.exp_avg_sq, state.max_exp_avg_sq, state.step,
                    rate, options.beta1!.Value, options.beta2!.Value, options.eps!.Value);
            }

            /// <summary>The options of one group; null: the optimiser's.</summary>
            public class Options : OptimizerOptions
            {
                /// <summary>β₁.</summary>
                public double? beta1;

                /// <summary>β₂.</summary>
                public double? beta2;

                /// <summary>λ.</summary>
                public double? weight_decay;

                /// <summary>ε.</summary>
                public double? eps;

                /// <summary>Divide by the largest v so far.</summary>
                public bool? amsgrad;

                /// <summary>Ascend instead of descend.</summary>
                public bool? maximize;

                /// <inheritdoc/>
                public override void LoadStateDict(OptimizerOptions source)
                {
                    var other = Same<Options>(source);
                    base.LoadStateDict(other);
                    (beta1, beta2, weight_decay, eps, amsgrad, maximize) = (other.beta1, other.beta2, other.weight_decay, other.eps, other.amsgrad, other.maximize);
                }
            }

            /// <summary>What AdamW remembers of one parameter.</summary>
            public sealed class State : OptimizerState, IDisposable
            {
                /// <summary>t, the number of steps taken.</summary>
                public long step;

                /// <summary>m, in the parameter's shape.</summary>
                public torch.Tensor exp_avg;

                /// <summary>v, in the parameter's shape.</summary>
                public torch.Tensor exp_avg_sq;

                /// <summary>The largest v so far, in the parameter's shape; null without amsgrad.</summary>
                public torch.Tensor? max_exp_avg_sq;

                internal State(Parameter parameter, bool amsgrad) : base(parameter)
                {
                    exp_avg = Zeros();
                    exp_avg_sq = Zeros();
                    if (amsgrad) max_exp_avg_sq = Zeros();
                }

                /// <inheritdoc/>
                public override void LoadStateDict(OptimizerState source)
                {
                    var other = Same<State>(source);
                    var (mean, square, largest) = (Copy(other.exp_avg)!, Copy(other.exp_avg_sq)!, Copy(other.max_exp_avg_sq));
                    Dispose();
                    (step, exp_avg, exp_avg_sq, max_exp_avg_sq) = (other.step, mean, square, largest);
                }

                /// <inheritdoc/>
                public override bool ApproximatelyEquals(OptimizerState other) =>
                    other is State state && step == state.step && Close(exp_avg, state.exp_avg) && Close(exp_avg_sq, state.exp_avg_sq) && Close(max_exp_avg_sq, state.max_exp_avg_sq);

                /// <inheritdoc/>
                public override void to(torch.Device device)
                {
                    Move(ref exp_avg!, device);
                    Move(ref exp_avg_sq!, device);
                    Move(ref max_exp_avg_sq, device);
                }

                /// <summary>Releases the tensors.</summary>
                public void Dispose()
                {
                    exp_avg.Dispose();
                    exp_avg_sq.Dispose();
                    max_exp_avg_sq?.Dispose();
                }

                internal override void Release() => Dispose();
            }

            /// <summary>Parameters of AdamW that share their options.</summary>
            public class ParamGroup : ParamGroup<Options>, IBetas
            {
                /// <summary>An empty group.</summary>
                public ParamGroup() { }

                /// <summary>A group.</summary>
                /// <param name="parameters">Its parameters.</param>
                /// <param name="options">Its options; what is null is the optimiser's.</param>
                public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

                /// <summary>A group with all options of its own.</summary>
                /// <param name="parameters">Its parameters.</param>
                /// <param name="lr">η, at least 0.</param>
                /// <param name="beta1">β₁ in [0,1).</param>
                /// <param name="beta2">β₂ in [0,1).</param>
                /// <param name="eps">ε, at least 0.</param>
                /// <param name="weight_decay">λ, at least 0.</param>
                /// <param name="amsgrad">Divide by the largest v so far (Reddi et al., 2018).</param>
                /// <param name="maximize">Ascend instead of descend.</param>
                public ParamGroup(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false)
                    : base(parameters, new Options { LearningRate = lr, beta1 = beta1, beta2 = beta2, eps = eps, weight_decay = weight_decay, amsgrad = amsgrad, maximize = maximize }) { }

                /// <summary>β₁ and β₂.</summary>
                public (double, double) Betas
                {
                    get => (Options.beta1!.Value, Options.beta2!.Value);
                    set => (Options.beta1, Options.beta2) = value;
                }
            }
        }
    }

    public static partial class torch
    {
        public static partial class optim
        {
            /// <summary>Adam with decoupled weight decay: see <see cref="Modules.AdamW"/>.</summary>
            /// <param name="parameters">The parameters.</param>
            /// <param name="lr">η, at least 0.</param>
            /// <param name="beta1">β₁ in [0,1).</param>
            /// <param name="beta2">β₂ in [0,1).</param>
            /// <param name="eps">ε, at least 0.</param>
            /// <param name="weight_decay">λ, at least 0.</param>
            /// <param name="amsgrad">Divide by the largest v so far (Reddi et al., 2018).</param>
            /// <param name="maximize">Ascend instead of descend.</param>
            public static AdamW AdamW(IEnumerable<Parameter> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            /// <inheritdoc cref="AdamW(IEnumerable{Parameter}, double, double, double, double, double, bool, bool)"/>
            public static AdamW AdamW(IEnumerable<(string name, Parameter parameter)> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters.Select(p => p.parameter), lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);

            /// <summary>Adam with decoupled weight decay for several groups; the options they leave open are these.</summary>
            /// <param name="parameters">The groups.</param>
            /// <param name="lr">η, at least 0.</param>
            /// <param name="beta1">β₁ in [0,1).</param>
            /// <param name="beta2">β₂ in [0,1).</param>
            /// <param name="eps">ε, at least 0.</param>
            /// <param name="weight_decay">λ, at least 0.</param>
            /// <param name="amsgrad">Divide by the largest v so far (Reddi et al., 2018).</param>
            /// <param name="maximize">Ascend instead of descend.</param>
            public static AdamW AdamW(IEnumerable<AdamW.ParamGroup> parameters, double lr = 0.001, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weight_decay = 0, bool amsgrad = false, bool maximize = false) =>
                new(parameters, lr, beta1, beta2, eps, weight_decay, amsgrad, maximize);
        }
    }
}
