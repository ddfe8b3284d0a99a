using Adr.Losses;
using Adr.Testing;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Losses;

/// <summary>What must hold for the terms on any batch.</summary>
[Properties(Arbitrary = [typeof(LossLawTests.Sample)])]
public static class LossLawTests
{
    private const double Tolerance = 1e-9; // all in double precision

    /// <summary>A valid batch: its sizes, the seed of its numbers, and how far its logits spread.</summary>
    public sealed record Sample(int Points, int Latent, int Classes, int LabelsUsed, double Spread, int Seed)
    {
        public static Arbitrary<Sample> Any { get; } = Arb.From(
            from points in Gen.Choose(1, 12)
            from latent in Gen.Choose(1, 20)
            from classes in Gen.Frequency((3, Gen.Choose(2, 12)), (1, Gen.Choose(13, 1000)))
            from used in Gen.Choose(1, classes)
            from spread in Gen.Elements(0.1, 1.0, 5.0, 60.0)
            from seed in Gen.Choose(0, 1_000_000)
            select new Sample(points, latent, classes, used, spread, seed));

        internal Tensor Z => Numbers(1, Latent, 2);

        internal Tensor ZAdv => Numbers(2, Latent, 2);

        internal Tensor Logits => Numbers(3, Classes, Spread);

        internal Tensor LogitsAdv => Numbers(4, Classes, Spread);

        internal Tensor Labels => SplitMix.Labels(Seed * 10L + 5, Points, LabelsUsed);

        private Tensor Numbers(int stream, int width, double scale) =>
            SplitMix.Tensor(Seed * 10L + stream, -scale, scale, Points, width).to(ScalarType.Float64);
    }

    /// <summary>All terms by name, as functions of a sample's tensors.</summary>
    private static readonly (string Name, Func<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor> Value)[] Terms =
    [
        ("local compactness", (z, zAdv, _, _, _) => AdrLoss.LocalCompactness(z, zAdv)),
        ("local smoothness", (_, _, l, lAdv, _) => AdrLoss.LocalSmoothness(l, lAdv)),
        ("local smoothness by cross-entropy",
            (_, _, l, lAdv, _) => AdrLoss.LocalSmoothness(l, lAdv, SmoothnessForm.CrossEntropy)),
        ("global compactness", (z, zAdv, _, _, y) => AdrLoss.GlobalCompactness(z, zAdv, y)),
        ("global smoothness", (_, _, l, lAdv, y) => AdrLoss.GlobalSmoothness(l, lAdv, y)),
        ("global smoothness by cross-entropy",
            (_, _, l, lAdv, y) => AdrLoss.GlobalSmoothness(l, lAdv, y, 0.99, SmoothnessForm.CrossEntropy)),
        ("confidence", (_, _, _, lAdv, _) => AdrLoss.Confidence(lAdv)),
        ("cross-entropy", (_, _, _, lAdv, y) => Loss.CrossEntropy(lAdv, y)),
        ("TRADES' divergence", (_, _, l, lAdv, _) => Loss.TradesDivergence(l, lAdv)),
    ];

    private static double Value(Tensor scalar) => scalar.item<double>();

    private static void AtLeast(double bound, double actual, string what) =>
        Assert.True(actual >= bound - Tolerance, $"{what} is {actual:R}, below {bound:R}.");

    public static class Range
    {
        [Law(MaxTest = 60)]
        public static void Distances_entropies_and_divergences_are_not_negative(Sample s)
        {
            using var scope = NewDisposeScope();
            AtLeast(0, Value(AdrLoss.LocalCompactness(s.Z, s.ZAdv)), "local compactness");
            AtLeast(0, Value(Loss.TradesDivergence(s.Logits, s.LogitsAdv)), "KL");
            AtLeast(0, Value(Loss.CrossEntropy(s.Logits, s.Labels)), "cross-entropy");
            var entropy = Value(AdrLoss.Confidence(s.LogitsAdv));
            AtLeast(0, entropy, "confidence");
            AtLeast(entropy, Math.Log(s.Classes), "ln K over the entropy");
        }

