using Adr.Data;
using Adr.Experiments;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;
using Xunit.Abstractions;

namespace Adr.Tests.Models;

/// <summary>The Python of docs/weights.md, run by PyTorch.</summary>
public sealed class WeightsPageTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [PyTorchFact]
    public void The_page_loads_a_trained_network_of_a_run_folder()
    {
        var experiment = Experiment.Mnist(Budget.Smoke, device: "cpu") with
        {
            TrainCount = 400, ValidationCount = 20, BatchSize = 40, TestCount = 64, AttackSteps = 2,
            RunsFolder = _folder["runs"],
        };
        var trained = experiment.Train("ADR-ADV");
        using var model = trained.Model;
        using var images = experiment.HeldOut();
        Compare(model, "mnist-cnn", trained.Folder.BestPath, images.Images);
    }

    [PyTorchFact]
    public void The_page_builds_the_other_plain_networks()
    {
        foreach (var name in new[] { "cifar-cnn", "cifar-100-cnn" })
        {
            using var model = Networks.Create(name, name == "cifar-100-cnn" ? 100 : 10, seed: 5);
            var path = _folder[$"{name}.safetensors"];
            Weights.Save(model, path);
            Compare(model, name, path, SplitMix.Tensor(3, 0, 1, 8, 3, 32, 32));
        }
    }

    private void Compare(nn.Module<Tensor, Tensor> model, string name, string weights, Tensor images)
    {
        Safetensors.Write(_folder["images.safetensors"], new Dictionary<string, Tensor> { ["images"] = images });
        var snippets = File.ReadAllText(Python.Page("weights.md")).Split("```python\n")[1..]
            .Select(text => text.Split("```")[0]);
        File.WriteAllText(_folder["page.py"], $$"""
            {{string.Concat(snippets)}}
            with torch.no_grad():
                print(json.dumps(load("{{weights}}", "{{name}}")(read("images.safetensors")["images"]).tolist()))
            """);

        using var answer = Python.Run(Python.WithTorch!, _folder.Path, [_folder["page.py"]]);

        model.eval();
        using var noGraph = no_grad();
        var here = model.call(images);
        var there = tensor(answer.RootElement.EnumerateArray()
            .SelectMany(row => row.EnumerateArray().Select(number => number.GetDouble())).ToArray());
        Assert.Equal(here.numel(), there.numel());
        var difference = (here.to(ScalarType.Float64).flatten() - there).abs().max().item<double>();
        output.WriteLine($"{name}: {images.shape[0]} images, logits up to {here.abs().max().item<float>():0.###}, "
            + $"largest difference {difference:0.0e+0}");
        Assert.InRange(here.abs().max().item<float>(), 0.01, 1000); // they say something
        Assert.InRange(difference, 0, 1e-4);
    }
}
