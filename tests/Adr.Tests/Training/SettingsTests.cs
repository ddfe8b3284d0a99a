using Adr.Attacks;
using Adr.Experiments;
using Adr.Losses;
using Adr.Testing;
using Adr.Training;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Tests.Training;

public static class SettingsTests
{
    public sealed class Options
    {
        [Fact]
        public void Report_all_problems_together()
        {
            var wrong = new TrainingOptions
            {
                Epochs = 0, BatchSize = -1, Optimizer = new SgdSettings(-1, Momentum: 1, WeightDecay: double.NaN),
                Milestones = [5, 3], DecayFactor = 2, EpsilonWarmupEpochs = -1, TermWarmupEpochs = -1,
                ValidationCount = -2, ValidationSteps = 0, LatentGrowthLimit = 1, Device = "gpu", CyclicPeak = 1,
            };
            var message = Assert.Throws<ArgumentException>(() => wrong.Validate()).Message;
            Assert.Equal(16, message.Split('\n').Length);
            string[] parts =
            [
                "Epochs is 0", "BatchSize is -1", "LearningRate is -1", "WeightDecay is NaN", "Momentum is 1", "5, 3",
                "DecayFactor is 2", "CyclicPeak is 1; it must be in (0,1)", "follows one of them",
                "EpsilonWarmupEpochs is -1", "TermWarmupEpochs is -1", "ValidationCount is -2",
                "ValidationSteps is 0", "LatentGrowthLimit is 1", "\"gpu\"",
            ];
            foreach (var part in parts)
                Assert.Contains(part, message, StringComparison.Ordinal);
        }

        [Theory]
        [InlineData("cuda:x")]
        [InlineData("cuda:0:1")]
        [InlineData("mps")]
        [InlineData("")]
        public void Refuse_an_unknown_device(string device) =>
            Assert.Throws<ArgumentException>(() => new TrainingOptions { Epochs = 1, Device = device }.Validate());

        [Fact]
        public void Refuse_a_warm_up_of_the_terms_that_never_ends() =>
            Refuses(new TrainingOptions { Epochs = 2, TermWarmupEpochs = 3 }, "never have their full weight");

        [Fact]
        public void Refuse_a_warm_up_that_never_ends() =>
            Refuses(new TrainingOptions { Epochs = 2, EpsilonWarmupEpochs = 3 }, "never be trained against");

        [Fact]
        public void Accept_the_defaults() => new TrainingOptions { Epochs = 1 }.Validate();

        private static void Refuses(TrainingOptions options, string message) => Assert.Contains(
            message, Assert.Throws<ArgumentException>(() => options.Validate()).Message, StringComparison.Ordinal);
    }

    public sealed class Schedules
    {
        [Fact]
        public void The_paper_s_learning_rate_falls_after_55_75_and_90_epochs()
        {
            var schedule = new LearningRateSchedule(0.01, [55, 75, 90]);
            Assert.Equal([1e-2, 1e-2, 1e-3, 1e-3, 1e-4, 1e-5, 1e-5],
                new[] { 1, 55, 56, 75, 76, 91, 100 }.Select(e => Math.Round(schedule.At(e), 12)));
        }

        // numpy.interp(t, [0, peak T, T], [0, largest, 0]) at the steps t that come before each, which is one cycle of
        // PyTorch's CyclicLR
        [Fact]
        public void The_cycle_is_a_triangle_over_all_steps()
        {
            double[] Rates(double peak, int epochs, int steps) =>
                [.. from epoch in Enumerable.Range(1, epochs)
                    from step in Enumerable.Range(1, steps)
                    select Math.Round(new CyclicLearningRate(0.2, peak, epochs).At(epoch, step, steps), 9)];
            Assert.Equal([0, 0.05, 0.1, 0.15, 0.2, 0.15, 0.1, 0.05], Rates(0.5, 2, 4));
            Assert.Equal([0, 0.1, 0.2, 0.133333333, 0.066666667], Rates(0.4, 5, 1));
            Assert.Equal([0.9, 0.85, 0.8, 0.833333333, 0.866666667], Enumerable.Range(1, 5)
                .Select(epoch => Math.Round(new CyclicLearningRate(0.2, 0.4, 5).MomentumAt(epoch, 1, 1), 9)));
        }