        [Law(MaxTest = 60)]
        public static void Local_smoothness_by_cross_entropy_is_the_clean_entropy_plus_the_divergence(Sample s)
        {
            using var scope = NewDisposeScope();
            var expected = Value(AdrLoss.Confidence(s.Logits)) + Value(Loss.TradesDivergence(s.Logits, s.LogitsAdv));
            var smoothness = Value(AdrLoss.LocalSmoothness(s.Logits, s.LogitsAdv, SmoothnessForm.CrossEntropy));
            Close.Number(expected, smoothness, Tolerance, "CE(p, q) = H(p) + KL(p, q)");
        }

        [Law(MaxTest = 60)]
        public static void Uniform_predictions_have_the_entropy_ln_K(Sample s)
        {
            using var scope = NewDisposeScope();
            var uniform = zeros(s.Points, s.Classes, dtype: ScalarType.Float64) + 3.0;
            Close.Number(Math.Log(s.Classes), Value(AdrLoss.Confidence(uniform)), Tolerance, "entropy");
        }

        // two classes apart, each point on its own latent: only the pairs of different labels count, and they count
        // negative
        [Fact]
        public static void Global_compactness_may_be_negative()
        {
            using var scope = NewDisposeScope();
            var z = tensor(new double[] { 0, 0, 1, 3 }).view(2, 2);
            var labels = tensor(new long[] { 0, 1 });
            // pairs (0,1) and (1,0): d = (1 + 3)/2 = 2, weight 1 − 1/0.8 = −0.25; mean over 4 pairs
            Close.Number(2 * 2 * -0.25 / 4, Value(AdrLoss.GlobalCompactness(z, z, labels, 0.8)), 1e-12,
                "global compactness");
        }

        [Law(MaxTest = 60)]
        public static void One_class_alone_makes_the_global_terms_plain_means_over_pairs(Sample s)
        {
            using var scope = NewDisposeScope();
            var labels = full([s.Points], s.Classes - 1L, dtype: ScalarType.Int64);
            var distances = (s.Z.unsqueeze(0) - s.ZAdv.unsqueeze(1)).abs().mean(); // over B², D
            Close.Number(Value(distances), Value(AdrLoss.GlobalCompactness(s.Z, s.ZAdv, labels)), Tolerance,
                "global compactness");
            AtLeast(0, Value(AdrLoss.GlobalSmoothness(s.Logits, s.LogitsAdv, labels)), "global smoothness");
        }

        [Law(MaxTest = 60)]
        public static void With_separation_one_only_pairs_of_equal_labels_count(Sample s)
        {
            using var scope = NewDisposeScope();
            AtLeast(0, Value(AdrLoss.GlobalCompactness(s.Z, s.ZAdv, s.Labels, 1)), "global compactness at s = 1");
        }

        [Law(MaxTest = 60)]
        public static void A_batch_of_one_has_no_pairs_but_itself(Sample s)
        {
            using var scope = NewDisposeScope();
            var (z, zAdv, l, lAdv, y) = (s.Z.narrow(0, 0, 1), s.ZAdv.narrow(0, 0, 1), s.Logits.narrow(0, 0, 1),
                s.LogitsAdv.narrow(0, 0, 1), s.Labels.narrow(0, 0, 1));
            Close.Number(Value(AdrLoss.LocalCompactness(z, zAdv)), Value(AdrLoss.GlobalCompactness(z, zAdv, y)),
                Tolerance, "compactness");
            Close.Number(Value(AdrLoss.LocalSmoothness(l, lAdv)), Value(AdrLoss.GlobalSmoothness(l, lAdv, y)),
                Tolerance, "smoothness");
        }

        [Law(MaxTest = 60)]
        public static void Local_compactness_and_divergence_are_zero_where_both_sides_agree(Sample s)
        {
            using var scope = NewDisposeScope();
            Assert.Equal(0.0, Value(AdrLoss.LocalCompactness(s.Z, s.Z)));
            Close.Number(0, Value(Loss.TradesDivergence(s.Logits, s.Logits)), 1e-9, "KL(p, p)");
        }
    }

