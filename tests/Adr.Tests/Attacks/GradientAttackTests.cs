using Adr.Attacks;
using Adr.Models;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Attacks;

/// <summary>The settings of the gradient attacks.</summary>
public static class GradientAttackTests
{
    private static readonly ThreatModel Threat = ThreatModel.Linf(0.3);

    [Fact]
    public static void Default_step_is_two_and_a_half_radii_over_the_steps_and_follows_the_radius()
    {
        Assert.Equal(2.5 * 0.3 / 10, new Pgd(Threat, 10).StepSize, 12);
        Assert.Equal(2.5 * 0.1 / 10, ((Pgd)new Pgd(Threat, 10).WithThreat(ThreatModel.Linf(0.1))).StepSize, 12);
        Assert.Equal(0.3, new Fgsm(Threat).StepSize, 12);
    }

    [Fact]
    public static void A_given_step_stays_under_another_threat_and_shrinks_when_scaled()
    {
        var attack = new Pgd(Threat, 10, 0.06);
        Assert.Equal(0.06, ((Pgd)attack.WithThreat(ThreatModel.Linf(0.1))).StepSize, 12);
        var scaled = (Pgd)attack.ScaledTo(0.1);
        Assert.Equal(0.02, scaled.StepSize, 12);
        Assert.Equal(0.1, scaled.Threat.Epsilon, 12);
        Assert.Equal(0.1, ((Fgsm)new Fgsm(Threat).ScaledTo(0.1)).StepSize, 12);
    }

    [Fact]
    public static void Another_threat_keeps_every_other_setting()
    {
        var attack = new Pgd(Threat, 7, 0.05, restarts: 3, keep: KeptIterate.Worst, loss: AttackLoss.Margin);
        foreach (var other in new[] { (Pgd)attack.WithThreat(ThreatModel.L2(1)), (Pgd)attack.ScaledTo(0.2) })
        {
            Assert.Equal((7, 3, KeptIterate.Worst, AttackLoss.Margin, AttackStart.Random, attack.Name),
                (other.Steps, other.Restarts, other.Keep, other.Loss, other.Start, other.Name));
        }
        Assert.Equal(Norm.L2, attack.WithThreat(ThreatModel.L2(1)).Threat.Norm);
    }

    [Fact] // 3,000 points of one pixel; the bound is five standard errors of a sample deviation
    public static void TRADES_starts_at_a_thousandth_of_normal_noise()
    {
        using var scope = NewDisposeScope();
        const int count = 3000;
        using var model = TinyModels.Make(TinyModels.Kind.Linear, [1, 1, 2], 2, 3);
        var images = full([count, 1, 1, 2], 0.5f);
        var attack = new Pgd(ThreatModel.Linf(0.3), 1, 1e-12, loss: AttackLoss.KullbackLeibler,
            start: AttackStart.UnprojectedGaussian);
        var noise = Close.Doubles(attack.Run(model, images, zeros(count, dtype: ScalarType.Int64),
            ExampleSeeds.Sequence(1, count)) - images);
        Assert.Equal(0.001, Math.Sqrt(noise.Average(v => v * v)), 0.001 * 5 / Math.Sqrt(2.0 * noise.Length));
        Assert.Equal((AttackLoss.KullbackLeibler, AttackStart.UnprojectedGaussian, 10),
            (Pgd.Trades(Threat).Loss, Pgd.Trades(Threat).Start, Pgd.Trades(Threat).Steps));
    }

