using Adr.Attacks;
using Adr.Evaluation;
using Adr.Testing;
using Adr.Tests.Attacks;
using Adr.Tests.Reference;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

[Properties(Arbitrary = [typeof(EvaluationCase)])]
public static class ConfusionMatrixTests
{
    [Law(MaxTest = 15)]
    public static void Rows_hold_the_points_of_a_class_and_the_diagonal_the_right_ones(EvaluationCase sample)
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var data = sample.Data();
        var attack = AttackTable.Row(sample.Attacks.FirstOrDefault() ?? "PGD").Make(sample.Threat);
        foreach (var matrix in new[] { Evaluating.With(model, data, sample.Options, null,
            e => ConfusionMatrix.Evaluate(e)),
            Evaluating.With(model, data, sample.Options, null, e => ConfusionMatrix.Evaluate(e, attack)) })
        {
            var labels = Close.Longs(data.Labels);
            for (var row = 0; row < 3; row++)
                Assert.Equal(labels.Count(label => label == row),
                    Enumerable.Range(0, 3).Sum(column => matrix.Counts[row, column]));
            Assert.Equal(Enumerable.Range(0, 3).Sum(k => matrix.Counts[k, k]), matrix.Accuracy.Successes);
            Assert.Equal(data.Count, matrix.Accuracy.Total);
        }
        Assert.Equal(Robustness.Evaluate(model, data, [], name: "tiny").Natural,
            Evaluating.With(model, data, null, null, e => ConfusionMatrix.Evaluate(e)).Accuracy);
    }

    [Fact] // a model that answers its second class always
    public static void Columns_are_predictions()
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var data = EvaluationCase.Stripes(3, 30);
        using (no_grad())
        {
            model.get_parameter("last.weight")!.zero_();
            model.get_parameter("last.bias")!.copy_(tensor(new[] { 0f, 1f, 0f }));
        }
        var matrix = Evaluating.With(model, data, null, null, e => ConfusionMatrix.Evaluate(e));
        Assert.Equal(30, matrix.Counts[0, 1] + matrix.Counts[1, 1] + matrix.Counts[2, 1]);
        Assert.Equal(Close.Longs(data.Labels).Count(label => label == 1), matrix.Accuracy.Successes);
    }

    [Fact]
    public static void Counts_without_a_name_per_class_are_refused() =>
        Assert.Equal("Counts",
            Assert.Throws<ArgumentException>(() => new ConfusionMatrix(new long[2, 3], ["a", "b"])).ParamName);
}
