using Adr.Attacks;
using Adr.Evaluation;
using Adr.Models;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>A model of which only the answers are known, in an evaluation.</summary>
public static class BlackBoxEvaluationTests
{
    private static readonly ThreatModel Threat = ThreatModel.Linf(0.1);

    private static BlackBox Box(TinyClassifier model)
    {
        model.eval();
        return new BlackBox("remote", model.call, 3, [1, 6, 6]);
    }

    public static TheoryData<string> Attacks => ["Square", "SPSA", "NES", "noise"];

    private static Attack Make(string name) => name switch
    {
        "Square" => new Square(Threat, 200),
        "SPSA" => new Spsa(Threat, 10, 24, 0.02),
        "NES" => new Nes(Threat, 10, 24),
        _ => new RandomNoise(Threat, 10),
    };

    [Theory, MemberData(nameof(Attacks))]
    public static void Gives_what_the_model_itself_gives(string name)
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var box = Box(model);
        using var data = EvaluationCase.Stripes(21, 50);
        var there = Robustness.Evaluate(box, data, [Make(name)], new() { BatchSize = 16, Seed = 4 }, name: "remote");
        var here = Robustness.Evaluate(model, data, [Make(name)], new() { BatchSize = 16, Seed = 4 }, name: "tiny");
        Assert.Equal(here.Natural, there.Natural);
        Assert.Equal(here.Attacks[0].Robust, there.Attacks[0].Robust);
        Assert.Equal(here.Attacks[0].ModelEvaluations, there.Attacks[0].ModelEvaluations);
        Assert.Equal(0, there.Attacks[0].Backwards);
        if (name != "noise") Assert.True(there.WorstCase.Successes < there.Natural.Successes - 5,
            $"{there.WorstCase} of {there.Natural}");
    }

    [Fact]
    public static void An_attack_by_gradients_is_refused_before_the_first_answer()
    {
        using var scope = NewDisposeScope();
        var answers = 0;
        using var box = new BlackBox("remote", images => { answers++; return zeros(images.shape[0], 3); }, 3,
            [1, 6, 6]);
        using var data = EvaluationCase.Stripes(21, 5);
        foreach (var attack in new Attack[] { new Fgsm(Threat), new Pgd(Threat), new Apgd(Threat),
            new LineSearch(Threat) })
        {
            var error = Assert.Throws<ArgumentException>(() =>
                Robustness.Evaluate(box, data, [new Square(Threat, 5), attack], name: "remote"));
            Assert.Equal("attacks", error.ParamName);
            Assert.Contains("black box", error.Message, StringComparison.Ordinal);
            Assert.Contains("Square", error.Message, StringComparison.Ordinal);
        }
        Assert.Equal("evaluator",
            Assert.Throws<ArgumentException>(() =>
            Evaluating.With(box, data, null, "remote", e => GradientMaskingReport.Evaluate(e, Threat))).ParamName);
        Assert.Equal(0, answers);
    }

    [Fact]
    public static void Transfer_from_a_model_with_gradients_works()
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var box = Box(EvaluationCase.Model());
        using var data = EvaluationCase.Stripes(21, 50);
        var report = Robustness.Evaluate(box, data, [new Transfer(new Pgd(Threat, 10), model, "tiny")], name: "remote");
        // the same weights
        Assert.Equal(Robustness.Evaluate(model, data, [new Pgd(Threat, 10)], name: "tiny").WorstCase, report.WorstCase);
    }

    [Fact]
    public static void An_answer_of_another_shape_is_named()
    {
        using var scope = NewDisposeScope();
        using var box = new BlackBox("remote", images => zeros(images.shape[0], 4), 3, [1, 6, 6]);
        using var data = EvaluationCase.Stripes(21, 5);
        Assert.Contains("[5,3]",
            Assert.Throws<InvalidOperationException>(() => Robustness.Evaluate(box, data, [], name: "remote")).Message,
            StringComparison.Ordinal);
    }
}