    [Theory] // where does the first gradient look? all pixels of the images are 0, so half the noise leaves the box
    [InlineData(AttackStart.Random, false), InlineData(AttackStart.UnprojectedRandom, true)]
    [InlineData(AttackStart.Gaussian, false), InlineData(AttackStart.UnprojectedGaussian, true)]
    public static void An_unprojected_start_may_leave_the_box_until_the_first_step(AttackStart start, bool leaves)
    {
        using var scope = NewDisposeScope();
        using var model = new Looking(TinyModels.Make(TinyModels.Kind.Linear, [1, 3, 3], 2, 3));
        var images = zeros(20, 1, 3, 3);
        foreach (var keep in Enum.GetValues<KeptIterate>())
        {
            model.Lowest.Clear();
            var attacked = new Pgd(ThreatModel.Linf(0.3), 2, 0.1, 1, keep, start: start)
                .Run(model, images, zeros(20, dtype: ScalarType.Int64));
            // the checks of the input look first, and the best of the iterates may be looked at again
            Assert.Equal(leaves, model.Lowest.Any(lowest => lowest < 0));
            Assert.InRange(attacked.min().item<float>(), 0, 1); // what is kept is in the box
            Assert.InRange(model.Lowest[^1], 0, 1);
        }
    }

    private sealed class Looking(nn.Module<Tensor, Tensor> inner) : nn.Module<Tensor, Tensor>("looking")
    {
        public List<float> Lowest { get; } = [];

        public override Tensor forward(Tensor images)
        {
            Lowest.Add(images.detach().min().item<float>());
            return inner.call(images);
        }
    }

    // on the linear model the last iterate is the best
    [Theory, InlineData(TinyModels.Kind.Linear), InlineData(TinyModels.Kind.Mlp)]
    public static void The_best_iterate_is_no_worse_than_the_last(object kind)
    {
        using var scope = NewDisposeScope();
        const int count = 40;
        using var model = TinyModels.Make((TinyModels.Kind)kind, [1, 3, 3], 3, 8);
        var (images, labels, seeds) = (SplitMix.Tensor(1, 0.4, 0.6, count, 1, 3, 3), SplitMix.Labels(2, count, 3),
            ExampleSeeds.Sequence(3, count));
        double[] Run(KeptIterate keep) =>
            Margins.Of(model, new Bim(ThreatModel.Linf(0.3), 3, 0.05, keep).Run(model, images, labels, seeds), labels);
        Assert.All(Run(KeptIterate.Worst).Zip(Run(KeptIterate.Last)),
            pair => Assert.True(pair.First >= pair.Second - 1e-6,
            $"margin {pair.First} of the best, {pair.Second} of the last"));
    }

