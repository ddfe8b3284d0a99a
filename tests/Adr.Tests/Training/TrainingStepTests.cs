using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Tests.Reference;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

/// <summary>
/// Two whole training steps of every defence against the plain PyTorch reference: attack, every term, total, backward,
/// optimiser. Two, since momentum and Adam's averages say nothing in the first.
/// </summary>
public static class TrainingStepTests
{
    // Single precision on our side, double on the other; the script only keeps cases whose own single-precision run
    // stays within a quarter.
    private const double LossTolerance = 1e-5, ChangeTolerance = 1e-4;

    private static readonly Dictionary<string, string> TermNames = new()
    {
        ["ce"] = "CrossEntropy", ["ce_adv"] = "AdversarialCrossEntropy", ["kl"] = "TradesDivergence",
        ["lc"] = "LocalCompactness",
        ["ls"] = "LocalSmoothness", ["gc"] = "GlobalCompactness", ["gs"] = "GlobalSmoothness", ["conf"] = "Confidence",
        ["bce"] = "BoostedCrossEntropy", ["mart"] = "MartDivergence",
    };

    public static TheoryData<string> TinyRuns
    {
        get
        {
            var data = new TheoryData<string>();
            string[] defences =
            [
                "standard", "adv", "adr_adv", "adr_adv_detached", "adr_adv_all",
                "trades", "adr_trades", "adr_trades_detached_all",
            ];
            foreach (var defence in defences)
                foreach (var optimiser in new[] { "sgd", "adam" })
                    data.Add($"{defence}/{optimiser}");
            data.Add("adr_adv/nesterov");
            return data;
        }
    }

    [Theory, MemberData(nameof(TinyRuns))]
    public static void On_a_tiny_network_every_parameter_changes_as_in_PyTorch(string run)
    {
        using var fixture = Fixture.Load("training_tiny");
        using var model = new TinyClassifier(fixture.Settings(run).Whole("seed"));
        Compare(fixture, run, model, stride: 1);
    }

    [Theory, InlineData("adr_adv/sgd"), InlineData("adr_trades/sgd")]
    public static void On_the_MNIST_network_the_parameters_change_as_in_PyTorch(string run)
    {
        using var fixture = Fixture.Load("training_mnist");
        using var model = SplitMix.Fill(new MnistCnn(0, dropout: 0), fixture.Settings(run).Whole("seed"));
        Compare(fixture, run, model, stride: 211);
    }

    public static TheoryData<string> OtherRuns => new(
        from defence in new[]
        {
            "madry", "mart", "adr_mart", "adv_awp", "adr_trades_awp", "free", "adr_adv_kl", "adr_trades_kl_all",
        }
        from optimiser in new[] { "sgd", "adam" }
        select $"{defence}/{optimiser}");

    [Theory, MemberData(nameof(OtherRuns))]
    public static void Under_the_defences_beside_ADR_the_parameters_change_as_in_PyTorch(string run)
    {
        using var fixture = Fixture.Load("training_others");
        using var model = new TinyClassifier(fixture.Settings(run).Whole("seed"));
        Compare(fixture, run, model, stride: 1);
    }

    public static TheoryData<string> SourceRuns =>
        ["trades", "mart", "fgsm_rs", "awp", "free", "adr_trades", "adr_adv"];

    [Theory, MemberData(nameof(SourceRuns))] // docs/differences.md
    public static void By_default_the_baselines_step_as_their_sources_own_code_does(string defence)
    {
        using var fixture = Fixture.Load("training_sources");
        var run = $"{defence}_as_{(defence.StartsWith("adr", StringComparison.Ordinal) ? "authors" : "source")}/sgd";
        using var model = new TinyNormClassifier(fixture.Settings(run).Whole("seed"));
        Compare(fixture, run, model, stride: 1);
    }

    [Theory, MemberData(nameof(SourceRuns))] // or the comparison above could not fail
    public static void With_the_settings_of_before_they_do_not(string defence)
    {
        using var fixture = Fixture.Load("training_sources");
        var run = $"{defence}_as_{(defence.StartsWith("adr", StringComparison.Ordinal) ? "authors" : "source")}/sgd";
        using var model = new TinyNormClassifier(fixture.Settings(run).Whole("seed"));
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(
            () => Compare(fixture, run, model, stride: 1, AsBefore(Defence(fixture.Settings(run)))));
    }

