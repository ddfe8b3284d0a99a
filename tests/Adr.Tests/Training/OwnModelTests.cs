using Adr.Attacks;
using Adr.Data;
using Adr.Losses;
using Adr.Models;
using Adr.Tests.Data;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

/// <summary>Training of modules that know nothing of this library, and defences that are not part of it.</summary>
public sealed class OwnModelTests : IDisposable
{
    private static readonly Pgd Attack = new(ThreatModel.Linf(0.1), 2, 0.05);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Defences => new("Standard", "ADV", "TRADES", "MART", "Madry", "Free", "ADV-AWP");

    [Theory]
    [MemberData(nameof(Defences))]
    public void Every_defence_without_ADR_trains_a_plain_module(string name)
    {
        using var data = TinyRun.Data();
        using var model = Plain();
        Defence defence = name switch
        {
            "Standard" => new StandardTraining(),
            "ADV" => new AdversarialTraining(Attack),
            "TRADES" => new Adr.Training.Trades(Attack),
            "MART" => new Mart(Attack),
            "Madry" => new MadryTraining(Attack),
            "Free" => new FreeTraining(Attack.Threat, 2),
            _ => new AdversarialWeightPerturbation(new AdversarialTraining(Attack)),
        };
        var history = new Trainer(model, defence, TinyRun.Options() with { Epochs = 20, Milestones = [] }).Fit(data);
        Assert.Equal(name, history.Defence);
        Assert.True(history.Epochs[^1].ValidationNatural > 0.8, $"natural {history.Epochs[^1].ValidationNatural}");
        Assert.True(history.Epochs[^1].LatentNorm > 0);
    }

