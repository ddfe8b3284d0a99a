using Adr.Data;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Interactive.Tests.Display;

public class ImagesTests : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    public class Digits : ImagesTests
    {
        [Fact]
        public void Stand_ten_in_a_row_under_their_labels()
        {
            var labels = tensor(Enumerable.Range(0, 12).Select(i => (long)i % 10).ToArray());
            long[] indices = [.. Enumerable.Range(0, 12).Select(i => (long)i)];
            var grid = Show.Images(new Batch(rand(12, 1, 28, 28), labels, indices));
            Assert.Equal([10, 2], grid.Rows.Select(row => row.Tiles.Count));
            Assert.Equal(["0", "1"], grid.Rows[1].Tiles.Select(tile => tile.Caption));
        }

        [Fact]
        public void Are_the_pixels_of_the_tensor()
        {
            var image = tensor(new[] { 0f, 0.2f, 1f, 2f }).reshape(1, 2, 2);
            var expected = Adr.Interactive.Drawing.Png.Encode([0, 51, 255, 255], 2, 2, 1);
            Assert.Equal(expected, Show.Images(image).Rows[0].Tiles[0].Image.PngBytes);
        }

        [Fact]
        public void Of_colour_interleave_their_channels()
        {
            // two pixels: red and blue on, then green and a little blue
            var image = tensor(new[] { 1f, 0f, 0f, 1f, 0f, 0.2f }).reshape(1, 3, 1, 2);
            var expected = Adr.Interactive.Drawing.Png.Encode([255, 0, 0, 0, 255, 51], 2, 1, 3);
            Assert.Equal(expected, Show.Images(image).Rows[0].Tiles[0].Image.PngBytes);
        }

        [Fact]
        public void Of_another_shape_are_refused()
        {
            Assert.Equal("images", Assert.Throws<ArgumentException>(() => Show.Images(rand(3, 2, 8, 8))).ParamName);
            var labels = zeros(2, ScalarType.Int64);
            Assert.Throws<ArgumentException>("labels", () => Show.Images(rand(3, 1, 8, 8), labels));
        }
    }

    public class Adversarial : ImagesTests
    {
        [Fact]
        public void Says_what_the_model_says_and_puts_its_mode_back()
        {
            using var model = new MnistCnn(seed: 1);
            model.train();
            var images = rand(4, 1, 28, 28);
            var moved = (images + 0.25 * rand_like(images)).clamp(0, 1);
            var grid = Show.Adversarial(model, images, moved, tensor(new[] { 0L, 1, 2, 3 }), count: 3);
            Assert.True(model.training);

            model.eval();
            var predicted = model.forward(moved).argmax(1).data<long>().ToArray();
            Assert.Equal(3, grid.Rows.Count);
            for (var i = 0; i < 3; i++)
            {
                Assert.StartsWith($"{i} → {predicted[i]} (", grid.Rows[1].Tiles[i].Caption);
                Assert.Equal(predicted[i] == i ? Verdict.Right : Verdict.Wrong, grid.Rows[1].Tiles[i].Verdict);
            }
        }

        [Fact]
        public void The_perturbation_fills_the_colours_and_says_by_how_much()
        {
            using var model = new MnistCnn(seed: 1);
            var images = zeros(1, 1, 28, 28);
            var grid = Show.Adversarial(model, images, full([1, 1, 28, 28], 0.25), tensor(new[] { 0L }));
            Assert.Equal("perturbation × 4", grid.Rows[2].Name);
            var raised = PixelImage.FromPerturbation([.. Enumerable.Repeat(1f, 784)], 1, 28, 28, 1);
            Assert.Equal(raised.PngBytes, grid.Rows[2].Tiles[0].Image.PngBytes);
        }

        [Fact]
        public void Shapes_that_differ_are_refused()
        {
            using var model = new MnistCnn(seed: 1);
            var error = Assert.Throws<ArgumentException>(() =>
                Show.Adversarial(model, zeros(2, 1, 28, 28), zeros(1, 1, 28, 28), zeros(2, ScalarType.Int64)));
            Assert.Equal("adversarial", error.ParamName);
        }
    }
}
