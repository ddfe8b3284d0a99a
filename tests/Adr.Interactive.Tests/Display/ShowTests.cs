using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Experiments;
using Adr.Losses;
using Adr.Training;
using TorchSharp;

namespace Adr.Interactive.Tests.Display;

public class ShowTests
{
    public class Texts
    {
        [Fact]
        public void Are_as_reviewed()
        {
            Reviewed.Equal("proportion.txt", $"{Show.Of(Records.Proportion)}");
            Reviewed.Equal("report.txt", $"{RobustnessReportView.Of(Records.Report)}");
            Reviewed.Equal("report.html", RobustnessReportView.Of(Records.Report).As(Mime.Html));
            Reviewed.Equal("autoattack.txt", $"{AutoAttackView.Of(Records.AutoAttack)}");
            Reviewed.Equal("distances.txt", $"{MinimumNormView.Of(Records.Distances)}");
            Reviewed.Equal("masking.txt", $"{GradientMaskingView.Of(Records.Masking)}");
            var table = $"{RobustnessTableView.Of(Records.Table)}".Replace(Records.Table.Caption, "(settings)");
            Reviewed.Equal("robustness.txt", table);
            Reviewed.Equal("settings.txt", $"{ExperimentView.Of(Records.Table.Experiment)}");
            Reviewed.Equal("robustness-bars.txt", $"{Show.Bars(Records.Table)}");
            Reviewed.Equal("confusion.txt", $"{Show.Confusion(Records.Confusion)}");
            Reviewed.Equal("curves.txt", $"{Show.Curves(Records.Curve("ADV"), Records.Curve("ADR-ADV"))}");
            Reviewed.Equal("latents.txt", $"{Show.Latents(Records.Latents)}");
            Reviewed.Equal("regions.txt", $"{Show.Regions(Records.Regions)}");
            Reviewed.Equal("history.txt", $"{TrainingHistoryView.Of(Records.History)}");
            Reviewed.Equal("progress.txt", $"{Show.Of(Records.Progress(3, 5))}");
            Reviewed.Equal("progress.html", Show.Of(Records.Progress(2, 5)).As(Mime.Html));
        }
    }

    public class Table
    {
        [Theory]
        [InlineData(760, 888, "ADR-ADV")]
        [InlineData(888, 760, "ADV")]
        [InlineData(760, 770, null)] // the intervals overlap: nobody is best
        [InlineData(760, 760, null)]
        public void The_best_is_marked_only_where_the_points_can_tell(int first, int second, string? best)
        {
            var table = RobustnessTableView.Of(Records.TableOf(("ADV", 970, first), ("ADR-ADV", 971, second)));
            Assert.Equal(best is null ? [] : [best], table.Rows.Where(row => row[2].Strong).Select(row => row[0].Text));
            Assert.DoesNotContain(table.Rows, row => row[1].Strong);
        }

        [Fact]
        public void Many_attacks_have_a_line_each_so_that_none_leaves_the_page()
        {
            RobustnessReport Costly(string attack, int robust) => new("", "MNIST", new(100, 100), [],
                [new(attack, ThreatModel.Linf(0.3), new(robust, 100), [], [], 1, 1)], new(robust, 100), [], 1, "cpu");
            var six = Enumerable.Range(0, 6);
            ModelResult[] rows = [.. Records.Table.Rows.Select((row, r) =>
                row with { Costly = [.. six.Select(i => Costly($"attack {i}", 10 * i + 40 * r))] })];
            var table = RobustnessTableView.Of(new RobustnessTable(Records.Table.Experiment, rows));
            Assert.Equal(["attack", "ADV", "ADR-ADV"], table.Columns);
            string[] names = ["natural", "PGD-40", .. six.Select(i => $"attack {i}, first 100"), "training"];
            string[] first = ["97.2 %", "76.0 %", .. six.Select(i => $"{10 * i}.0 %")];
            string[] second = ["97.3 %", "88.8 %", .. six.Select(i => $"{10 * i + 40}.0 %")];
            Assert.Equal(names, table.Rows.Select(row => row[0].Text));
            Assert.Equal(first, table.Rows.SkipLast(1).Select(row => row[1].Text));
            Assert.Equal(second, table.Rows.SkipLast(1).Select(row => row[2].Text));
            Assert.All(table.Rows.Skip(2).SkipLast(1), row => Assert.True(row[2].Strong && !row[1].Strong));
        }

