namespace TorchSharp;

/// <summary>What a tensor looks like as text.</summary>
public enum TensorStringStyle
{
    /// <summary>Sizes, type and device alone.</summary>
    Metadata,
    /// <summary>Metadata, then every slice as a table.</summary>
    Julia,
    /// <summary>Nested brackets.</summary>
    Numpy,
    /// <summary>Metadata, then nested braces.</summary>
    CSharp,
    /// <summary>What <see cref="torch.TensorStringStyle"/> says.</summary>
    Default,
}
