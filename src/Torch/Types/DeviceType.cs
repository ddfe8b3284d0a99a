namespace TorchSharp;

/// <summary>Where a tensor lies; the numbers are libtorch's.</summary>
public enum DeviceType
{
    /// <summary>Main memory.</summary>
    CPU = 0,
    /// <summary>An NVIDIA GPU (or an AMD one, in libtorch's ROCm build).</summary>
    CUDA = 1,
    /// <summary>Apple's GPU.</summary>
    MPS = 13,
    /// <summary>Nowhere: sizes and types without data.</summary>
    META = 14,
}