        [Fact]
        public void One_row_alone_is_not_best()
        {
            var table = RobustnessTableView.Of(Records.TableOf(("ADV", 970, 760)));
            Assert.DoesNotContain(table.Rows[0], cell => cell.Strong);
        }

        [Fact]
        public void Bars_carry_the_intervals()
        {
            var at = new Proportion(888, 1000);
            var bars = Show.Bars(Records.Table).Series[1];
            var (low, high) = (bars.Low![1], bars.High![1]);
            Assert.Equal(("ADR-ADV", at.Value, at.Low, at.High), (bars.Name, bars.Values[1], low, high));
        }
    }

    public class Intervals
    {
        [Fact]
        public void Are_natural_accuracy_the_last_attack_and_auto_attack_of_each_row()
        {
            var (table, at) = (Records.TableOf(("none", 970, 760), ("all", 973, 888)), new Proportion(888, 1000));
            var plain = Show.Intervals(table);
            Assert.Equal(["none", "all"], plain.Rows);
            Assert.Equal(["natural", "PGD-40"], plain.Series.Select(series => series.Name));
            var last = plain.Series[1];
            Assert.Equal((at.Value, at.Low, at.High), (last.Values[1], last.Low![1], last.High![1]));

            var rows = table.Rows.Select(row =>
                row with { AutoAttack = Records.AutoAttack, Report = WithPoints(row.Report) });
            var judged = new RobustnessTable(table.Experiment, [.. rows]);
            Assert.Equal(Records.AutoAttack.RobustAccuracy.Value, Show.Intervals(judged).Series[2].Values[0]);
        }

        // Auto-Attack's column stands beside the last attack on the same points
        private static RobustnessReport WithPoints(RobustnessReport report)
        {
            var count = Records.AutoAttack.Robust.Length;
            return report with
            {
                Attacks = [.. report.Attacks.Select(one =>
                    one with { Robust = new bool[Math.Max(one.Robust.Length, count)] })],
            };
        }
    }

    public class Curves
    {
        [Fact]
        public void Bands_are_the_intervals()
        {
            var figure = Show.Curves(Records.Curve("ADV"));
            var at = new Proportion(88, 100);
            var series = figure.Series[0];
            Assert.Equal((0.3, 0.88, at.Low, at.High), (series.X[^1], series.Y[^1], series.Low![^1], series.High![^1]));
        }

        [Fact]
        public void Several_attacks_are_named_in_the_legend()
        {
            var figure = Show.Curves(Records.Curve("ADV"), Records.Curve("ADV") with { Attack = "FGSM" });
            Assert.Equal(["ADV, PGD-40", "ADV, FGSM"], figure.Series.Select(s => s.Name));
        }
    }

    public class Distances
    {
        [Fact]
        public void Rise_to_the_share_for_which_an_image_was_found()
        {
            var curve = Show.Distances(Records.Distances).Series[0];
            Assert.Equal([0, 0.512, 1.25, 2], curve.X);
            Assert.Equal([0.2, 0.4, 0.6, 0.8], curve.Y);
        }

        [Fact]
        public void Of_different_norms_are_refused() => Assert.Throws<ArgumentException>("reports",
            () => Show.Distances(Records.Distances, Records.Distances with { Threat = ThreatModel.Linf(1) }));
    }

    public class Inside
    {
        private static DepthDivergence Depth(string model, double last) => new(
            model, "MNIST", "PGD-40", 100, [new("input", 0.2, 0.3, 0.4), new("fc2", last, 0.3, 0.5)]);

