using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

public static class TrainerTests
{
    public sealed class Fitting
    {
        [Fact]
        public void Learns_and_tells_every_epoch()
        {
            using var data = TinyRun.Data();
            using var model = new SmallClassifier(1);
            var history = new Trainer(model, TinyRun.Defence(), TinyRun.Options() with { Epochs = 30, Milestones = [] })
                .Fit(data);
            Assert.Equal(Enumerable.Range(1, 30), history.Epochs.Select(e => e.Epoch));
            Assert.True(history.Epochs[^1].ValidationNatural > 0.9, $"natural {history.Epochs[^1].ValidationNatural}");
            Assert.True(history.Epochs[^1].ValidationRobust > 0.6, $"robust {history.Epochs[^1].ValidationRobust}");
            Assert.True(history.Epochs[^1].Loss < history.Epochs[0].Loss);
            Assert.All(history.Epochs, e => Assert.Equal(e.Loss, e.Terms.Values.Sum(), 4));
            Assert.Equal(["AdversarialCrossEntropy", "Confidence", "CrossEntropy", "GlobalCompactness",
                "LocalCompactness", "LocalSmoothness"], history.Epochs[0].Terms.Keys.Order());
            Assert.False(model.training);
        }

        [Fact]
        public void Follows_the_schedule_and_the_warm_up()
        {
            using var data = TinyRun.Data();
            using var model = new SmallClassifier(1);
            var history = new Trainer(model, TinyRun.Defence(), TinyRun.Options()).Fit(data);
            Assert.Equal([0.01, 0.01, 0.01, 0.001], history.Epochs.Select(e => Math.Round(e.LearningRate, 9)));
            Assert.Equal([0.05, 0.1, 0.1, 0.1], history.Epochs.Select(e => Math.Round(e.Epsilon, 9)));
        }

        [Fact]
        public void Follows_a_cyclic_schedule_step_by_step()
        {
            using var data = TinyRun.Data();
            using var model = new SmallClassifier(1);
            var options = TinyRun.Options() with { Milestones = [], CyclicPeak = 0.5 };
            var history = new Trainer(model, TinyRun.Defence(), options).Fit(data);
            var steps = (data.Count - options.ValidationCount + options.BatchSize - 1) / options.BatchSize;
            var schedule = new CyclicLearningRate(options.Optimizer.LearningRate, 0.5, options.Epochs);
            var expected = Enumerable.Range(1, options.Epochs).Select(e => schedule.At(e, steps, steps)).ToArray();
            Assert.Equal(expected, history.Epochs.Select(e => e.LearningRate));
            Assert.NotEqual(expected[0], expected[1]);
        }

        [Theory]
        [InlineData(48, false)] // the cycle's one step has the rate 0
        [InlineData(24, true)]  // the second has half of the largest and more
        public void Begins_a_cycle_at_rate_0(int batchSize, bool moves)
        {
            using var data = TinyRun.Data();
            using var model = new SmallClassifier(1);
            var before = TinyRun.Bits(model);
            var options = TinyRun.Options() with
            {
                Epochs = 1, BatchSize = batchSize, EpsilonWarmupEpochs = 0, Milestones = [], CyclicPeak = 0.5,
                ValidationCount = 12,
            };
            new Trainer(model, TinyRun.Defence(), options).Fit(data);
            Assert.Equal(moves, before != TinyRun.Bits(model));
        }

