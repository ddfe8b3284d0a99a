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

/// <summary>Training of modules that know nothing of this library, and defences that are not part of it.</summary>
public sealed class OwnModelTests : IDisposable
{
    private static readonly Pgd Attack = new(ThreatModel.Linf(0.1), 2, 0.05);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static readonly string[] Names = ["Standard", "ADV", "TRADES", "MART", "Madry", "Free", "ADV-AWP"];

    public static TheoryData<string> Defences => new(Names);

    [Theory]
    [MemberData(nameof(Defences))]
    public void Every_defence_without_ADR_trains_a_plain_module(string name)
    {
        using var data = TinyRun.Data();
        using var model = Plain();
        var defence = Make(name);
        var history = new Trainer(model, defence, TinyRun.Options() with { Epochs = 20, Milestones = [] }).Fit(data);
        Assert.Equal(name, history.Defence);
        Assert.True(history.Epochs[^1].ValidationNatural > 0.8, $"natural {history.Epochs[^1].ValidationNatural}");
        Assert.True(history.Epochs[^1].LatentNorm > 0);
    }

    [Theory]
    [MemberData(nameof(Defences))]
    public void A_module_that_works_in_place_is_trained_to_the_same_bits_as_one_that_does_not(string name)
    {
        using var data = TinyRun.Data();
        var before = Close.Doubles(data.Images);
        using var inPlace = Around.InPlace(Plain());
        using var model = Around.OutOfPlace(Plain());
        var options = TinyRun.Options() with { Epochs = 2, Milestones = [] };
        var history = new Trainer(inPlace, Make(name), options).Fit(data);
        Assert.Equal(before, Close.Doubles(data.Images));
        var expected = new Trainer(model, Make(name), options).Fit(data);
        Assert.Equal(TinyRun.Bits(model), TinyRun.Bits(inPlace));
        Assert.Equal(expected.Epochs[^1] with { Seconds = 0, Terms = history.Epochs[^1].Terms },
            history.Epochs[^1] with { Seconds = 0 });
    }

    [Fact]
    public void ADR_trains_modules_that_work_in_place_to_the_same_bits()
    {
        using var data = TinyRun.Data();
        var before = Close.Doubles(data.Images);
        var bits = new[] { true, false }.Select(isInPlace =>
        {
            manual_seed(5);
            var (flat, hidden, last) = (nn.Flatten(), nn.Linear(16, 12), nn.Linear(12, 3));
            using var model = Classifier.From(
                new Around(nn.Sequential(flat, hidden), x => isInPlace ? x.sub_(0.5f) : x - 0.5f),
                new Around(last, z => isInPlace ? z.mul_(0.5f) : z * 0.5f)); // z is the latent
            new Trainer(model, TinyRun.Defence(), TinyRun.Options()).Fit(data);
            return TinyRun.Bits(model);
        }).ToArray();
        Assert.Equal(bits[1], bits[0]);
        Assert.Equal(before, Close.Doubles(data.Images));
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Logits_of_another_floating_point_type_are_trained_on(ScalarType type)
    {
        using var data = TinyRun.Data();
        foreach (var name in Names)
        {
            using var model = new Around(Plain(), after: logits => logits.to(type));
            using var rounded = new Around(Plain(), after: logits => logits.to(type).to(ScalarType.Float32));
            var options = TinyRun.Options() with { Epochs = 1, Milestones = [], EpsilonWarmupEpochs = 0 };
            new Trainer(model, Make(name), options).Fit(data);
            new Trainer(rounded, Make(name), options).Fit(data);
            Assert.Equal(TinyRun.Bits(rounded), TinyRun.Bits(model));
        }
        using var latent = new LogitsAsLatent(type);
        var history = new Trainer(latent, TinyRun.Defence(), TinyRun.Options()).Fit(data);
        Assert.True(double.IsFinite(history.Epochs[^1].Loss));
    }

    public static TheoryData<string, string> NotLogits => new()
    {
        { "the class", "outputs of type Int64" },
        { "one number", "must give logits [B,3]" },
        { "a column", "must give logits [B,3]" },
        { "one row", "it gave [1,3]" },
        { "nothing", "returned null" },
    };

    [Theory]
    [MemberData(nameof(NotLogits))]
    public void Outputs_that_are_no_logits_are_refused_before_the_work_and_at_every_step(string what, string message)
    {
        using var data = TinyRun.Data();
        using var always = new Around(Plain(), after: logits => Wrong(logits, what));
        var error = Assert.Throws<ArgumentException>("train", () =>
            new Trainer(always, new AdversarialTraining(Attack), TinyRun.Options()).Fit(data));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);

        using var inner = Plain();
        using var later = new Around(inner, after: logits => inner.training ? Wrong(logits, what) : logits);
        var atWork = Assert.Throws<InvalidOperationException>(() =>
            new Trainer(later, new AdversarialTraining(Attack), TinyRun.Options()).Fit(data));
        Assert.Contains(what is "one number" or "a column" ? "must give logits [B,K]" : message, atWork.Message,
            StringComparison.Ordinal);

        static Tensor Wrong(Tensor logits, string what) => what switch
        {
            "the class" => logits.argmax(1),
            "one number" => logits.select(1, 0),
            "a column" => logits.narrow(1, 0, 1),
            "one row" => logits.mean([0L], keepdim: true),
            _ => null!,
        };
    }