    public static class Symmetry
    {
        [Law(MaxTest = 60)]
        public static void The_order_of_the_points_does_not_matter(Sample s)
        {
            using var scope = NewDisposeScope();
            var order = SplitMix.Uniform(s.Seed + 77, s.Points).Select((u, i) => (u, (long)i)).OrderBy(pair => pair.u)
                .Select(pair => pair.Item2).ToArray();
            var index = tensor(order);
            foreach (var (name, value) in Terms)
                Close.Number(Value(value(s.Z, s.ZAdv, s.Logits, s.LogitsAdv, s.Labels)),
                    Value(value(s.Z[index], s.ZAdv[index], s.Logits[index], s.LogitsAdv[index], s.Labels[index])),
                    Tolerance, name);
        }

        [Law(MaxTest = 60)]
        public static void A_batch_taken_twice_has_the_same_means(Sample s)
        {
            using var scope = NewDisposeScope();
            foreach (var (name, value) in Terms)
                Close.Number(Value(value(s.Z, s.ZAdv, s.Logits, s.LogitsAdv, s.Labels)),
                    Value(value(Twice(s.Z), Twice(s.ZAdv), Twice(s.Logits), Twice(s.LogitsAdv), Twice(s.Labels))),
                    Tolerance, name);
        }

        [Law(MaxTest = 60)]
        public static void Every_coordinate_taken_twice_leaves_the_distances(Sample s)
        {
            using var scope = NewDisposeScope();
            var (z, zAdv) = (cat([s.Z, s.Z], 1), cat([s.ZAdv, s.ZAdv], 1));
            Close.Number(Value(AdrLoss.LocalCompactness(s.Z, s.ZAdv)), Value(AdrLoss.LocalCompactness(z, zAdv)),
                Tolerance, "local");
            Close.Number(Value(AdrLoss.GlobalCompactness(s.Z, s.ZAdv, s.Labels)),
                Value(AdrLoss.GlobalCompactness(z, zAdv, s.Labels)), Tolerance, "global");
        }

        [Law(MaxTest = 60)]
        public static void Compactness_scales_with_the_latent_and_ignores_a_shift(Sample s)
        {
            using var scope = NewDisposeScope();
            var (z, zAdv) = (3 - 2.5 * s.Z, 3 - 2.5 * s.ZAdv);
            Close.Number(2.5 * Value(AdrLoss.LocalCompactness(s.Z, s.ZAdv)), Value(AdrLoss.LocalCompactness(z, zAdv)),
                Tolerance, "local");
            Close.Number(2.5 * Value(AdrLoss.GlobalCompactness(s.Z, s.ZAdv, s.Labels)),
                Value(AdrLoss.GlobalCompactness(z, zAdv, s.Labels)), Tolerance, "global");
        }

        [Law(MaxTest = 60)]
        public static void A_constant_added_to_all_logits_of_a_point_changes_nothing(Sample s)
        {
            using var scope = NewDisposeScope();
            var shift = SplitMix.Tensor(s.Seed + 9, -20, 20, s.Points, 1).to(ScalarType.Float64);
            foreach (var (name, value) in Terms)
                Close.Number(Value(value(s.Z, s.ZAdv, s.Logits, s.LogitsAdv, s.Labels)),
                    Value(value(s.Z, s.ZAdv, s.Logits + shift, s.LogitsAdv - shift, s.Labels)),
                    Tolerance, name, floor: 20);
        }

        [Law(MaxTest = 60)]
        public static void The_names_of_the_classes_do_not_matter_to_the_global_terms(Sample s)
        {
            using var scope = NewDisposeScope();
            var renamed = s.Classes - 1 - s.Labels;
            Close.Number(Value(AdrLoss.GlobalCompactness(s.Z, s.ZAdv, s.Labels)),
                Value(AdrLoss.GlobalCompactness(s.Z, s.ZAdv, renamed)), Tolerance, "compactness");
            Close.Number(Value(AdrLoss.GlobalSmoothness(s.Logits, s.LogitsAdv, s.Labels)),
                Value(AdrLoss.GlobalSmoothness(s.Logits, s.LogitsAdv, renamed)), Tolerance, "smoothness");
        }

