namespace TorchSharp;

public static partial class torch
{
    public static partial class optim
    {
        public static partial class lr_scheduler
        {
            /// <summary>The schedules' classes; make them with the methods of <see cref="lr_scheduler"/>.</summary>
            public static partial class impl
            {
                /// <summary>Multiplies the learning rate by γ after each milestone.</summary>
                public class MultiStepLR : LRScheduler
                {
                    private readonly int[] milestones;
                    private readonly double gamma;

                    /// <summary>Makes a schedule and takes its first step.</summary>
                    /// <param name="optimizer">The optimiser.</param>
                    /// <param name="milestones">Epochs.</param>
                    /// <param name="gamma">γ.</param>
                    /// <param name="last_epoch">The epoch before the first one.</param>
                    /// <param name="verbose">Accepted for compatibility; nothing is printed.</param>
                    public MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false) : base(optimizer, last_epoch)
                    {
                        (this.milestones, this.gamma) = ([.. milestones], gamma);
                        step();
                    }

                    /// <inheritdoc/>
                    protected override IEnumerable<double> get_lr()
                    {
                        var factor = milestones.Contains(Epoch) ? gamma : 1;
                        return Groups.Select(g => g.LearningRate * factor);
                    }
                }
            }

            /// <summary>Multiplies the learning rate by γ after each milestone.</summary>
            /// <param name="optimizer">The optimiser.</param>
            /// <param name="milestones">Epochs.</param>
            /// <param name="gamma">γ.</param>
            /// <param name="last_epoch">The epoch before the first one.</param>
            /// <param name="verbose">Accepted for compatibility; nothing is printed.</param>
            public static LRScheduler MultiStepLR(Optimizer optimizer, IList<int> milestones, double gamma = 0.1, int last_epoch = -1, bool verbose = false) =>
                new impl.MultiStepLR(optimizer, milestones, gamma, last_epoch, verbose);
        }
    }
}