        [Theory]
        [InlineData("ADV")]
        [InlineData("TRADES")]
        [InlineData("MART")]
        public void Lets_the_terms_grow_and_nothing_else(string name)
        {
            using var data = TinyRun.Data();
            var weights = new CompactnessWeights();
            var attack = new Pgd(ThreatModel.Linf(0.1), 2, 0.05);
            Defence defence = name switch
            {
                "ADV" => new AdversarialTraining(attack, weights),
                "TRADES" => new Adr.Training.Trades(attack, 6, weights),
                _ => new Mart(attack, weights: weights),
            };
            var options = TinyRun.Options() with // 4 epochs of one step that moves nothing
            {
                BatchSize = 48, EpsilonWarmupEpochs = 0, Milestones = [], Optimizer = new SgdSettings(1e-12),
            };
            foreach (var (full, grown) in Epochs(options).Zip(Epochs(options with { TermWarmupEpochs = 3 })))
            {
                foreach (var (term, value) in full.Terms)
                {
                    var isAdr = typeof(CompactnessWeights).GetProperty(term) is not null;
                    Assert.Equal(isAdr ? Math.Min(1, full.Epoch / 3.0) : 1, grown.Terms[term] / value, 5);
                }
            }

            IReadOnlyList<EpochMetrics> Epochs(TrainingOptions how)
            {
                using var model = new SmallClassifier(1);
                return new Trainer(model, defence, how).Fit(data).Epochs;
            }
        }

        [Theory]
        [InlineData(0)]
        [InlineData(12)]
        public void Keeps_the_weights_of_the_best_epoch_by_the_points_held_out(int validationCount)
        {
            using var data = TinyRun.Data();
            using var model = new SmallClassifier(1);
            var options = TinyRun.Options() with
            {
                Epochs = 8, ValidationCount = validationCount, Optimizer = new AdamSettings(0.05), Milestones = [],
            };
            var history = new Trainer(model, TinyRun.Defence(), options).Fit(data);
            if (validationCount == 0)
            {
                Assert.Equal(8, history.BestEpoch);
                Assert.All(history.Epochs, e => Assert.Null(e.ValidationRobust));
                return;
            }
            var most = history.Epochs.Max(e => e.ValidationRobust);
            Assert.Equal(most, history.Epochs[history.BestEpoch - 1].ValidationRobust);

            using var upToBest = new SmallClassifier(1); // a run that ends with the best epoch ends with its weights
            options = options with { Epochs = history.BestEpoch, EpsilonWarmupEpochs = Math.Min(2, history.BestEpoch) };
            new Trainer(upToBest, TinyRun.Defence(), options).Fit(data);
            Assert.Equal(TinyRun.Bits(upToBest), TinyRun.Bits(model));
        }

        [Theory] // the authors' network
        [InlineData(1)]
        [InlineData(2)]
        public void Gives_the_same_bits_for_the_same_seed_whatever_the_threads(int threads)
        {
            var before = get_num_threads();
            set_num_threads(threads);
            try
            {
                Assert.Equal(Train(1), Train(1));
                Assert.NotEqual(Train(1), Train(2));
            }
            finally
            {
                set_num_threads(before);
            }

            double[] Train(long seed)
            {
                using var scope = NewDisposeScope();
                var (digits, test) = Mnist.Embedded();
                using var data = digits.Take(96);
                digits.Dispose();
                test.Dispose();
                using var model = new MnistCnn(seed);
                var defence = new AdversarialTraining(new Pgd(ThreatModel.Linf(0.3), 3, 0.1), new CompactnessWeights());
                var options = new TrainingOptions
                {
                    Epochs = 2, BatchSize = 48, Seed = seed,
                };
                new Trainer(model, defence, options).Fit(data);
                return Close.Doubles(model.get_parameter("classifier.fc1.weight")!);
            }
        }

        [Fact]
        public void Gives_the_same_bits_for_the_same_seed_whatever_was_drawn_before()
        {
            string Run(long seed)
            {
                using var data = TinyRun.Data();
                using var model = new SmallClassifier(1);
                rand(7).Dispose(); // moves libtorch's own generator
                new Trainer(model, TinyRun.Defence(), TinyRun.Options() with { Seed = seed }).Fit(data);
                return TinyRun.Bits(model);
            }
            Assert.Equal(Run(1), Run(1));
            Assert.NotEqual(Run(1), Run(2));
        }