        [Fact]
        public void Distances_are_in_units_of_those_between_classes()
        {
            var depth = Show.Depth(Depth("Standard", 0.5), Depth("ADV", 0.1));
            var width = Show.Widths(Depth("ADV", 0.1));
            Assert.Equal(["input", "fc2"], depth.Groups);
            Assert.Equal([0.5, 1], depth.Series[0].Values);
            Assert.Equal(0.2, depth.Series[1].Values[1], 12);
            Assert.Equal([0.3 / 0.4, 0.3 / 0.5], width.Series[0].Values);
            Assert.Throws<ArgumentException>(() => Show.Depth(Depth("ADV", 1), Depth("ADV", 1) with { Layers = [] }));
        }

        [Fact]
        public void A_defence_has_one_colour_in_every_figure()
        {
            var style = Show.Depth(Depth("ADR-ADV", 1)).Series[0].Style;
            Assert.NotNull(style);
            Assert.Equal(style, Show.Curves(Records.Curve("ADR-ADV")).Series[0].Style);
            Assert.Equal(style, Show.Bars(Records.Table).Series[1].Style);
            Assert.Equal(style, Show.Depth(Depth("ADR-ADV-AWP", 1)).Series[0].Style);
            Assert.Null(Show.Depth(Depth("lenet", 1)).Series[0].Style);
            string[] names = ["ADV", "ADR-ADV", "TRADES", "ADR-TRADES"];
            Assert.Equal(4, names.Select(name => Show.Depth(Depth(name, 1)).Series[0].Style).Distinct().Count());
        }

        [Fact]
        public void A_name_without_a_colour_does_not_take_that_of_a_defence_beside_it()
        {
            var bars = Show.Depth(Depth("ADV", 1), Depth("one term", 1), Depth("another", 1), Depth("ADR-ADV", 1));
            Assert.Equal(4, bars.Series.Select((series, i) => series.Style ?? i).Distinct().Count());
            Assert.Equal(Show.Depth(Depth("ADR-ADV", 1)).Series[0].Style, bars.Series[3].Style);
        }

        [Fact]
        public void Regions_have_the_colour_of_their_class_where_they_are()
        {
            var figure = Assert.IsType<ScatterFigure>(Assert.Single(Show.Regions(Records.Regions).Figures));
            var under = figure.Backdrop!;
            Assert.Equal((0, 1, 0, 1), (under.Left, under.Right, under.Bottom, under.Top));
            var (width, height, channels, pixels) = Drawing.PngTests.Decode(under.Image.PngBytes);
            Assert.Equal((2, 2, 3), (width, height, channels));
            var rows = pixels.Chunk(3).ToArray(); // the upper row first: y = 0.75
            Assert.Equal(Enumerable.Repeat((byte)255, 3), rows[0]); // an even guess is white
            Assert.True(rows[1][0] > rows[1][2], "the upper right is orange");
            Assert.True(rows[2][2] > rows[2][0] && rows[3][2] > rows[3][0], "below is blue");
            Assert.True(rows[3][0] < rows[2][0], "the surer, the fuller");
            Assert.Throws<ArgumentException>("networks", () => Show.Regions());
        }

