using System.Diagnostics;
using System.Globalization;
using Adr.Convolutions;
using Spectre.Console;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>The convolutions of the networks one by one, by the kernels and by libtorch.</summary>
internal static class Layers
{
    private const int Images = 128;

    private static readonly (string Name, int Inputs, int Outputs, int Side, int Padding, Activation Then)[] All =
    [
        ("MNIST conv1", 1, 32, 28, 0, Activation.Relu), ("MNIST conv2", 32, 32, 26, 0, Activation.MaxPoolRelu),
        ("MNIST conv3", 32, 64, 12, 0, Activation.Relu), ("MNIST conv4", 64, 64, 10, 0, Activation.MaxPoolRelu),
        ("CIFAR conv1", 3, 64, 32, 0, Activation.Relu), ("CIFAR conv2", 64, 64, 30, 0, Activation.MaxPoolRelu),
        ("CIFAR conv3", 64, 128, 14, 0, Activation.Relu), ("CIFAR conv4", 128, 128, 12, 0, Activation.MaxPoolRelu),
        ("ResNet stem", 3, 64, 32, 1, Activation.None), ("ResNet layer1", 64, 64, 32, 1, Activation.None),
        ("ResNet layer2", 128, 128, 16, 1, Activation.None), ("ResNet layer3", 256, 256, 8, 1, Activation.None),
        ("ResNet layer4", 512, 512, 4, 1, Activation.None),
    ];

    /// <summary>Prints milliseconds for 128 images: forwards, the gradient to the input of a frozen layer, and both
    /// gradients.</summary>
    internal static void Print(int repeats)
    {
        if (Console.IsOutputRedirected) AnsiConsole.Profile.Width = 200;
        var title = $"{Images} images, ms: kernels / libtorch, medians of {repeats}";
        var table = new Table { Title = new TableTitle(title) };
        string[] columns = ["layer", "forwards", "×", "and to the input", "×", "and to the weight", "×"];
        foreach (var column in columns) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var (name, inputs, outputs, side, padding, then) in All)
        {
            using var scope = NewDisposeScope();
            var layer = nn.Conv2d(inputs, outputs, 3, padding: padding);
            Models.Initialisation.ChannelsLast(layer);
            var x = rand(Images, side, side, inputs).permute(0, 3, 1, 2);
            var cells = new List<string> { name };
            foreach (var pass in new[] { Pass.Forward, Pass.Input, Pass.Weight })
            {
                var times = new[] { new List<double>(), [] };
                for (var repeat = -1; repeat < repeats; repeat++)
                    foreach (var side1 in new[] { 0, 1 })
                    {
                        Conv3x3.UsesKernels = side1 == 0;
                        var time = Time(layer, x, then, pass);
                        if (repeat >= 0) times[side1].Add(1e3 * time);
                    }
                var (mine, its) = (new Sample(times[0]).Median, new Sample(times[1]).Median);
                cells.Add(string.Create(CultureInfo.InvariantCulture, $"{mine:0.00} / {its:0.00}"));
                cells.Add(string.Create(CultureInfo.InvariantCulture, $"{its / mine:0.00}"));
            }
            table.AddRow([.. cells]);
        }
        Conv3x3.UsesKernels = true;
        AnsiConsole.Write(table);
    }

    private enum Pass
    {
        Forward, Input, Weight,
    }

    private static double Time(Conv2d layer, Tensor x, Activation then, Pass pass)
    {
        using var scope = NewDisposeScope();
        foreach (var parameter in layer.parameters()) parameter.requires_grad = pass == Pass.Weight;
        var input = x.detach();
        input.requires_grad = pass != Pass.Forward;
        var frozen = pass != Pass.Weight && Conv3x3.UsesKernels ? Filter.Frozen(layer) : null;
        Tensor Run() => frozen is not null ? frozen.Apply(input, then) : Conv3x3.Of(layer, input, then);
        using var ones = ones_like(pass == Pass.Forward ? x : Run().detach());
        var clock = Stopwatch.StartNew();
        var y = Run();
        if (pass != Pass.Forward)
        {
            Tensor[] inputs = pass == Pass.Weight ? [input, .. layer.parameters()] : [input];
            autograd.backward([y], [ones], inputs: inputs);
        }
        return clock.Elapsed.TotalSeconds;
    }
}
