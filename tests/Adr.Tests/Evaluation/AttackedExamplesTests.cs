using System.Globalization;
using System.Text.Json.Nodes;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Testing;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using Adr.Training;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Evaluation;

/// <summary>What became of each example, whichever examples were chosen and however the attacks ran.</summary>
[Properties(Arbitrary = [typeof(EvaluationCase)])]
public static class AttackedExamplesTests
{
    private static AutoAttack Attack(ThreatModel threat) => new(
    [
        new Apgd(threat, steps: 6, keep: KeptIterate.EarlyStop), new Pgd(threat, 3), new Square(threat, 20),
    ]);

    private static AutoAttackReport Run(Dataset data, EvaluationOptions options, ThreatModel threat,
        bool individual = false, string? state = null)
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        return Evaluating.With(model, data, options, "tiny",
            evaluator => AutoAttackReport.Evaluate(evaluator, Attack(threat), state, individual));
    }

    // a part of the data that begins and ends anywhere, or single examples
    private static Dataset Part(Dataset whole, int seed)
    {
        var random = new Random(seed);
        if (seed % 2 == 0)
        {
            var start = random.Next(whole.Count);
            return whole.Slice(start, 1 + random.Next(whole.Count - start));
        }
        int[] order = [.. Enumerable.Range(0, whole.Count)];
        random.Shuffle(order);
        return whole.Select(order[..(1 + random.Next(whole.Count))]);
    }

    [Law(MaxTest = 12)] // one example in a batch, so that even the rounding is the same
    public static void An_example_meets_the_same_fate_in_the_whole_set_in_a_part_and_alone(
        EvaluationCase sample, bool individual)
    {
        using var whole = sample.Data();
        using var part = Part(whole, sample.Seed);
        using var inner = Part(part, sample.Seed / 2);
        var options = sample.Options with { BatchSize = 1 };
        var expected = Run(whole, options, sample.Threat, individual);
        foreach (var data in new[] { part, inner })
        {
            var report = Run(data, options, sample.Threat, individual);
            for (var i = 0; i < data.Count; i++)
            {
                var at = (int)data.Positions[i];
                Assert.Equal(expected.Robust[at], report.Robust[i]);
                Assert.Equal(expected.Examples!.Predictions[at], report.Examples!.Predictions[i]);
                foreach (var (there, here) in expected.Stages.Zip(report.Stages))
                    Assert.Equal(there.Predictions![at], here.Predictions![i]);
            }
        }
    }

    [Law(MaxTest = 12)] // so that the law above is about more than flags
    public static void Images_after_an_attack_are_the_same_bits_in_a_part_too(EvaluationCase sample)
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var whole = sample.Data();
        using var part = Part(whole, sample.Seed);
        using var folder = new TemporaryFolder();
        AdversarialExamples Images(Dataset data, string name)
        {
            Robustness.Evaluate(model, data, [new Pgd(sample.Threat, 4)],
                sample.Options with { BatchSize = 1, SaveAdversarialTo = folder[name] });
            return AdversarialExamples.Load(Directory.GetFiles(folder[name]).Single());
        }

        using var expected = Images(whole, "whole");
        using var actual = Images(part, "part");
        Assert.Equal(part.Positions, actual.Data.Positions);
        for (var i = 0; i < part.Count; i++)
            Assert.Equal(expected.Data.Images[part.Positions[i]].bytes.ToArray(),
                actual.Data.Images[i].bytes.ToArray());
    }

    [Law(MaxTest = 12)]
    public static void Predictions_say_which_attack_misclassified_what(EvaluationCase sample)
    {
        using var data = sample.Data();
        var report = Run(data, sample.Options, sample.Threat);
        var left = report.Examples!.Labels.Zip(report.Examples.Predictions, (label, answer) => label == answer)
            .ToArray();
        Assert.Equal(left.Count(isRight => isRight), report.Natural.Successes);
        foreach (var stage in report.Stages)
        {
            Assert.Equal(left, stage.Predictions!.Select(answer => answer >= 0));
            for (var i = 0; i < left.Length; i++) left[i] &= stage.Predictions![i] == report.Examples.Labels[i];
        }
        Assert.Equal(left, report.Robust);
    }

    [Law(MaxTest = 12)]
    public static void Every_attack_alone_is_what_it_is_in_a_report_of_several(EvaluationCase sample)
    {
        using var scope = NewDisposeScope();
        using var model = EvaluationCase.Model();
        using var data = sample.Data();
        var options = sample.Options with { BatchSize = 1 };
        var report = Run(data, options, sample.Threat, individual: true);
        var others = Robustness.Evaluate(model, data, Attack(sample.Threat).Attacks, options);

        Assert.True(report.Individual);
        Assert.All(report.Stages, stage => Assert.Equal(report.Natural.Successes, stage.Attacked));
        Assert.Equal(others.Attacks.Select(attack => attack.RobustAccuracy),
            report.Stages.Select(stage => stage.RobustAccuracy));
        Assert.Equal(others.WorstCase, report.RobustAccuracy);
        // one after another they leave the same examples
        Assert.Equal(Run(data, options, sample.Threat).Robust, report.Robust);
    }

    [Law(MaxTest = 12)]
    public static void The_perturbation_is_that_of_the_images_kept(EvaluationCase sample)
    {
        using var scope = NewDisposeScope();
        using var data = sample.Data();
        using var folder = new TemporaryFolder();
        var report = Run(data, sample.Options with { SaveAdversarialTo = folder["images"] }, sample.Threat);
        using var saved = AdversarialExamples.Load(Directory.GetFiles(folder["images"]).Single());
        int[] wrong = [.. Enumerable.Range(0, data.Count).Where(
            i => !report.Robust[i] && report.Examples!.Labels[i] == report.Examples.Predictions[i])];
        if (wrong.Length == 0)
        {
            Assert.Null(report.Perturbation);
            return;
        }
        using var before = data.Select(wrong);
        using var after = saved.Data.Select(wrong);
        var extent = report.Perturbation!;
        var distances = sample.Threat.Distance(
            after.Images.to(ScalarType.Float64), before.Images.to(ScalarType.Float64));
        Assert.Equal(distances.max().item<double>(), extent.Largest, 12);
        Assert.InRange(extent.Largest, 0, sample.Threat.Epsilon + 1e-6);
        Assert.Equal(after.Images.min().item<float>(), extent.LowestPixel, 12);
        Assert.Equal(after.Images.max().item<float>(), extent.HighestPixel, 12);
    }

    [Theory, InlineData(true), InlineData(false)] // after every batch of it
    public static void A_run_of_chosen_examples_resumes_after_any_batch(bool individual)
    {
        using var folder = new TemporaryFolder();
        using var all = EvaluationCase.Stripes(3, 30);
        using var data = all.Select([.. Enumerable.Range(4, 20).Reverse()]);
        var (threat, options) = (ThreatModel.Linf(0.06), new EvaluationOptions { BatchSize = 4, Seed = 2 });
        var images = options with { SaveAdversarialTo = folder["whole"] };
        var whole = Run(data, images, threat, individual);
        Assert.NotEqual(0, whole.Stages[0].Misclassified);
        Assert.Equal(individual, whole.Stages[1].Attacked == whole.Natural.Successes);

        var (reports, state) = (1, folder["state.json"]);
        for (; ; reports++)
        {
            var left = reports;
            var parts = options with
            {
                SaveAdversarialTo = folder["parts"],
                Progress = new Listener<EvaluationProgress>(value =>
                {
                    if (value.Attack is not ("natural" or "sanity checks") && --left == 0) throw new TimeoutException();
                }),
            };
            try
            {
                var report = Run(data, parts, threat, individual, state);
                Assert.Equal(WithoutTimes(whole), WithoutTimes(report));
                break;
            }
            catch (TimeoutException)
            {
                // as intended: the next call goes on from the state
            }
        }
        Assert.InRange(reports, 3, 100);
        Assert.Equal(File.ReadAllBytes(Directory.GetFiles(folder["whole"]).Single()),
            File.ReadAllBytes(Directory.GetFiles(folder["parts"]).Single()));
    }

    [Fact]
    public static void A_state_of_another_selection_or_way_to_run_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var all = EvaluationCase.Stripes(3, 30);
        var (threat, options, state) = (ThreatModel.Linf(0.06), new EvaluationOptions(), folder["state.json"]);
        using var data = all.Slice(4, 6);
        Run(data, options, threat, state: state);

        using var range = all.Slice(5, 6);
        using var chosen = all.Select([4, 5, 6, 7, 9, 8]);
        // the same images at other positions would meet other random numbers
        using var anew = new Dataset(data.Name, data.Images.clone(), data.Labels.clone(), data.ClassNames);
        Assert.Contains("selection: \"6 examples from position 4 on, ", Refused(range));
        Assert.Contains("here", Refused(chosen));
        var message = Refused(anew);
        Assert.Contains("there, null here", message);
        Assert.DoesNotContain("data: ", message);
        Assert.Contains("individual: null there, true here", Refused(data, individual: true));

        string Refused(Dataset other, bool individual = false) => Assert.Throws<InvalidOperationException>(
            () => { Run(other, options, threat, individual, state); }).Message;
    }

    [Theory]
    [InlineData("first 3 examples", 0, 1, 2)]
    [InlineData("first 1 example", 0)]
    [InlineData("2 examples from position 1,500 on", 1500, 1501)]
    [InlineData("1 example from position 7 on", 7)]
    [InlineData("2 chosen examples", 0, 2)]
    [InlineData("3 chosen examples", 2, 1, 0)]
    public static void Are_named_in_words(string words, params int[] positions) =>
        Assert.Equal(words, AttackedExamples.Words([.. positions.Select(position => (long)position)]));

    public static TheoryData<string, Action<JsonNode>, string> Contradictions => new()
    {
        { "a label", json => json["examples"]!["labels"] = "0 1", "there are 2 labels for 12 examples" },
        { "a class", json => Replace(json["examples"]!, "labels", 0, 3), "one of the labels is below 0 or no class" },
        { "a word", json => json["examples"]!["positions"] = "0 one", "there is 'one'" },
        { "a number", json => json["examples"]!["positions"] = 7, "a text of whole numbers" },
        { "natural", json => Replace(json["examples"]!, "predictions", 0, 2), "predictions are right" },
        { "attacked", json => Replace(json["stages"]![0]!, "predictions", 0, -1), "was not attacked by APGD-CE" },
        { "shorter", json => json["stages"]![1]!["predictions"] = "0", "has 1 predictions for 12 examples" },
        { "extent", json => json["stages"]!.AsArray()[^1]!["perturbation"] = JsonNode.Parse(
            """{"largest":1,"lowestPixel":0,"highestPixel":1}"""), "misclassified nothing, but changed images by 1" },
    };

    private static void Replace(JsonNode member, string name, int index, int number)
    {
        var numbers = ((string)member[name]!).Split(' ');
        numbers[index] = $"{number}";
        member[name] = string.Join(' ', numbers);
    }

    [Theory, MemberData(nameof(Contradictions))]
    public static void A_report_that_contradicts_itself_is_refused(string what, Action<JsonNode> change, string fault)
    {
        Assert.NotEmpty(what);
        using var folder = new TemporaryFolder();
        using var data = EvaluationCase.Stripes(3, 12);
        Run(data, new EvaluationOptions { Seed = 1 }, ThreatModel.Linf(0.02)).Save(folder["report.json"]);
        var json = JsonNode.Parse(File.ReadAllText(folder["report.json"]))!;
        Assert.True(json.AsObject().Remove("seal"));
        File.WriteAllText(folder["report.json"], json.ToJsonString());
        Assert.Equal(12, AutoAttackReport.Load(folder["report.json"]).Examples!.Labels.Length);

        change(json);
        File.WriteAllText(folder["report.json"], json.ToJsonString());

        Assert.Contains(fault, Assert.Throws<InvalidDataException>(
            () => { AutoAttackReport.Load(folder["report.json"]); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public static void A_report_of_before_is_read_without_them()
    {
        using var folder = new TemporaryFolder();
        using var data = EvaluationCase.Stripes(3, 12);
        Run(data, new EvaluationOptions(), ThreatModel.Linf(0.05)).Save(folder["report.json"]);
        var json = JsonNode.Parse(File.ReadAllText(folder["report.json"]))!.AsObject();
        foreach (var name in new[] { "seal", "examples", "perturbation" }) Assert.True(json.Remove(name));
        foreach (var stage in json["stages"]!.AsArray())
            foreach (var name in new[] { "predictions", "perturbation" }) Assert.True(stage!.AsObject().Remove(name));
        File.WriteAllText(folder["report.json"], json.ToJsonString());

        var report = AutoAttackReport.Load(folder["report.json"]);

        Assert.Null(report.Examples);
        Assert.Null(report.Perturbation);
        Assert.Equal(("first 12 examples", 3), (report.Which, report.Stages.Count));
    }

    [PythonFact]
    public static void The_page_about_attacks_reads_them_in_Python()
    {
        using var folder = new TemporaryFolder();
        using var data = EvaluationCase.Stripes(3, 24);
        var report = Run(data, new EvaluationOptions { Seed = 1 }, ThreatModel.Linf(0.06), individual: true);
        report.Save(folder["report.json"]);
        var page = File.ReadAllText(Python.Page("attacks.md"));
        var snippet = Assert.Single(page.Split("```python\n")[1..]).Split("```")[0];
        File.WriteAllText(folder["read.py"], $"{snippet}print(json.dumps(fates))\n");

        using var answer = Python.RunIn(folder.Path, folder["read.py"]);

        Assert.InRange(report.RobustAccuracy.Successes, 1, report.Natural.Successes - 1);
        Assert.Equal(report.Natural.Successes - report.RobustAccuracy.Successes,
            answer.RootElement.EnumerateObject().Count());
        foreach (var fate in answer.RootElement.EnumerateObject())
        {
            var at = int.Parse(fate.Name, CultureInfo.InvariantCulture);
            var stage = report.Stages.First(stage => stage.Predictions![at] != report.Examples!.Labels[at]);
            Assert.Equal(stage.Attack, fate.Value[0].GetString());
            Assert.Equal(stage.Predictions![at], fate.Value[1].GetInt64());
        }
    }

    private static string WithoutTimes(AutoAttackReport report)
    {
        var json = report.ToJson();
        json.Remove("seconds");
        foreach (var stage in json["stages"]!.AsArray()) stage!.AsObject().Remove("seconds");
        return json.ToJsonString(Json.Compact);
    }
}
