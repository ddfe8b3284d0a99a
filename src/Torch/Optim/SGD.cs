using TorchSharp.Modules;
using static TorchSharp.torch.optim;

namespace TorchSharp
{
    namespace Modules
    {
        /// <summary>
        /// Stochastic gradient descent with momentum: g += λp; b = μb + (1 − d)g, b = g the first time; p −= η·b, or
        /// p −= η·(g + μb) for Nesterov's (Sutskever et al., 2013).
        /// </summary>
        public class SGD : OptimizerHelper, IMomentum
        {
            private readonly Options defaults;

            /// <summary>One group of parameters.</summary>
            /// <param name="parameters">The parameters.</param>
            /// <param name="lr">η, at least 0.</param>
            /// <param name="momentum">μ, at least 0.</param>
            /// <param name="dampening">d.</param>
            /// <param name="weight_decay">λ, at least 0.</param>
            /// <param name="nesterov">Nesterov's momentum; needs μ &gt; 0 and d = 0.</param>
            /// <param name="maximize">Ascend instead of descend.</param>
            /// <exception cref="ArgumentException">A number out of its range.</exception>
            public SGD(IEnumerable<Parameter> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
                : this([new ParamGroup { Parameters = parameters }], lr, momentum, dampening, weight_decay, nesterov, maximize) { }

            /// <summary>Several groups; the options they leave open are these.</summary>
            /// <param name="parameters">The groups.</param>
            /// <param name="lr">η, at least 0.</param>
            /// <param name="momentum">μ, at least 0.</param>
            /// <param name="dampening">d.</param>
            /// <param name="weight_decay">λ, at least 0.</param>
            /// <param name="nesterov">Nesterov's momentum; needs μ &gt; 0 and d = 0.</param>
            /// <param name="maximize">Ascend instead of descend.</param>
            /// <exception cref="ArgumentException">A number out of its range.</exception>
            public SGD(IEnumerable<ParamGroup> parameters, double lr, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
            {
                Check.NotNegative(lr);
                Check.NotNegative(momentum);
                Check.NotNegative(weight_decay);
                if (nesterov && (momentum <= 0 || dampening != 0)) throw new ArgumentException($"Nesterov's momentum needs a momentum above 0 and a dampening of 0, not {momentum} and {dampening}.", nameof(nesterov));
                defaults = new Options { LearningRate = lr, InitialLearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize };
                foreach (var group in parameters) add_param_group(group);
            }

            /// <summary>The momentum of groups added from now on.</summary>
            public double Momentum
            {
                get => defaults.momentum!.Value;
                set => defaults.momentum = value;
            }

            /// <inheritdoc/>
            public override void add_param_group(Modules.ParamGroup param_group)
            {
                param_group.Options ??= new Options();
                var options = param_group.Options as Options ?? throw new ArgumentException("Expected a group of SGD.", nameof(param_group));
                options.LearningRate ??= defaults.LearningRate;
                options.momentum ??= defaults.momentum;
                options.dampening ??= defaults.dampening;
                options.weight_decay ??= defaults.weight_decay;
                options.nesterov ??= defaults.nesterov;
                options.maximize ??= defaults.maximize;
                Add(param_group, parameter => new State(parameter));
            }

            /// <inheritdoc/>
            public override torch.Tensor? step(Func<torch.Tensor>? closure = null) => Step<Modules.ParamGroup, State>(closure, Update);

            private static void Update(Modules.ParamGroup group, State state, Parameter parameter, torch.Tensor gradient)
            {
                var options = (Options)group.Options;
                double rate = options.LearningRate!.Value, momentum = options.momentum!.Value, decay = options.weight_decay!.Value;
                var direction = options.maximize!.Value ? Op.Call("neg", gradient) : gradient;
                if (decay != 0) direction = Op.Call("add.Tensor", direction, parameter, decay);
                if (momentum != 0)
                {
                    if (state.momentum_buffer is null) state.momentum_buffer = Op.Call("clone", direction).DetachFromDisposeScope();
                    else
                    {
                        Op.InPlace("mul_.Scalar", state.momentum_buffer, momentum);
                        Op.InPlace("add_.Tensor", state.momentum_buffer, direction, 1 - options.dampening!.Value);
                    }
                    direction = options.nesterov!.Value ? Op.Call("add.Tensor", direction, state.momentum_buffer, momentum) : state.momentum_buffer;
                }
                Op.InPlace("add_.Tensor", parameter, direction, -rate);
            }

            /// <summary>The options of one group; null: the optimiser's.</summary>
            public class Options : OptimizerOptions
            {
                /// <summary>μ.</summary>
                public double? momentum;

                /// <summary>d.</summary>
                public double? dampening;

                /// <summary>λ.</summary>
                public double? weight_decay;

                /// <summary>Nesterov's momentum.</summary>
                public bool? nesterov;

                /// <summary>Ascend instead of descend.</summary>
                public bool? maximize;

                /// <inheritdoc/>
                public override void LoadStateDict(OptimizerOptions source)
                {
                    var other = Same<Options>(source);
                    base.LoadStateDict(other);
                    (momentum, dampening, weight_decay, nesterov, maximize) = (other.momentum, other.dampening, other.weight_decay, other.nesterov, other.maximize);
                }
            }

            /// <summary>What SGD remembers of one parameter.</summary>
            public sealed class State : OptimizerState, IDisposable
            {
                /// <summary>b, in the parameter's shape; null before the first step with momentum.</summary>
                public torch.Tensor? momentum_buffer;

                internal State(Parameter parameter) : base(parameter) { }

                /// <inheritdoc/>
                public override void LoadStateDict(OptimizerState source)
                {
                    var copy = Copy(Same<State>(source).momentum_buffer);
                    momentum_buffer?.Dispose();
                    momentum_buffer = copy;
                }

                /// <inheritdoc/>
                public override bool ApproximatelyEquals(OptimizerState other) => other is State state && Close(momentum_buffer, state.momentum_buffer);

                /// <inheritdoc/>
                public override void to(torch.Device device) => Move(ref momentum_buffer, device);

                /// <summary>Releases the buffer.</summary>
                public void Dispose() => momentum_buffer?.Dispose();

                internal override void Release() => Dispose();
            }

            /// <summary>Parameters of SGD that share their options.</summary>
            public class ParamGroup : ParamGroup<Options>, IMomentum
            {
                /// <summary>An empty group.</summary>
                public ParamGroup() { }

                /// <summary>A group.</summary>
                /// <param name="parameters">Its parameters.</param>
                /// <param name="options">Its options; what is null is the optimiser's.</param>
                public ParamGroup(IEnumerable<Parameter> parameters, Options options) : base(parameters, options) { }

                /// <summary>A group with all options of its own.</summary>
                /// <param name="parameters">Its parameters.</param>
                /// <param name="lr">η.</param>
                /// <param name="momentum">μ.</param>
                /// <param name="dampening">d.</param>
                /// <param name="weight_decay">λ.</param>
                /// <param name="nesterov">Nesterov's momentum.</param>
                /// <param name="maximize">Ascend instead of descend.</param>
                public ParamGroup(IEnumerable<Parameter> parameters, double lr = 0.001, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false)
                    : base(parameters, new Options { LearningRate = lr, momentum = momentum, dampening = dampening, weight_decay = weight_decay, nesterov = nesterov, maximize = maximize }) { }

                /// <summary>μ.</summary>
                public double Momentum
                {
                    get => Options.momentum!.Value;
                    set => Options.momentum = value;
                }
            }
        }
    }

