using Adr.Experiments;
using Adr.Training;
using TorchSharp;

namespace Adr.Tests.Training;

public sealed class DeviceNameTests
{
    private static readonly string Best = torch.cuda.is_available() ? "cuda" : "cpu";

    [Fact]
    public void Auto_is_the_GPU_where_there_is_one()
    {
        Assert.Equal(Best, DeviceName.Resolve("auto"));
        Assert.Equal(Best, Experiment.Mnist(Budget.Smoke).Device);
    }

    [Fact]
    public void The_CPU_is_always_there() => Assert.Equal("cpu", DeviceName.Resolve("cpu"));

    [Theory]
    [InlineData("gpu")]
    [InlineData("mps")]
    [InlineData("CPU")]
    [InlineData("")]
    [InlineData("cpu:0")]
    [InlineData("cuda:")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    [InlineData("cuda: 0")]
    [InlineData("cuda:0:1")]
    public void What_is_no_name_is_refused_with_the_names(string device)
    {
        var message = Assert.Throws<ArgumentException>("device", () => DeviceName.Resolve(device)).Message;

        Assert.Contains($"Device is \"{device}\"; it must be \"cpu\", \"cuda\" or \"cuda:N\"", message,
            StringComparison.Ordinal);
        Assert.Contains("\"auto\"", message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("device", () => Experiment.Mnist(Budget.Smoke, device: device));
        Assert.Throws<ArgumentException>(() => new TrainingOptions { Epochs = 1, Device = device }.Validate());
    }

    [Fact]
    public void A_GPU_that_is_not_there_is_refused_with_what_is()
    {
        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;

        var message = Assert.Throws<ArgumentException>("device", () => DeviceName.Resolve($"cuda:{count}")).Message;

        Assert.Contains(count == 0 ? "use \"cpu\"" : $"sees {count}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_takes_no_auto_because_its_settings_name_what_was_used() =>
        Assert.Contains("\"auto\"", Refused(new() { Epochs = 1, Device = "auto" }), StringComparison.Ordinal);

    private static string Refused(TrainingOptions options) =>
        Assert.Throws<ArgumentException>(() => options.Validate()).Message;
}