    [Theory, InlineData(AttackLoss.CrossEntropy, 1), InlineData(AttackLoss.Margin, 3),
        InlineData(AttackLoss.KullbackLeibler, 2)]
    public static void Leaving_broken_points_breaks_the_same_points_for_less(AttackLoss loss, int restarts)
    {
        using var scope = NewDisposeScope();
        const int count = 200;
        using var model = TinyModels.Make(TinyModels.Kind.Mlp, [1, 3, 3], 4, 8);
        var images = SplitMix.Tensor(1, 0, 1, count, 1, 3, 3);
        var (labels, seeds) = (model.call(images).argmax(1), ExampleSeeds.Sequence(3, count)); // all are right at first
        var (whole, wholeCost) = Run(KeptIterate.Worst);
        var (left, leftCost) = Run(KeptIterate.EarlyStop);
        Assert.InRange(whole.Count(margin => margin > 0), count / 5, 4 * count / 5);
        Assert.Equal(whole.Select(margin => margin > 0), left.Select(margin => margin > 0));
        // to these nothing differs
        Assert.All(whole.Zip(left).Where(pair => pair.First <= 0), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.InRange(leftCost, wholeCost / 20, wholeCost * 8 / 10);

        (double[] Margins, long Cost) Run(KeptIterate keep)
        {
            var cost = new AttackCost();
            var attack = new Pgd(ThreatModel.Linf(0.25), 12, 0.05, restarts, keep, loss, AttackStart.Gaussian);
            return (Margins.Of(model, attack.Run(model, images, labels, seeds, cost: cost), labels),
                cost.ModelEvaluations);
        }
    }

    [Fact] // in a batch this large a broken point stays a while before it is left out
    public static void A_broken_point_is_left_alone_at_once()
    {
        using var scope = NewDisposeScope();
        const int count = 60;
        using var model = TinyModels.Make(TinyModels.Kind.Mlp, [1, 3, 3], 4, 8);
        model.to(ScalarType.Float64);
        var images = SplitMix.Tensor(1, 0, 1, count, 1, 3, 3).to(ScalarType.Float64);
        var (labels, seeds) = (model.call(images).argmax(1), ExampleSeeds.Sequence(3, count));
        foreach (var attack in new Attack[] { new Pgd(ThreatModel.Linf(0.25), 12, 0.05, keep: KeptIterate.EarlyStop),
            new Apgd(ThreatModel.Linf(0.25), steps: 12, keep: KeptIterate.EarlyStop) })
        {
            var together = attack.Run(model, images, labels, seeds);
            for (var i = 0; i < count; i++)
                Close.Tensor(together.narrow(0, i, 1),
                    attack.Run(model, images.narrow(0, i, 1), labels.narrow(0, i, 1), seeds.Select([i])), 1e-7,
                    $"{attack}, point {i} alone");
        }
    }

    [Fact]
    public static void Restarts_begin_elsewhere_and_find_more()
    {
        using var scope = NewDisposeScope();
        const int count = 64;
        using var model = TinyModels.Make(TinyModels.Kind.Mlp, [1, 3, 3], 4, 8);
        var (images, labels, seeds) = (SplitMix.Tensor(1, 0, 1, count, 1, 3, 3), SplitMix.Labels(2, count, 4),
            ExampleSeeds.Sequence(3, count));
        double[] Run(int restarts) =>
            Margins.Of(model, new Pgd(ThreatModel.Linf(0.4), 2, 0.05, restarts).Run(model, images, labels, seeds),
            labels);
        var (one, two, four) = (Run(1), Run(2), Run(4));
        Assert.All(one.Zip(two), pair => Assert.True(pair.Second >= pair.First - 1e-6));
        // of independent starts the second is the better one for half of the points, the later ones for half of them
        // again
        Assert.InRange(one.Zip(two).Count(pair => pair.Second > pair.First + 1e-4), count / 4, 3 * count / 4);
        Assert.InRange(two.Zip(four).Count(pair => pair.Second > pair.First + 1e-4), count / 4, 3 * count / 4);
    }

    [Theory, InlineData(0, null, 1, "steps"), InlineData(5, 0.0, 1, "stepSize"),
        InlineData(5, double.NaN, 1, "stepSize"), InlineData(5, -1.0, 1, "stepSize"),
        InlineData(5, null, 0, "restarts")]
    public static void Numbers_out_of_range_are_refused_by_name(int steps, double? stepSize, int restarts,
        string parameter) =>
        Assert.Equal(parameter,
            Assert.ThrowsAny<ArgumentException>(() => new Pgd(Threat, steps, stepSize, restarts)).ParamName);

    [Fact]
    public static void Settings_that_make_no_sense_together_are_refused()
    {
        Assert.Equal("start",
            Assert.Throws<ArgumentException>(() =>
            new Pgd(Threat, loss: AttackLoss.KullbackLeibler, start: AttackStart.None)).ParamName);
        Assert.Equal("restarts",
            Assert.Throws<ArgumentException>(() => new Pgd(Threat, restarts: 2, start: AttackStart.None)).ParamName);
        Assert.Equal("start",
            Assert.Throws<ArgumentException>(() => new Fgsm(Threat, AttackLoss.KullbackLeibler)).ParamName);
        Assert.Equal("loss",
            Assert.Throws<ArgumentOutOfRangeException>(() => new Bim(Threat, loss: (AttackLoss)9)).ParamName);
        Assert.Equal("threat", Assert.Throws<ArgumentNullException>(() => new Pgd(null!)).ParamName);
    }
}