    private static Defence AsBefore(Defence defence) => defence switch
    {
        Trades { PassesCleanTwice: true } trades => trades with { PassesCleanTwice = false },
        Trades trades => new Trades(Pgd.Trades(trades.Attack!.Threat, 3, 0.125, AttackStart.Gaussian), trades.Beta,
            trades.Weights),
        Mart mart => new Mart(Mart.InnerAttackOf(mart.Attack!.Threat, 3, 0.125, AttackStart.Gaussian), mart.Beta),
        FreeTraining free => free with { ClipsPerturbation = false },
        AdversarialWeightPerturbation awp => awp with { DecaysMovedWeights = false },
        AdversarialTraining adv => new AdversarialTraining(new Pgd(adv.Attack!.Threat, 3, 0.125), adv.Weights),
        _ => defence with { AttackInTrainingMode = false },
    };

    [Fact] // during the warm-up of ε
    public static void The_attack_has_the_radius_of_the_step_and_a_step_size_in_proportion()
    {
        using var scope = NewDisposeScope();
        using var model = new TinyClassifier(3);
        long[] indices = [4, 9, 2, 7];
        var batch = new Batch(SplitMix.Tensor(1, 0, 1, 4, 1, 6, 6), SplitMix.Labels(2, 4, 3), indices);
        var seeds = new ExampleSeeds(5, indices);
        var (full, small) = (ThreatModel.Linf(0.3), ThreatModel.Linf(0.1));
        foreach (var (defence, attack) in new (Defence, Attack)[]
        {
            (new AdversarialTraining(new Pgd(full, 4, 0.06)), new Pgd(small, 4, 0.02)),
            (new AdversarialTraining(new Pgd(full, 4), new CompactnessWeights()), new Pgd(small, 4)),
            (new Trades(Pgd.Trades(full, 4, 0.06), 6), Pgd.Trades(small, 4, 0.02)),
        })
        {
            var expected = model.Represent(attack.Run(model, batch.Images, batch.Labels, seeds));
            var loss = defence.ComputeLoss(model, batch, defence.Perturb(model, batch, new InnerAttack(0.1, seeds)));
            Close.Tensor(expected.Logits, loss.Adversarial!.Logits, 1e-6, defence.Name);
            Close.Tensor(expected.Latent, loss.Adversarial!.Latent!, 1e-6, defence.Name);
        }
    }

    private static void Compare(
        Fixture fixture, string run, Classifier model, int stride, Defence? changed = null)
    {
        using var scope = NewDisposeScope();
        var settings = fixture.Settings(run);
        var defence = changed ?? Defence(settings);
        (string Name, TorchSharp.Modules.Parameter Parameter)[] parameters = [.. model.named_parameters()];
        (string Name, Tensor Value)[] state =
        [
            .. parameters.Select(p => (p.Name, (Tensor)p.Parameter)),
            .. model.named_buffers().Where(b => b.buffer.is_floating_point()).Select(b => (b.name, b.buffer)),
        ];
        var before = state.Select(one => one.Value.detach().clone()).ToArray();
        var optimiser = Optimiser(run.Split('/')[1]);
        using var stepper = optimiser.Create(parameters);
        using var perturbation = new PersistentPerturbation();
        for (var step = 0; step < 2; step++)
        {
            var at = $"{run}/{step}";
            var count = (int)fixture["labels"].shape[0];
            var batch = new Batch(fixture[$"{at}/images"], fixture["labels"],
                [.. Enumerable.Range(0, count).Select(i => (long)i)]);
            var seeds = new ExampleSeeds(settings.Whole("seed") + step, batch.Indices);
            model.train();
            if (defence is not FreeTraining && !settings.Has("mode") && defence.Attack is { } attack)
                Close.Tensor(fixture[$"{at}/adversarial"], attack.Run(model, batch.Images, batch.Labels, seeds),
                    1e-5, $"{at}: x'");
            for (var replay = 1; replay <= defence.Replays; replay++)
            {
                var (loss, gradients) = defence.Differentiate(model, batch,
                    new InnerAttack(0.3, seeds, default, 1, perturbation, optimiser.WeightDecay), parameters);
                if (replay == defence.Replays) CompareTerms(fixture, at, loss, settings);
                stepper.Step(gradients, optimiser.LearningRate);
            }

            for (var i = 0; i < state.Length; i++)
            {
                var change = state[i].Value.detach() - before[i];
                var every = arange(0, change.numel(), stride, dtype: ScalarType.Int64);
                var (name, allowed) = ($"{at}/change/{state[i].Name}", ChangeTolerance);
                Close.Tensor(fixture[name], change.flatten().index_select(0, every), allowed, name, floor: 0);
                Close.Number(fixture.Number($"{at}/norm/{state[i].Name}"),
                    change.to(ScalarType.Float64).norm().item<double>(), allowed, $"norm of {name}", floor: 0);
            }
        }
    }

