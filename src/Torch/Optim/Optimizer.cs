using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Optimisers and learning-rate schedules: PyTorch's <c>torch.optim</c>.</summary>
    public static partial class optim
    {
        /// <summary>What changes parameters along their gradients.</summary>
        public abstract partial class Optimizer : IDisposable
        {
            /// <summary>The groups, in the order in which they were added.</summary>
            protected IList<ParamGroup> _parameter_groups = [];

            private protected Optimizer() { }

            /// <summary>The groups, to read and set their learning rates.</summary>
            public virtual IEnumerable<ILearningRateController> ParamGroups => _parameter_groups;

            /// <summary>Changes all parameters once.</summary>
            /// <param name="closure">Computes the loss anew, with its gradients; null: the gradients are there already.</param>
            /// <returns>What the closure gave, or null.</returns>
            public abstract Tensor? step(Func<Tensor>? closure = null);

            /// <summary>Fills the gradients with 0; a parameter without gradient stays without.</summary>
            public abstract void zero_grad();

            /// <summary>The parameters of all groups.</summary>
            public abstract IEnumerable<Parameter> parameters();

            /// <summary>Adds a group; the options it leaves open are those of the optimiser.</summary>
            /// <param name="param_group">A group of this optimiser's own type.</param>
            public abstract void add_param_group(ParamGroup param_group);

            /// <summary>Releases the state, not the parameters.</summary>
            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Releases the state.</summary>
            /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
            protected abstract void Dispose(bool disposing);

            /// <summary>Options of each group and state of each parameter; they are the optimiser's own, not copies.</summary>
            public class StateDictionary
            {
                internal StateDictionary(List<OptimizerOptions> options, List<OptimizerState> state) => (Options, State) = (options, state);

                /// <summary>One for each group.</summary>
                public List<OptimizerOptions> Options { get; }

                /// <summary>One for each parameter, in the order of <see cref="parameters"/>.</summary>
                public List<OptimizerState> State { get; }
            }
        }

        /// <summary>What has a learning rate.</summary>
        public interface ILearningRateController
        {
            /// <summary>The learning rate of the next step.</summary>
            double LearningRate { get; set; }

            /// <summary>The learning rate at the start, from which schedules count.</summary>
            double InitialLearningRate { get; set; }
        }

        /// <summary>What has a momentum.</summary>
        public interface IMomentum
        {
            /// <summary>The momentum in [0,1).</summary>
            double Momentum { get; set; }
        }

        /// <summary>What has Adam's two decay rates.</summary>
        public interface IBetas
        {
            /// <summary>β₁ and β₂, each in [0,1).</summary>
            (double, double) Betas { get; set; }
        }
    }
}