        private static Tensor Twice(Tensor values) => cat([values, values], 0);
    }

    public static class Gradient
    {
        private static readonly CompactnessWeights AllTerms = new(1, 1, 1, 1, 1);

        [Law(MaxTest = 20)] // each term by itself: one that did not detach would hide behind one that did
        public static void Stops_at_the_clean_side_only_where_it_is_detached(Sample s)
        {
            using var scope = NewDisposeScope();
            foreach (var form in Enum.GetValues<SmoothnessForm>())
            foreach (var detach in new[] { false, true })
                for (var only = 0; only < 4; only++)
                {
                    double Weight(int term) => term == only ? 1 : 0;
                    var (z, l, zAdv, lAdv) = (s.Z.requires_grad_(true), s.Logits.requires_grad_(true),
                        s.ZAdv.requires_grad_(true), s.LogitsAdv.requires_grad_(true));
                    var weights = new CompactnessWeights(Weight(0), Weight(1), Weight(2), Weight(3), 0,
                        Smoothness: form, DetachLatent: only is 0 or 2 ? detach : !detach,
                        DetachLogits: only is 1 or 3 ? detach : !detach);
                    var term = Assert.Single(AdrLoss.Terms(weights, z, l, zAdv, lAdv, s.Labels));
                    term.Value.backward();
                    var (clean, adversarial) = only is 0 or 2 ? (z, zAdv) : (l, lAdv);
                    Assert.True(adversarial.grad is not null, $"{term.Name} has no gradient through x'.");
                    var found = clean.grad is null ? "missing" : "there";
                    Assert.True(clean.grad is null == detach,
                        $"{term.Name}, detach {detach}: the gradient through x is {found}.");
                }
        }

        [Law(MaxTest = 20)]
        public static void Of_both_forms_of_smoothness_is_the_same_where_the_logits_are_detached(Sample s)
        {
            using var scope = NewDisposeScope();
            Tensor Slope(SmoothnessForm form)
            {
                var moved = s.LogitsAdv.requires_grad_(true);
                var weights = new CompactnessWeights(0, 1, 0, 1, 0, Smoothness: form, DetachLogits: true);
                AdrLoss.Terms(weights, s.Z, s.Logits, s.ZAdv, moved, s.Labels).Select(term => term.Value)
                    .Aggregate((a, b) => a + b).backward();
                return moved.grad!;
            }
            Close.Tensor(Slope(SmoothnessForm.CrossEntropy), Slope(SmoothnessForm.KullbackLeibler), Tolerance, "slope");
        }

        [Law(MaxTest = 60)]
        public static void Is_finite_for_any_number_of_classes_and_any_spread(Sample s)
        {
            using var scope = NewDisposeScope();
            Tensor[] given = [s.Z, s.Logits, s.ZAdv, s.LogitsAdv];
            Tensor[] inputs = [.. given.Select(t => t.to(ScalarType.Float32).requires_grad_(true))];
            var terms = AdrLoss.Terms(AllTerms, inputs[0], inputs[1], inputs[2], inputs[3], s.Labels);
            var total = terms.Select(t => t.Value).Aggregate((a, b) => a + b);
            Assert.True(double.IsFinite(total.item<float>()), "the sum is not finite");
            total.backward();
            foreach (var input in inputs)
                Assert.True(input.grad!.isfinite().all().item<bool>(), "a gradient is not finite");
        }

