using Adr.Attacks;
using Adr.Data;
using Adr.Models;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using Adr.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

public sealed class DivergenceGuardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static DivergenceGuard Guard(double limit = 100) => new(new StandardTraining(), 0.1, limit);

    private static TrainingDivergedException Stops(
        DivergenceGuard guard, double loss, double norm, int epoch, int step, bool isFirst = false) =>
        Assert.Throws<TrainingDivergedException>(() => guard.Check(loss, norm, "latent", epoch, step, isFirst));

    [Theory]
    [InlineData(0.0)]
    [InlineData(1e-9)]
    [InlineData(0.01)] // a little, of the biases
    public void A_first_batch_of_blank_images_is_no_measure(double norm)
    {
        var guard = Guard();
        guard.Check(2.3, norm, "latent", 1, 1, isFirst: false);
        guard.Check(2.3, norm, "latent", 1, 2, isFirst: false);
        guard.Check(2.4, 5, "latent", 1, 3, isFirst: false);
        Assert.Equal(5, guard.InitialNorm);
        guard.Check(2.2, 499, "latent", 2, 1, isFirst: false);
        Assert.Contains("is 600, 120 times that of the first step (limit 100)", Stops(guard, 2.2, 600, 2, 2).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Blank_batches_may_last_longer_than_the_first_steps()
    {
        var guard = Guard();
        for (var step = 1; step <= 30; step++) guard.Check(2.3, 0, "latent", 1, step, isFirst: false);
        guard.Check(2.3, 5, "latent", 1, 31, isFirst: false);
        Stops(guard, 2.3, 501, 1, 32);
    }

    [Fact]
    public void A_run_that_diverges_at_once_is_stopped_although_its_first_steps_are_no_measure_yet()
    {
        var guard = Guard();
        guard.Check(2.3, 5, "latent", 1, 1, isFirst: false);
        Stops(guard, 4000, 5000, 1, 2);
    }

    [Fact]
    public void A_latent_that_grows_within_the_first_epoch_is_stopped()
    {
        var guard = Guard();
        var error = Assert.Throws<TrainingDivergedException>(() =>
        {
            for (var step = 1; step <= 100; step++)
                guard.Check(2.3, Math.Pow(1.1, step), "latent", 1, step, isFirst: false);
        });
        Assert.InRange(error.Step, 11, 60);
    }

    [Theory]
    [InlineData(double.NaN, 1.0)]
    [InlineData(double.PositiveInfinity, 1.0)]
    [InlineData(1.0, double.NaN)]
    [InlineData(1.0, double.PositiveInfinity)]
    public void The_learning_rate_is_blamed_only_after_a_step(double loss, double norm)
    {
        var atFirst = Stops(Guard(), loss, norm, 1, 1, isFirst: true).Message;
        Assert.Contains("the learning rate is not the cause", atFirst, StringComparison.Ordinal);
        var guard = Guard();
        guard.Check(2.3, 5, "latent", 1, 1, isFirst: false);
        Assert.Contains("The learning rate 0.1 is probably too high", Stops(guard, loss, norm, 1, 2).Message,
            StringComparison.Ordinal);
        Assert.DoesNotContain("times", atFirst, StringComparison.Ordinal);
    }

    [Fact] // of the first batch, after a step
    public void The_learning_rate_is_blamed_in_a_replay()
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(1);
        var options = TinyRun.Options(new SgdSettings(1e30));
        var free = new FreeTraining(ThreatModel.Linf(0.1), 8);
        var error = Assert.Throws<TrainingDivergedException>(() => new Trainer(model, free, options).Fit(data));
        Assert.Equal((1, 1), (error.Epoch, error.Step));
        Assert.Contains("The learning rate 1E+30 is probably too high", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_whose_first_batch_is_blank_is_trained_to_its_end()
    {
        using var data = TinyRun.Data();
        var options = TinyRun.Options(new SgdSettings(0.1)) with { ValidationCount = 0, Milestones = [], Epochs = 3 };
        var first = data.ShuffledBatches(options.BatchSize, options.Seed, 1).First();
        using (NewDisposeScope()) data.Images.index_fill_(0, tensor(first.Indices), 0f);
        manual_seed(5);
        using var model = nn.Sequential(nn.Flatten(), nn.Linear(16, 12, hasBias: false), nn.ReLU(),
            nn.Linear(12, 3, hasBias: false));
        var history = new Trainer(model, new StandardTraining(), options).Fit(data);
        Assert.Equal(3, history.Epochs.Count);
    }

    [Theory]
    [InlineData("model.output.weight")]
    [InlineData("mean.output.bias")] // of the optimiser: the next step would spoil the weights
    public void A_checkpoint_of_numbers_that_are_not_finite_is_named_and_not_the_learning_rate(string tensor)
    {
        using var data = TinyRun.Data();
        using (var model = new SmallClassifier(1))
            new Trainer(model, new StandardTraining(), TinyRun.Options()).Fit(data, resumeFrom: _folder["run"]);
        var path = new RunFolder(_folder["run"]).CheckpointPath;
        using (NewDisposeScope())
        {
            var (tensors, metadata) = Safetensors.Read(path);
            var name = tensors.Keys.Single(key => key.EndsWith(tensor, StringComparison.Ordinal));
            tensors[name].fill_(float.NaN);
            Safetensors.Write(path, tensors, metadata);
        }
        using var again = new SmallClassifier(1);
        var error = Assert.Throws<InvalidDataException>(() =>
            new Trainer(again, new StandardTraining(), TinyRun.Options()).Fit(data, resumeFrom: _folder["run"]));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("not finite", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_not_finite_at_first_are_named_and_a_folder_is_continued_in_their_place()
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(1);
        using (no_grad()) model.get_parameter("hidden.weight")!.fill_(float.PositiveInfinity);
        var error = Assert.Throws<InvalidOperationException>(() =>
            new Trainer(model, new StandardTraining(), TinyRun.Options()).Fit(data));
        Assert.Contains("small has numbers in hidden.weight that are not finite", error.Message,
            StringComparison.Ordinal);
    }

    [Fact] // its accuracy would be that of the first class
    public void Logits_of_examples_held_out_that_are_not_finite_stop_the_run()
    {
        using var data = TinyRun.Data();
        var inner = nn.Sequential(nn.Flatten(), nn.Linear(16, 3));
        using var model = new Around(inner, after: logits => inner.training ? logits : logits.log());
        var error = Assert.Throws<TrainingDivergedException>(() =>
            new Trainer(model, new StandardTraining(), TinyRun.Options()).Fit(data));
        Assert.Contains("logits of the examples held out are not finite", error.Message, StringComparison.Ordinal);
    }
}