        [Fact]
        public void Trains_without_attack()
        {
            using var data = TinyRun.Data();
            using var model = new SmallClassifier(1);
            var history = new Trainer(model, new StandardTraining(), TinyRun.Options()).Fit(data);
            Assert.All(history.Epochs, e => Assert.Null(e.RobustAccuracy ?? e.ValidationRobust));
            Assert.All(history.Epochs, e => Assert.NotNull(e.ValidationNatural));
        }

        [Fact]
        public void Reports_the_last_step_of_every_epoch_and_the_history_so_far()
        {
            using var data = TinyRun.Data();
            using var model = new SmallClassifier(1);
            var seen = new List<TrainingProgress>();
            new Trainer(model, TinyRun.Defence(), TinyRun.Options())
                .Fit(data, progress: new Listener<TrainingProgress>(seen.Add));
            var ends = seen.Where(p => p.Step == p.Steps).ToList();
            Assert.Equal([1, 2, 3, 4], ends.Select(p => p.Epoch));
            Assert.All(seen, p => Assert.Equal((3, 4, p.Epoch - 1), (p.Steps, p.Epochs, p.SoFar.Epochs.Count)));
        }
    }

    public sealed class Refusing
    {
        [Fact]
        public void Data_that_do_not_fit_the_network()
        {
            using var model = new MnistCnn(1);
            using var data = TinyRun.Data();
            var error = Assert.Throws<ArgumentException>("train",
                () => new Trainer(model, TinyRun.Defence(), TinyRun.Options()).Fit(data));
            Assert.Contains("takes images [1,28,28], three rows has [1,4,4]", error.Message, StringComparison.Ordinal);
        }

        [Fact]
        public void To_hold_out_everything()
        {
            using var model = new SmallClassifier(1);
            using var data = TinyRun.Data(12);
            var trainer = new Trainer(model, TinyRun.Defence(), TinyRun.Options());
            var error = Assert.Throws<ArgumentException>(() => trainer.Fit(data));
            Assert.Contains("nothing would be left", error.Message, StringComparison.Ordinal);
        }
    }

    public sealed class Diverging
    {
        [Fact]
        public void Detached_clean_side_is_named_as_the_cause_and_the_last_good_epoch_kept()
        {
            using var data = TinyRun.Data();
            using var model = new SmallClassifier(1, dropout: 0);
            using var folder = new TemporaryFolder();
            // Only the term that pulls z' away from other classes' z: what it gains has no bound while z follows along.
            var weights = new CompactnessWeights(0, 0, 30, 0, 0, 0.5, DetachLatent: true);
            var options = TinyRun.Options(new SgdSettings(0.05)) with
            {
                Epochs = 60, LatentGrowthLimit = 20, Milestones = [],
            };
            var trainer = new Trainer(model, TinyRun.Defence(weights), options);
            var error = Assert.Throws<TrainingDivergedException>(() => trainer.Fit(data, new RunFolder(folder.Path)));
            Assert.Contains("DetachLatent", error.Message, StringComparison.Ordinal);
            Assert.Contains("Set DetachLatent = false", error.Message, StringComparison.Ordinal);
            Assert.Equal(error.Epoch - 1, error.LastGoodEpoch);
            Assert.Equal(error.LastGoodEpoch, new RunFolder(folder.Path).ReadMetrics().Count);
        }

        [Fact]
        public void A_learning_rate_that_is_too_high_is_named_with_a_lower_one()
        {
            using var data = TinyRun.Data();
            using var model = new SmallClassifier(1);
            var options = TinyRun.Options(new SgdSettings(1e4)) with { Epochs = 30, Milestones = [] };
            var error = Assert.Throws<TrainingDivergedException>(
                () => new Trainer(model, TinyRun.Defence(CompactnessWeights.None), options).Fit(data));
            Assert.Contains("learning rate 10000 is probably too high: try 1E+03", error.Message,
                StringComparison.Ordinal);
            Assert.DoesNotContain("DetachLatent", error.Message, StringComparison.Ordinal);
        }
    }
}
