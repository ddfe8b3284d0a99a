using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Torch.Tests.Engine;

[Collection(nameof(GlobalState))]
public sealed class EngineTests
{
    [Fact]
    public void The_version_is_that_of_a_libtorch() => Assert.Matches(@"^[12]\.\d+\.\d+", __version__);

    [Fact]
    public void All_cores_are_used_from_the_start()
    {
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null) Assert.Equal(Environment.ProcessorCount, get_num_threads());
    }

    [Fact]
    public void The_number_of_threads_can_be_set()
    {
        var before = get_num_threads();
        set_num_threads(1);
        Assert.Equal(1, get_num_threads());
        set_num_threads(before);
        Assert.Equal(before, get_num_threads());
        Assert.InRange(get_num_interop_threads(), 1, 1024);
    }

    [Fact]
    public void Devices_are_counted()
    {
        Assert.Equal(cuda.is_available(), cuda.device_count() > 0);
        Assert.Equal(cuda.is_available(), TryInitializeDeviceType(DeviceType.CUDA));
        Assert.True(TryInitializeDeviceType(DeviceType.CPU));
    }

    [Fact]
    public void The_default_type_can_be_changed()
    {
        using var scope = NewDisposeScope();
        set_default_dtype(float64);
        try
        {
            Assert.Equal(float64, zeros(1).dtype);
            Assert.Equal(float64, linspace(0, 1, 2).dtype);
        }
        finally
        {
            set_default_dtype(float32);
        }
        Assert.Throws<ArgumentException>(() => set_default_dtype(int64));
    }
}