    [Fact]
    public void ADR_is_refused_before_the_work_where_there_is_no_latent_and_says_how_to_give_one()
    {
        using var model = Plain();
        var error = Assert.Throws<ArgumentException>(() => new Trainer(model, TinyRun.Defence(), TinyRun.Options()));
        Assert.Contains("ILatentModel", error.Message, StringComparison.Ordinal);
        Assert.Contains("Classifier.From", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ADR_trains_two_composed_modules()
    {
        using var data = TinyRun.Data();
        manual_seed(5);
        using var model = Classifier.From(
            nn.Sequential(nn.Flatten(), nn.Linear(16, 12), nn.ReLU()),
            nn.Sequential(nn.Dropout(0.3), nn.Linear(12, 3)));
        var history = new Trainer(model, TinyRun.Defence(), TinyRun.Options() with { Epochs = 30, Milestones = [] })
            .Fit(data);
        Assert.Contains("LocalCompactness", history.Epochs[0].Terms.Keys);
        Assert.True(history.Epochs[^1].ValidationNatural > 0.8, $"natural {history.Epochs[^1].ValidationNatural}");
    }

    [Fact]
    public void ADR_trains_a_model_whose_latent_is_its_logits()
    {
        using var data = TinyRun.Data();
        using var model = new LogitsAsLatent();
        var history = new Trainer(model, TinyRun.Defence(), TinyRun.Options()).Fit(data);
        Assert.True(double.IsFinite(history.Epochs[^1].Loss));
        using var scope = NewDisposeScope();
        Assert.Equal([2L, 3L], model.call(data.Images.narrow(0, 0, 2)).detach().clone().shape);
    }

    [Theory]
    [InlineData(1)] // within the first epoch: the initial weights are in the folder
    [InlineData(4)]
    [InlineData(8)]
    public void An_interrupted_run_continues_to_the_same_bytes_although_no_seed_gives_its_weights_again(int cut)
    {
        using var data = TinyRun.Data();
        using (var first = Plain(7))
            new Trainer(first, new AdversarialTraining(Attack), TinyRun.Options())
                .Fit(data, resumeFrom: _folder["whole"]);
        using (var stop = new CancellationTokenSource())
        using (var first = Plain(7))
        {
            var steps = 0;
            Assert.ThrowsAny<OperationCanceledException>(() =>
                new Trainer(first, new Stopping(() => { if (++steps == cut) stop.Cancel(); }), TinyRun.Options())
                    .Fit(data, resumeFrom: _folder["cut"], cancellation: stop.Token));
        }
        using (var another = Plain(8)) // drawn anew, as a second process would
            new Trainer(another, new AdversarialTraining(Attack), TinyRun.Options())
                .Fit(data, resumeFrom: _folder["cut"]);
        foreach (var file in new[] { "checkpoint.safetensors", "best.safetensors", "config.json", "checkpoint.json" })
            Assert.Equal(
                File.ReadAllBytes(new RunFolder(_folder["whole"]).File(file)),
                File.ReadAllBytes(new RunFolder(_folder["cut"]).File(file)));
    }

    [Fact]
    public void A_folder_refuses_a_network_of_other_parameters()
    {
        using var data = TinyRun.Data();
        using var model = Plain();
        new Trainer(model, new StandardTraining(), TinyRun.Options()).Fit(data, resumeFrom: _folder["run"]);
        using var wider = Plain(hidden: 13);
        var error = Assert.Throws<InvalidOperationException>(() =>
            new Trainer(wider, new StandardTraining(), TinyRun.Options()).Fit(data, resumeFrom: _folder["run"]));
        Assert.Contains("model.parameters.1.weight: \"[12,16]\" there, \"[13,16]\" here", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Logits_that_grow_without_bound_stop_the_run()
    {
        using var data = TinyRun.Data();
        using var model = Plain();
        var options = TinyRun.Options(new SgdSettings(0.5)) with
        {
            Epochs = 60, Milestones = [], LatentGrowthLimit = 20,
        };
        var trainer = new Trainer(model, new Growing(), options);
        var error = Assert.Throws<TrainingDivergedException>(() => trainer.Fit(data));
        Assert.Contains("the mean norm of the logits", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, 3, "does not take the images [1,4,4] of three rows")]
    [InlineData(16, 4, "has 4 classes, three rows has 3")]
    public void Data_that_do_not_fit_are_refused_with_what_was_seen(int inputs, int classes, string message)
    {
        using var data = TinyRun.Data();
        using var model = nn.Sequential(nn.Flatten(), nn.Linear(inputs, classes));
        var error = Assert.Throws<ArgumentException>("train", () =>
            new Trainer(model, new StandardTraining(), TinyRun.Options()).Fit(data));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_defence_of_ones_own_sums_named_terms()
    {
        using var data = TinyRun.Data();
        using var model = Plain();
        var history = new Trainer(model, new LogitPairing(Attack), TinyRun.Options()).Fit(data);
        Assert.Equal(["CrossEntropy", "Pairing"], history.Epochs[0].Terms.Keys.Order());
        Assert.NotNull(history.Epochs[0].RobustAccuracy);
    }

    [Fact]
    public void A_defence_of_ones_own_has_ADRs_terms_where_it_has_weights()
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(1);
        var defence = new LogitPairing(Attack, new CompactnessWeights(GlobalCompactness: 0, Confidence: 0));
        var history = new Trainer(model, defence, TinyRun.Options() with { TermWarmupEpochs = 2 }).Fit(data);
        Assert.Equal(
            ["CrossEntropy", "LocalCompactness", "LocalSmoothness", "Pairing"], history.Epochs[0].Terms.Keys.Order());
    }

    private static nn.Module<Tensor, Tensor> Plain(long seed = 5, int hidden = 12)
    {
        manual_seed(seed);
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(16, hidden),
            nn.BatchNorm1d(hidden),
            nn.ReLU(),
            nn.Dropout(0.3),
            nn.Linear(hidden, 3));
    }

    private sealed record LogitPairing(Attack Pairs, CompactnessWeights? Terms = null) : Defence(Pairs, Terms)
    {
        public override string Name => "pairing";

        public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
        {
            var (clean, perturbed) = (Predict(model, batch.Images), Predict(model, adversarial!));
            return Sum(batch, clean, perturbed,
                ("CrossEntropy", Loss.CrossEntropy(perturbed.Logits, batch.Labels)),
                ("Pairing", 0.5 * (clean.Logits - perturbed.Logits).pow(2).mean()));
        }
    }

    private sealed record Growing : Defence
    {
        public override string Name => "growing";

        public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial)
        {
            var clean = Predict(model, batch.Images);
            return Sum(batch, clean, null, ("Negative", -clean.Logits.abs().mean()));
        }
    }

    /// <summary>ADV, and something that is done before each attack.</summary>
    private sealed record Stopping(Action Before) : Defence(OwnModelTests.Attack)
    {
        private readonly AdversarialTraining _inner = new(OwnModelTests.Attack);

        public override string Name => _inner.Name;

        public override Tensor? Perturb(nn.Module<Tensor, Tensor> model, Batch batch, InnerAttack inner)
        {
            Before();
            return base.Perturb(model, batch, inner);
        }

        public override BatchLoss ComputeLoss(nn.Module<Tensor, Tensor> model, Batch batch, Tensor? adversarial) =>
            _inner.ComputeLoss(model, batch, adversarial);
    }

    private sealed class LogitsAsLatent : Classifier
    {
        private readonly nn.Module<Tensor, Tensor> _layer = nn.Linear(16, 3);

        internal LogitsAsLatent() : base("logits", 3, [1, 4, 4]) => register_module("layer", _layer);

        public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
        {
            var y = _layer.call(images.flatten(1));
            return (y, y);
        }
    }
}
