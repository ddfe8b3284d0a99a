namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        /// <summary>Schedules of the learning rate.</summary>
        public static partial class lr_scheduler
        {
            /// <summary>Sets the learning rates of an optimiser's groups once an epoch.</summary>
            public abstract class LRScheduler
            {
                private readonly List<ILearningRateController> groups;
                private double[] latest;

                private protected LRScheduler(Optimizer optimizer, int lastEpoch)
                {
                    ArgumentNullException.ThrowIfNull(optimizer);
                    groups = [.. optimizer.ParamGroups];
                    latest = [.. groups.Select(g => g.LearningRate)];
                    Epoch = lastEpoch;
                }

                /// <summary>The epoch that the latest <see cref="step()"/> set the rates for, from 0.</summary>
                private protected int Epoch { get; private set; }

                private protected IReadOnlyList<ILearningRateController> Groups => groups;

                /// <summary>Call it after each epoch: sets the learning rates of the next one.</summary>
                public virtual void step()
                {
                    Epoch++;
                    latest = [.. get_lr()];
                    for (var i = 0; i < groups.Count; i++) groups[i].LearningRate = latest[i];
                }

                /// <summary>The learning rates of the coming epoch, one for each group.</summary>
                protected virtual IEnumerable<double> get_lr() => groups.Select(g => g.LearningRate);

                /// <summary>The learning rates that were set last, one for each group.</summary>
                public IEnumerable<double> get_last_lr() => latest;
            }
        }
    }
}