        [Fact]
        public void Gradients_are_two_rows_for_each_network_below_the_images()
        {
            using var images = new Dataset("toy", torch.zeros(2, 1, 1, 2), torch.tensor(new[] { 1L, 0L }), ["a", "b"]);
            var gradients = new LossGradients("ADV", "toy", [0, 1], [[0.5f, -0.25f], [0, 0]],
                [[.. Enumerable.Repeat(1f, 7)], [.. Enumerable.Repeat(0f, 7)]]);
            var grid = Show.Gradients(images, gradients);
            Assert.Equal(["image", "ADV: ∂CE/∂x", "ADV: ∂CE/∂z"], grid.Rows.Select(row => row.Name));
            Assert.Equal(["b", "a", "Σ 0.75", "Σ 0", "Σ 7", "Σ 0"],
                grid.Rows.SelectMany(row => row.Tiles).Select(tile => tile.Caption));
            Assert.Equal((4, 2), (grid.Rows[2].Tiles[0].Image.Width, grid.Rows[2].Tiles[0].Image.Height)); // one spare
            var (_, _, _, pixels) = Drawing.PngTests.Decode(grid.Rows[1].Tiles[0].Image.PngBytes);
            Assert.True(pixels[0] > pixels[2] && pixels[5] > pixels[3], "orange raises, blue lowers");
            Assert.Throws<ArgumentException>("networks", () => Show.Gradients(images));
            Assert.Throws<ArgumentException>("networks",
                () => Show.Gradients(images, gradients with { DataSet = "others" }));
            Assert.Contains("of 2 of toy from image 5 on, and the images are 2 of toy from image 0 on",
                Assert.Throws<ArgumentException>(() => Show.Gradients(images, gradients with { Positions = [5, 6] }))
                .Message, StringComparison.Ordinal);
        }

        [Fact]
        public void A_surface_marks_misclassified_images()
        {
            double[,] losses = { { 0, 1, 2 }, { 0, 1, 2 }, { 0, 1, 4 } };
            bool[,] right = { { true, true, true }, { true, true, false }, { true, true, false } };
            var text = $"{Show.Surface(new LossSurface("ADV", 3, [-0.1, 0, 0.1], losses, right))}";
            Assert.Contains("full colour: 4.00; ×: misclassified, 22 % of the cells", text, StringComparison.Ordinal);
            Assert.Equal(3, text.Count(c => c == '×')); // one in the subtitle
        }

        [Fact]
        public void One_answer_falls_below_the_even_guess_where_the_terms_outweigh_the_cross_entropies()
        {
            var paid = new CompactnessWeights(Smoothness: SmoothnessForm.CrossEntropy);
            var figure = Show.ConstantPredictor(Experiment.Cifar10(Budget.Smoke) with { Weights = paid });
            Assert.Equal(["ADV", "ADR-ADV", "TRADES", "ADR-TRADES"], figure.Series.Select(series => series.Name));
            Assert.All(figure.Series, series => Assert.Equal((0.1, 0.0), (series.X[0], series.Y[0])));
            Assert.Equal([false, true, false, true], figure.Series.Select(series => series.Y.Min() < 0));
            var weights = paid with { LocalSmoothness = 0.25, Confidence = 0.25 };
            var light = Experiment.Cifar10(Budget.Smoke) with { Weights = weights };
            Assert.Equal(0, Show.ConstantPredictor(light, ["ADR-TRADES"]).Series[0].Y.Min());
            var many = Show.ConstantPredictor(light, ["ADR-TRADES"], classes: 100).Series[0];
            Assert.Equal((0.01, 0.02), (many.X[0], many.X[1]));
            Assert.True(many.Y[1] > 0 && many.Y.Min() < 0); // the guess holds, and yet another answer is cheaper
        }

        [Fact]
        public void Curves_of_certainty_are_shares_at_or_below()
        {
            var row = Show.Confidence(new PredictionConfidence(
                "ADV", "MNIST", "PGD-40", 2, [0.5, 0.75, 1], [0.5, 0.5, 0.6], [0, 0.1, 0.69], [0.69, 0.69, 0.6]));
            var clean = ((LineFigure)row.Figures[0]).Series[0];
            Assert.Equal((0, 1.0 / 3, 2.0 / 3, 1), (clean.Y[49], clean.Y[50], clean.Y[75], clean.Y[100]));
            Assert.True(((LineFigure)row.Figures[0]).Series[1].Dashed);
        }
    }

    public class Confusion
    {
        [Fact]
        public void A_class_without_points_is_empty_and_not_nan()
        {
            var svg = Show.Confusion(new ConfusionMatrix(new long[,] { { 0, 0 }, { 1, 3 } }, ["a", "b"])).As(Mime.Svg);
            Assert.DoesNotContain("NaN", svg);
        }
    }