    private static void CompareTerms(Fixture fixture, string at, BatchLoss loss, Settings settings)
    {
        var expected = fixture.Names.Where(name => name.StartsWith($"{at}/terms/", StringComparison.Ordinal))
            .Select(name => name.Split('/')[^1]).ToArray();
        Assert.Equal(expected.Select(term => TermNames[term]).Order(), loss.Terms.Keys.Order());
        foreach (var term in expected)
        {
            var weight = term switch
            {
                "ce" or "ce_adv" or "bce" => 1,
                "kl" or "mart" => settings.Number("beta"),
                _ => settings.Number(term),
            };
            Close.Number(weight * fixture.Number($"{at}/terms/{term}"), loss.Terms[TermNames[term]].item<float>(),
                LossTolerance, $"{at}: {term}");
        }
        Close.Number(fixture.Number($"{at}/total"), loss.Total.item<float>(), LossTolerance, $"{at}: total");
    }

    private static Defence Defence(Settings settings)
    {
        var threat = ThreatModel.Linf(0.3);
        var detach = bool.Parse(settings.Text("detach"));
        var weights = new CompactnessWeights(
            settings.Number("lc"), settings.Number("ls"), settings.Number("gc"), settings.Number("gs"),
            settings.Number("conf"), settings.Number("separation"),
            settings.Has("form") ? SmoothnessForm.KullbackLeibler : SmoothnessForm.CrossEntropy,
            DetachLatent: detach, DetachLogits: detach);
        var beta = settings.Number("beta");
        var start = (settings.Has("start") ? settings.Text("start") : "") switch
        {
            "uniform" => AttackStart.UnprojectedRandom,
            "random" => AttackStart.Random,
            _ => AttackStart.None,
        };
        Defence defence = settings.Text("family") switch
        {
            "madry" when settings.Has("clip") => new FreeTraining(threat, settings.Whole("replays")),
            "madry" when settings.Has("replays") => new FreeTraining(threat, settings.Whole("replays"))
            {
                ClipsPerturbation = false,
            },
            "madry" when settings.Has("fast") => MadryTraining.Fast(threat, settings.Number("fast")),
            "madry" => new MadryTraining(new Pgd(threat, 3, 0.125, start: start))
            {
                AttackInTrainingMode = settings.Has("mode"),
            },
            "mart" when settings.Has("start") => new Mart(Mart.InnerAttackOf(threat, 3, 0.125), beta, weights),
            "mart" => new Mart(new Pgd(threat, 3, 0.125, start: start), beta, weights),
            "standard" => new StandardTraining(),
            "adv" => new AdversarialTraining(new Pgd(threat, 3, 0.125, start: start), weights),
            "trades" when settings.Has("start") => new Trades(Pgd.Trades(threat, 3, 0.125), beta, weights),
            "trades" => new Trades(
                new Pgd(threat, 3, 0.125, loss: AttackLoss.KullbackLeibler, start: AttackStart.Random), beta, weights)
            {
                PassesCleanTwice = false,
            },
            var family => throw new InvalidDataException($"This test does not know the defence '{family}'."),
        };
        return settings.Has("awp")
            ? new AdversarialWeightPerturbation(defence, settings.Number("awp"))
            {
                DecaysMovedWeights = settings.Has("decay"),
            }
            : defence;
    }

    private static OptimizerSettings Optimiser(string name) => name switch
    {
        "sgd" => new SgdSettings(0.05, 0.9, 0.01),
        "nesterov" => new SgdSettings(0.05, 0.9, 0.01, Nesterov: true),
        _ => new AdamSettings(0.005, 0.01),
    };
}
