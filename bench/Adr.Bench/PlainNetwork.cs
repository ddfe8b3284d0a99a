using Adr.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Bench;

/// <summary>The networks of the comparison, as a user of TorchSharp writes them.</summary>
internal sealed class PlainNetwork : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> features;
    private readonly nn.Module<Tensor, Tensor> head;

    private PlainNetwork(nn.Module<Tensor, Tensor> features, nn.Module<Tensor, Tensor> head) : base("plain")
    {
        (this.features, this.head) = (features, head);
        RegisterComponents();
    }

    internal static PlainNetwork Of(string network) => network switch
    {
        "mnist-cnn" => Cnn(1, [32, 32, 64, 64], 1024, 200),
        "cifar-cnn" => Cnn(3, [64, 64, 128, 128], 3200, 256),
        "resnet18" => ResNet18(),
        _ => throw new ArgumentException($"There is no network \"{network}\"."),
    };

    public override Tensor forward(Tensor images) => Represent(images).Logits;

    internal (Tensor Latent, Tensor Logits) Represent(Tensor images)
    {
        var latent = features.call(images);
        return (latent, head.call(latent));
    }

    /// <summary>Takes the weights of the library's network, whose parameters come in the same order.</summary>
    internal void Load(string file)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var (tensors, _) = Safetensors.Read(file);
        string[] stems = [.. Enumerable.Range(1, 4).Select(i => $"feature_extractor.conv{i}"),
            .. Enumerable.Range(1, 3).Select(i => $"classifier.fc{i}")];
        string[] names = [.. stems.SelectMany(stem => new[] { $"{stem}.weight", $"{stem}.bias" })];
        foreach (var (parameter, name) in parameters().Zip(names)) parameter.copy_(tensors[name]);
    }

    private static PlainNetwork Cnn(long channels, long[] widths, long flat, long hidden)
    {
        var layers = new List<nn.Module<Tensor, Tensor>>();
        foreach (var (i, width) in widths.Index())
        {
            layers.AddRange([nn.Conv2d(channels, width, 3), nn.ReLU()]);
            if (i % 2 == 1) layers.Add(nn.MaxPool2d(2));
            channels = width;
        }
        layers.Add(nn.Flatten());
        return new PlainNetwork(nn.Sequential(layers), nn.Sequential(nn.Linear(flat, hidden), nn.ReLU(),
            nn.Dropout(0.5), nn.Linear(hidden, hidden), nn.ReLU(), nn.Linear(hidden, 10)));
    }

    private static PlainNetwork ResNet18()
    {
        var layers = new List<nn.Module<Tensor, Tensor>>
        {
            nn.Conv2d(3, 64, 3, padding: 1L, bias: false), nn.BatchNorm2d(64), nn.ReLU(),
        };
        var inward = 64L;
        foreach (var (width, stride) in new[] { (64L, 1L), (128, 2), (256, 2), (512, 2) })
        {
            layers.AddRange([new PlainBlock(inward, width, stride), new PlainBlock(width, width, 1)]);
            inward = width;
        }
        layers.AddRange([nn.AdaptiveAvgPool2d(1), nn.Flatten()]);
        return new PlainNetwork(nn.Sequential(layers), nn.Linear(512, 10));
    }

    private sealed class PlainBlock : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> path;
        private readonly nn.Module<Tensor, Tensor> shortcut;

        internal PlainBlock(long inward, long outward, long stride) : base(nameof(PlainBlock))
        {
            path = nn.Sequential(nn.Conv2d(inward, outward, 3, stride, padding: 1L, bias: false),
                nn.BatchNorm2d(outward), nn.ReLU(), nn.Conv2d(outward, outward, 3, padding: 1L, bias: false),
                nn.BatchNorm2d(outward));
            shortcut = stride == 1 && inward == outward
                ? nn.Identity()
                : nn.Sequential(nn.Conv2d(inward, outward, 1, stride, bias: false), nn.BatchNorm2d(outward));
            RegisterComponents();
        }

        public override Tensor forward(Tensor x) => nn.functional.relu(path.call(x) + shortcut.call(x));
    }
}