    public class History
    {
        [Fact]
        public void Of_no_epoch_is_a_figure_too() =>
            Assert.Contains("0 epochs", TrainingHistoryView.Of(new TrainingHistory("ADV", [], 0)).As(Mime.Svg));

        [Fact]
        public void Accuracies_that_were_not_measured_are_left_out()
        {
            var epochs = Records.History.Epochs.Select(e =>
                e with { RobustAccuracy = null, ValidationNatural = null, ValidationRobust = null });
            var figures = TrainingHistoryView.Of(new TrainingHistory("Standard", [.. epochs], 3)).Figures;
            Assert.Equal(["natural"], ((LineFigure)figures[1]).Series.Select(s => s.Name));
        }
    }

    public class Sensitivity
    {
        [Fact]
        public void Names_the_weights_on_the_axis()
        {
            var rows = Records.Table.Rows.Take(2).ToList();
            var figure = Show.Sensitivity(
                [0.3, 10], new Dictionary<string, List<ModelResult>> { ["confidence"] = rows });
            Assert.Equal(["0.3", "10"], figure.X.Names!);
            Assert.Equal(rows.Select(row => row.Report.Natural.Value), figure.Series[1].Y);
            Assert.Equal(rows.Select(row => row.Report.Attacks[^1].RobustAccuracy.Value), figure.Series[0].Y);
        }

        [Fact]
        public void Needs_a_row_for_each_weight()
        {
            var rows = new Dictionary<string, List<ModelResult>> { ["confidence"] = [.. Records.Table.Rows.Take(2)] };
            Assert.Throws<ArgumentException>("rows", () => Show.Sensitivity([1, 2, 3], rows));
        }
    }

    public class NotesOfHistory
    {
        private static TrainingHistory OneClass => Records.History with
        {
            Epochs = [.. Records.History.Epochs.Select(epoch => epoch with { ValidationClasses = 1 })],
        };

        [Theory]
        [InlineData(Mime.Html)]
        [InlineData(Mime.Text)]
        public void Stand_under_the_figures(string type)
        {
            Assert.Contains("Since epoch 1 ", TrainingHistoryView.Of(OneClass).As(type));
            Assert.DoesNotContain("Since epoch", TrainingHistoryView.Of(Records.History).As(type));
        }

        [Fact]
        public void Are_shown_while_it_still_trains() =>
            Assert.Contains("Since epoch 1 ", Show.Of(Records.Progress(4, 1) with { SoFar = OneClass }).As(Mime.Html));
    }

    public class Progress
    {
        [Fact]
        public void The_bar_grows_from_empty_to_full()
        {
            Assert.Contains(new string('░', 24), $"{Show.Of(Records.Progress(1, 0))}");
            Assert.Contains(new string('█', 24), $"{Show.Of(Records.Progress(4, 10))}");
            Assert.Contains("width:50%", Show.Of(Records.Progress(3, 0)).As(Mime.Html));
        }

        [Fact]
        public void Text_is_one_line() => Assert.DoesNotContain('\n', $"{Show.Of(Records.Progress(3, 5))}");

        [Fact]
        public void A_resumed_run_does_not_foresee_its_end()
        {
            Assert.Contains("to go", $"{Show.Of(Records.Progress(3, 5, seconds: 60))}");
            Assert.DoesNotContain("to go", $"{Show.Of(Records.Progress(3, 5, seconds: 4))}"); // its epochs took 41 s
        }
    }

    public class Epsilon
    {
        [Theory]
        [InlineData(0.3, "0.3")]
        [InlineData(8.0 / 255, "8/255")]
        [InlineData(0.2, "0.2")] // 51/255 too, but nobody writes that
        [InlineData(0.031, "0.031")]
        [InlineData(0, "0")]
        public void Is_written_as_people_do(double epsilon, string expected) =>
            Assert.Equal(expected, DisplayText.Epsilon(epsilon));
    }
}
