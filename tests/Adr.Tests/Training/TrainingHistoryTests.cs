using System.Text.Json;
using Adr.Losses;
using Adr.Training;
using static TorchSharp.torch;

namespace Adr.Tests.Training;

public sealed class TrainingHistoryTests
{
    [Fact]
    public void Says_of_a_network_that_grew_sure_of_one_class_since_when_and_why()
    {
        var history = Trained(TinyRun.Defence(new CompactnessWeights(0, 0, 0, 0, Confidence: 50)));
        Assert.Equal(1, history.Epochs[^1].ValidationClasses);
        Assert.InRange(history.Epochs[^1].ValidationConfidence!.Value, 0.75, 1);
        var since = history.Epochs.Reverse().TakeWhile(epoch => epoch.ValidationClasses == 1).Last().Epoch;
        Assert.StartsWith($"Since epoch {since} ", history.Notes[0]);
        Assert.StartsWith("Confidence, and local smoothness as a cross-entropy through both sides, reward",
            history.Notes[1]);
    }

    [Fact]
    public void Has_nothing_to_say_of_a_network_that_looks_at_its_images()
    {
        var history = Trained(new StandardTraining());
        Assert.Equal(3, history.Epochs[^1].ValidationClasses);
        Assert.Empty(history.Notes);
    }

    [Theory]
    [InlineData(new[] { 1, 3, 1, 1 }, 3)]
    [InlineData(new[] { 1, 1 }, 1)]
    [InlineData(new[] { 2, 1 }, 2)]
    public void Counts_from_the_epoch_after_which_it_never_named_another_class(int[] classes, int since) =>
        Assert.Contains($"Since epoch {since} ", Assert.Single(Of([.. classes.Select(count => (int?)count)]).Notes));

    [Theory]
    [InlineData(0.14, false)] // after two steps, of seven classes
    [InlineData(0.5, false)]
    [InlineData(0.76, true)]
    [InlineData(1.0, true)]
    public void Says_so_only_where_the_network_is_sure(double confidence, bool says)
    {
        var epochs = Of([2, 1, 1]).Epochs;
        var history = new TrainingHistory("ADV",
            [.. epochs.Take(2), epochs[2] with { ValidationConfidence = confidence }], 3);
        if (says)
            Assert.StartsWith("Since epoch 2 the network predicts the same class for every image held out, now with a "
                + FormattableString.Invariant($"mean probability of {confidence:0.00}"), Assert.Single(history.Notes));
        else
            Assert.Empty(history.Notes);
    }

    [Fact]
    public void A_network_that_has_hardly_learnt_is_not_said_to_have_collapsed()
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(5);
        using (no_grad()) model.get_parameter("output.weight")!.zero_(); // every image gets the biases
        var options = TinyRun.Options(new SgdSettings(1e-6)) with
        {
            Epochs = 1, Milestones = [], EpsilonWarmupEpochs = 0,
        };
        var history = new Trainer(model, new StandardTraining(), options).Fit(data);
        Assert.Equal(1, history.Epochs[^1].ValidationClasses);
        Assert.InRange(history.Epochs[^1].ValidationConfidence!.Value, 1 / 3.0, 0.75);
        Assert.Empty(history.Notes);
    }

    [Fact]
    public void An_older_line_without_the_confidence_is_read_and_a_new_one_is_read_as_written()
    {
        const string Line = """
            {"Epoch":1,"LearningRate":0.1,"Epsilon":0,"Loss":1,"Terms":{},"NaturalAccuracy":0.3,"RobustAccuracy":null,
            "ValidationNatural":0.3,"ValidationRobust":null,"LatentNorm":1,"Seconds":1,"ValidationClasses":1}
            """;
        var older = JsonSerializer.Deserialize<EpochMetrics>(Line)!;
        Assert.Null(older.ValidationConfidence);
        Assert.Single(new TrainingHistory("ADV", [older], 1).Notes);
        var epoch = Epoch(1) with { ValidationClasses = 1, ValidationConfidence = 0.9 };
        var read = JsonSerializer.Deserialize<EpochMetrics>(JsonSerializer.Serialize(epoch))!;
        Assert.Equal(0.9, read.ValidationConfidence);
    }

    [Fact]
    public void Is_silent_after_a_recovery_and_where_nothing_was_counted()
    {
        Assert.Empty(Of([1, 2]).Notes);
        Assert.Empty(Of([null, null]).Notes);
        Assert.Empty(Of([]).Notes);
    }

    [Fact]
    public void Does_not_count_where_those_held_out_are_of_one_class_alone()
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(5);
        var history = new Trainer(model, new StandardTraining(), TinyRun.Options() with { ValidationCount = 1 })
            .Fit(data);
        Assert.NotNull(history.Epochs[0].ValidationNatural);
        Assert.Null(history.Epochs[0].ValidationClasses);
    }

    [Fact]
    public void An_epoch_without_the_count_is_written_as_it_always_was() =>
        Assert.DoesNotMatch("lasses|onfidence", JsonSerializer.Serialize(Of([null]).Epochs[0]));

    private static TrainingHistory Trained(Defence defence)
    {
        using var data = TinyRun.Data();
        using var model = new SmallClassifier(5);
        return new Trainer(model, defence, TinyRun.Options() with { Epochs = 12, Milestones = [] }).Fit(data);
    }

    private static TrainingHistory Of(int?[] classes) => new("ADV",
        [.. classes.Select((count, i) => Epoch(i + 1) with { ValidationClasses = count })], 1);

    private static EpochMetrics Epoch(int number) =>
        new(number, 0.1, 0.1, 1, new Dictionary<string, double> { ["CrossEntropy"] = 1 }, 0.3, 0.2, 0.3, 0.2, 1, 1);
}
