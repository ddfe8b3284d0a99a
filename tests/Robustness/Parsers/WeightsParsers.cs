using Adr.Models;
using Adr.Robustness.Damage;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Robustness.Parsers;

/// <summary>Safetensors files of every type.</summary>
internal sealed class SafetensorsParser() : Parser("safetensors")
{
    private static readonly Form Form = new SafetensorsForm();

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        using var scope = NewDisposeScope();
        var values = arange(6, dtype: ScalarType.Float32).reshape(2, 3);
        ScalarType[] types =
        [
            ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64,
            ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
        ];
        return
        [
            Sample("types.safetensors", types.ToDictionary(type => $"{type}", type => values.to_type(type))),
            Sample("shapes.safetensors", new() { ["none"] = zeros(0, 3), ["one"] = ones([]), ["many"] = values }),
        ];

        Sample Sample(string file, Dictionary<string, Tensor> tensors)
        {
            var path = Path.Combine(folder, file);
            Safetensors.Write(path, tensors, new Dictionary<string, string> { ["about"] = "a sample" });
            return new(file, File.ReadAllBytes(path), Form);
        }
    }

    internal override string Read(string path)
    {
        using var scope = NewDisposeScope();
        var (tensors, metadata) = Safetensors.Read(path);
        return Text(tensors) + string.Join('\n', metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    internal override bool Refuses(Exception error) => error is InvalidDataException;

    internal static string Text(IEnumerable<KeyValuePair<string, Tensor>> tensors) => string.Join('\n',
        tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key} {pair.Value.dtype} "
            + $"[{string.Join(',', pair.Value.shape)}] {Convert.ToHexString(pair.Value.contiguous().bytes)}"));
}

/// <summary>Files of weights, which say which network they are for.</summary>
internal sealed class WeightsParser() : Parser("weights")
{
    private static readonly Form Form = new SafetensorsForm();

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        using var model = new ToyMlp(1, classes: 3);
        var path = Path.Combine(folder, "weights.safetensors");
        Weights.Save(model, path);
        return [new("weights.safetensors", File.ReadAllBytes(path), Form)];
    }

    internal override string Read(string path)
    {
        using var scope = NewDisposeScope();
        using var model = Networks.Load(path);
        return $"{model.Architecture}\n{SafetensorsParser.Text(model.state_dict())}";
    }

    internal override bool Refuses(Exception error) => error is InvalidDataException;
}

/// <summary>Files of PyTorch in its newer form, a zip archive, and in its older one, a row of pickles.</summary>
internal sealed class TorchFileParser() : Parser("torch")
{
    private static readonly Form Row = new PickleForm(), Archive = new ZipForm(Row);

    internal override IReadOnlyList<Sample> MakeSamples(string folder) =>
    [
        Sample("checkpoint.pt", Archive), Sample("layouts.pt", Archive), Sample("protocol4.pt", Archive),
        Sample("legacy.pt", Row),
    ];

    internal override string Read(string path)
    {
        using var scope = NewDisposeScope();
        return SafetensorsParser.Text(TorchFile.Read(path));
    }

    internal override bool Refuses(Exception error) => error is InvalidDataException;

    private static Sample Sample(string file, Form form) =>
        new(file, File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "torch", file)), form);
}