    public static partial class torch
    {
        public static partial class optim
        {
            /// <summary>Stochastic gradient descent: see <see cref="Modules.SGD"/>.</summary>
            /// <param name="parameters">The parameters.</param>
            /// <param name="learningRate">η, at least 0.</param>
            /// <param name="momentum">μ, at least 0.</param>
            /// <param name="dampening">d.</param>
            /// <param name="weight_decay">λ, at least 0.</param>
            /// <param name="nesterov">Nesterov's momentum; needs μ &gt; 0 and d = 0.</param>
            /// <param name="maximize">Ascend instead of descend.</param>
            public static SGD SGD(IEnumerable<Parameter> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            /// <inheritdoc cref="SGD(IEnumerable{Parameter}, double, double, double, double, bool, bool)"/>
            public static SGD SGD(IEnumerable<(string name, Parameter parameter)> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters.Select(p => p.parameter), learningRate, momentum, dampening, weight_decay, nesterov, maximize);

            /// <summary>Stochastic gradient descent for several groups; the options they leave open are these.</summary>
            /// <param name="parameters">The groups.</param>
            /// <param name="learningRate">η, at least 0.</param>
            /// <param name="momentum">μ, at least 0.</param>
            /// <param name="dampening">d.</param>
            /// <param name="weight_decay">λ, at least 0.</param>
            /// <param name="nesterov">Nesterov's momentum; needs μ &gt; 0 and d = 0.</param>
            /// <param name="maximize">Ascend instead of descend.</param>
            public static SGD SGD(IEnumerable<SGD.ParamGroup> parameters, double learningRate, double momentum = 0, double dampening = 0, double weight_decay = 0, bool nesterov = false, bool maximize = false) =>
                new(parameters, learningRate, momentum, dampening, weight_decay, nesterov, maximize);
        }
    }
}