        /// <summary>How many epochs a warm-up lasts, and how many steps each of them has.</summary>
        public sealed record WarmUp(int Epochs, int Steps)
        {
            public static Arbitrary<WarmUp> Any { get; } = Arb.From(
                from epochs in Gen.Choose(0, 6)
                from steps in Gen.Choose(1, 9)
                select new WarmUp(epochs, steps));
        }

        [Law(Arbitrary = [typeof(WarmUp)])]
        public bool The_warm_up_rises_from_above_0_to_the_full_size_and_stays(WarmUp given)
        {
            var (epochs, steps) = given;
            var warmup = new LinearWarmup(epochs);
            double[] shares =
            [
                .. from epoch in Enumerable.Range(1, epochs + 2)
                   from step in Enumerable.Range(1, steps)
                   select warmup.At(epoch, step, steps),
            ];
            return shares[0] > 0 && shares.Zip(shares.Skip(1), (a, b) => a <= b).All(rises => rises)
                && shares.Skip(Math.Max(0, epochs * steps - 1)).All(share => share == 1)
                && shares.Take(epochs * steps - 1).All(share => share < 1);
        }
    }

    public sealed class OtherWeights
    {
        [Theory]
        [InlineData("ADR-ADV")]
        [InlineData("ADR-TRADES")]
        [InlineData("ADR-MART")]
        [InlineData("ADR-ADV-AWP")]
        public void Make_the_defence_that_would_have_had_them(string name)
        {
            var experiment = Experiment.Cifar10(Budget.Quick) with
            {
                CrossEntropyWeight = 0.5, Beta = 3, MartBeta = 4, AwpSize = 0.02,
            };
            var others = new CompactnessWeights(2, 0, 0.5, 3, 0.25, 0.9, SmoothnessForm.KullbackLeibler, true, true);
            var expected = (experiment with { Weights = others }).Defence(name);
            Assert.Equal(expected.Describe().ToJsonString(),
                experiment.Defence(name).WithWeights(others).Describe().ToJsonString());
            Assert.NotEqual(expected.Describe().ToJsonString(), experiment.Defence(name).Describe().ToJsonString());
        }

        [Fact]
        public void Are_refused_by_a_defence_without_terms() =>
            Assert.Contains("Standard has no terms",
                Assert.Throws<NotSupportedException>(() => new StandardTraining().WithWeights(new())).Message,
                StringComparison.Ordinal);
    }

    public sealed class Description
    {
        private static readonly ThreatModel Threat = ThreatModel.Linf(0.1);

        public static TheoryData<Attack, Attack> Pairs => new()
        {
            { new Mim(Threat, 10, momentum: 0.5), new Mim(Threat, 10) },
            { new Apgd(Threat, steps: 10, restarts: 5), new Apgd(Threat, steps: 10) },
            { new Square(Threat, 10, share: 0.5), new Square(Threat, 10) },
            { From(seed: 1), From(seed: 2) },
        };

        private static Transfer From(long seed) =>
            new(new Pgd(Threat, 2), new SmallClassifier(seed), "another");

        [Theory, MemberData(nameof(Pairs))] // or two trainings would share a run folder
        public void Tells_attacks_of_other_settings_apart(Attack one, Attack other) =>
            Assert.NotEqual(new AdversarialTraining(one).Describe().ToJsonString(),
                new AdversarialTraining(other).Describe().ToJsonString());
    }

    public sealed class Names
    {
        private static readonly Pgd Attack = new(ThreatModel.Linf(0.1), 2);

        [Fact]
        public void Are_the_paper_s()
        {
            var weights = new CompactnessWeights();
            Assert.Equal(
                ["Standard", "ADV", "ADV", "ADR-ADV", "TRADES", "ADR-TRADES"],
                new Defence[]
                {
                    new StandardTraining(),
                    new AdversarialTraining(Attack),
                    new AdversarialTraining(Attack, CompactnessWeights.None),
                    new AdversarialTraining(Attack, weights),
                    new Adr.Training.Trades(Attack),
                    new Adr.Training.Trades(Attack, 1, weights),
                }.Select(d => d.Name));
        }

        [Theory]
        [InlineData(0)]
        [InlineData(-1)]
        [InlineData(double.NaN)]
        public void Trades_needs_a_positive_beta(double beta) =>
            Assert.Throws<ArgumentOutOfRangeException>("beta", () => new Adr.Training.Trades(Attack, beta));
    }
}
