using Adr.Data;
using Adr.Models;
using Adr.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Data;

public sealed class DatasetFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    private string File(params (string Name, Tensor Values)[] tensors)
    {
        Safetensors.Write(_folder["images.safetensors"], tensors.ToDictionary(one => one.Name, one => one.Values));
        return _folder["images.safetensors"];
    }

    public static TheoryData<ScalarType> Types =>
        new(ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Byte);

    [Theory, MemberData(nameof(Types))]
    public void Reads_images_of_every_type_in_0_to_1(ScalarType type)
    {
        var pixels = tensor(new[] { 0f, 1, 1, 0 }).view(2, 1, 1, 2);
        var stored = (type == ScalarType.Byte ? pixels * 255 : pixels).to(type);

        using var data = DatasetFile.Read(File(("images", stored), ("labels", tensor(new long[] { 2, 0 }))), 3);

        Assert.Equal([0, 1, 1, 0], data.Images.data<float>().ToArray());
        Assert.Equal([2, 0], data.Labels.data<long>().ToArray());
        Assert.Equal(("images.safetensors", 3), (data.Name, data.Classes));
        Assert.Equal(["0", "1", "2"], data.ClassNames);
    }

    [Fact]
    public void A_byte_is_divided_by_255_as_the_data_sets_of_the_library_are()
    {
        var bytes = arange(256, dtype: ScalarType.Byte).view(1, 1, 16, 16);
        using var data = DatasetFile.Read(File(("images", bytes), ("labels", zeros(1, dtype: ScalarType.Int32))), 1);
        Assert.Equal(Enumerable.Range(0, 256).Select(value => value / 255f), data.Images.data<float>().ToArray());
    }

    public static TheoryData<string, Func<Tensor?>, Func<Tensor?>> Wrong => new()
    {
        { "It has no tensor \"images\".", () => null, () => zeros(2, dtype: ScalarType.Int64) },
        { "It has no tensor \"labels\".", () => zeros(2, 1, 2, 2), () => null },
        { "not Float32 [2,4]", () => zeros(2, 4), () => zeros(2, dtype: ScalarType.Int64) },
        { "not Int32 [2,1,2,2]", () => zeros(2, 1, 2, 2, dtype: ScalarType.Int32),
            () => zeros(2, dtype: ScalarType.Int64) },
        { "these run from 0 to 255. Divide bytes by 255.", () => tensor(new[] { 0f, 255 }).view(2, 1, 1, 1),
            () => zeros(2, dtype: ScalarType.Int64) },
        { "Pixels must lie in [0,1]", () => full([2, 1, 1, 1], float.NaN), () => zeros(2, dtype: ScalarType.Int64) },
        { "Labels must be int64 of shape [2], not Int64 [3]", () => zeros(2, 1, 2, 2),
            () => zeros(3, dtype: ScalarType.Int64) },
        { "Labels must be int64 of shape [2], not Float32 [2]", () => zeros(2, 1, 2, 2), () => zeros(2) },
        { "Labels must lie in [0,3), one per class name; these run from 0 to 3", () => zeros(2, 1, 2, 2),
            () => tensor(new long[] { 0, 3 }) },
        { "N ≥ 1", () => zeros(0, 1, 2, 2), () => zeros(0, dtype: ScalarType.Int64) },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void Says_what_is_wrong_and_what_is_expected(string what, Func<Tensor?> images, Func<Tensor?> labels)
    {
        var tensors = new[] { ("images", images()), ("labels", labels()), ("other", zeros(1)) };
        var path = File([.. tensors.Where(one => one.Item2 is not null).Select(one => (one.Item1, one.Item2!))]);

        var message = Assert.Throws<InvalidDataException>(() => DatasetFile.Read(path, 3)).Message;

        Assert.StartsWith($"'{path}' is no data set. ", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.EndsWith("labels [N], int64.", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Parameter", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_a_file_that_is_not_there_or_something_else()
    {
        Assert.Throws<FileNotFoundException>(() => DatasetFile.Read(_folder["absent.safetensors"], 3));
        System.IO.File.WriteAllText(_folder["text.safetensors"], "no tensors");
        Assert.Contains("is not a valid safetensors file",
            Assert.Throws<InvalidDataException>(() => DatasetFile.Read(_folder["text.safetensors"], 3)).Message,
            StringComparison.Ordinal);
    }
}