    [Fact]
    public void A_sigmoids_one_output_for_two_classes_is_refused_with_the_way_out()
    {
        using var three = TinyRun.Data();
        using var data = new Dataset("two rows", three.Images.clone(), three.Labels.clamp_max(1), ["a", "b"]);
        using var model = nn.Sequential(nn.Flatten(), nn.Linear(16, 1));
        var error = Assert.Throws<ArgumentException>("train", () =>
            new Trainer(model, new StandardTraining(), TinyRun.Options()).Fit(data));
        Assert.Contains("must give logits [B,2]", error.Message, StringComparison.Ordinal);
        Assert.Contains("cat([zeros_like(z), z], 1)", error.Message, StringComparison.Ordinal);
        using var mended = new Around(Column(), after: z => cat([zeros_like(z), z], 1));
        var history = new Trainer(mended, new StandardTraining(), TinyRun.Options() with { Epochs = 30 }).Fit(data);
        Assert.True(history.Epochs[^1].ValidationNatural > 0.8, $"natural {history.Epochs[^1].ValidationNatural}");

        static nn.Module<Tensor, Tensor> Column()
        {
            manual_seed(3);
            return nn.Sequential(nn.Flatten(), nn.Linear(16, 1));
        }
    }

    [Theory]
    [InlineData("whole numbers", "Int64")]
    [InlineData("one row", "[1,3]")]
    [InlineData("nothing", "null")]
    public void A_latent_that_is_none_is_refused(string what, string message)
    {
        using var data = TinyRun.Data();
        using var model = new LogitsAsLatent(latent: y => what switch
        {
            "whole numbers" => y.to(ScalarType.Int64),
            "one row" => y.mean([0L], keepdim: true),
            _ => null!,
        });
        var error = Assert.Throws<InvalidOperationException>(() =>
            new Trainer(model, TinyRun.Defence(), TinyRun.Options()).Fit(data));
        Assert.Contains("must give a latent [B,D]", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact] // what it declares fits the data, and what it gives does not
    public void A_classifier_of_other_outputs_than_it_declares_is_refused()
    {
        using var data = TinyRun.Data();
        using var model = new LogitsAsLatent(outputs: 5);
        var error = Assert.Throws<ArgumentException>("train", () =>
            new Trainer(model, new StandardTraining(), TinyRun.Options()).Fit(data));
        Assert.Contains("has 5 classes, three rows has 3", error.Message, StringComparison.Ordinal);
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

    private static Defence Make(string name) => name switch
    {
        "Standard" => new StandardTraining(),
        "ADV" => new AdversarialTraining(Attack),
        "TRADES" => new Adr.Training.Trades(Attack),
        "MART" => new Mart(Attack),
        "Madry" => new MadryTraining(Attack),
        "Free" => new FreeTraining(Attack.Threat, 2),
        _ => new AdversarialWeightPerturbation(new AdversarialTraining(Attack)),
    };

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
        private readonly nn.Module<Tensor, Tensor> _layer;
        private readonly ScalarType _type;
        private readonly Func<Tensor, Tensor> _latent;

        internal LogitsAsLatent(
            ScalarType type = ScalarType.Float32, int outputs = 3, Func<Tensor, Tensor>? latent = null)
            : base("logits", 3, [1, 4, 4])
        {
            (_type, _layer, _latent) = (type, nn.Linear(16, outputs), latent ?? (y => y));
            register_module("layer", _layer);
        }

        public override (Tensor Latent, Tensor Logits) Represent(Tensor images)
        {
            var y = _layer.call(images.flatten(1)).to(_type);
            return (_latent(y), y);
        }
    }
}