        // the central difference is exact to step²; |a − b| has a kink at a = b, so z lies on a grid and z' between
        // its points
        [Law]
        public static void Is_the_slope_of_the_value(Sample s)
        {
            using var scope = NewDisposeScope();
            const double step = 1e-5;
            foreach (var (name, value) in Terms)
            {
                if (s.Spread > 5) continue;
                Tensor[] at =
                [
                    ((s.Z * 64).round() / 64).requires_grad_(true),
                    (((s.ZAdv * 64).floor() + 0.5) / 64).requires_grad_(true),
                    s.Logits.requires_grad_(true),
                    s.LogitsAdv.requires_grad_(true),
                ];
                value(at[0], at[1], at[2], at[3], s.Labels).backward();
                Tensor[] direction =
                    [.. at.Select((t, i) => SplitMix.Tensor(s.Seed + 31 + i, -1, 1, t.shape).to(ScalarType.Float64))];
                var slope = at.Zip(direction)
                    .Sum(pair => pair.First.grad is { } g ? Value((g * pair.Second).sum()) : 0);
                double Moved(double by)
                {
                    using var noGraph = no_grad();
                    Tensor[] moved = [.. at.Zip(direction).Select(pair => pair.First + by * pair.Second)];
                    return Value(value(moved[0], moved[1], moved[2], moved[3], s.Labels));
                }
                Close.Number((Moved(step) - Moved(-step)) / (2 * step), slope, 1e-6, name, floor: 1);
            }
        }
    }

    public static class Weights
    {
        [Law(MaxTest = 5)]
        public static void A_weight_of_zero_leaves_its_term_out(Sample s)
        {
            using var scope = NewDisposeScope();
            Assert.Empty(AdrLoss.Terms(CompactnessWeights.None, s.Z, s.Logits, s.ZAdv, s.LogitsAdv, s.Labels));
            var names = AdrLoss.Terms(new CompactnessWeights(), s.Z, s.Logits, s.ZAdv, s.LogitsAdv, s.Labels)
                .Select(t => t.Name);
            Assert.Equal(["LocalCompactness", "LocalSmoothness", "GlobalCompactness", "Confidence"], names);
        }

        [Fact]
        public static void The_authors_setting_has_all_terms_and_the_clean_side_detached() =>
            Assert.Equal(new CompactnessWeights(1, 1, 1, 1, 1, 0.99, SmoothnessForm.CrossEntropy, true, true),
                CompactnessWeights.AuthorsCode);

        [Theory]
        [InlineData(-1, 0.99, nameof(CompactnessWeights.LocalCompactness))]
        [InlineData(double.NaN, 0.99, nameof(CompactnessWeights.LocalCompactness))]
        [InlineData(1, 0, nameof(CompactnessWeights.Separation))]
        [InlineData(1, 1.01, nameof(CompactnessWeights.Separation))]
        [InlineData(1, double.NaN, nameof(CompactnessWeights.Separation))]
        public static void Weights_out_of_range_are_refused_by_name(double weight, double separation, string parameter)
        {
            var weights = new CompactnessWeights(LocalCompactness: weight, Separation: separation);
            Assert.Equal(parameter, Assert.Throws<ArgumentOutOfRangeException>(weights.Validate).ParamName);
        }
    }

    public static class Errors
    {
        [Fact]
        public static void Shapes_that_do_not_fit_are_refused()
        {
            using var scope = NewDisposeScope();
            var (matrix, wide, map) = (ones(3, 4), ones(3, 5), ones(3, 4, 2, 2));
            var labels = zeros(3, dtype: ScalarType.Int64);
            Assert.Throws<ArgumentException>(() => AdrLoss.LocalCompactness(matrix, wide));
            Assert.Throws<ArgumentException>(() => AdrLoss.LocalCompactness(map, map));
            Assert.Throws<ArgumentException>(() => AdrLoss.LocalSmoothness(matrix, wide));
            Assert.Throws<ArgumentException>(() => Loss.TradesDivergence(matrix, wide));
            Assert.Throws<ArgumentException>(() => AdrLoss.Confidence(ones(0, 4)));
            Assert.Throws<ArgumentException>(() => Loss.CrossEntropy(matrix, zeros(2, dtype: ScalarType.Int64)));
            Assert.Throws<ArgumentException>(
                () => AdrLoss.GlobalCompactness(matrix, matrix, labels.to(ScalarType.Float32)));
            Assert.Throws<ArgumentOutOfRangeException>(() => AdrLoss.GlobalCompactness(matrix, matrix, labels, 0));
            Assert.Throws<ArgumentOutOfRangeException>(() => AdrLoss.GlobalSmoothness(matrix, matrix, labels, -0.5));
        }
    }
}
