namespace Adr.Convolutions;

/// <summary>What follows a convolution in the same pass over its output.</summary>
public enum Activation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>max(0, y).</summary>
    Relu,

    /// <summary>The largest of each 2×2 outputs, then max(0, y). A last odd row or column is left out.</summary>
    MaxPoolRelu,
}

/// <summary>Maps [B,Height,Width,Channels] as a kernel reads them: values, or the gradient of an activation's output,
/// which is then taken back through the activation.</summary>
internal unsafe struct Source
{
    /// <summary>[B,Height,Width,Channels], or half as high and wide behind a pool.</summary>
    internal float* Values;

    /// <summary>Behind a ReLU its output, of the shape of Values; behind a pool which of the four was largest, 0 to 3,
    /// or 4 where the ReLU gave 0; null for plain values.</summary>
    internal float* State;

    internal Activation Behind;

    internal nint Height, Width, Channels;
}

/// <summary>A convolution from maps to tiles of 4×4 outputs, [B,OutHeight,OutWidth,Outputs].</summary>
internal unsafe struct Job
{
    internal Source Input;

    /// <summary>That of the outputs, backwards.</summary>
    internal Source Gradient;

    /// <summary>[36][panels][inputs][panel width]; backwards with inputs and outputs exchanged.</summary>
    internal float* Weights;

    /// <summary>[Outputs], or null.</summary>
    internal float* Bias;

    /// <summary>Added to the outputs before what follows, of their shape, or null.</summary>
    internal float* Residual;

    /// <summary>[B,OutHeight,OutWidth,Outputs], or half as high and wide after a pool; backwards where the gradient to
    /// the input goes.</summary>
    internal float* Output;

    /// <summary>After a pool: which of the four was largest.</summary>
    internal float* Winners;

    internal Activation Then;

    internal nint Inputs, Outputs, OutHeight, OutWidth, Padding;

    /// <summary>The outputs in whole panels.</summary>
    internal nint Panels, Padded;

    /// <summary>The inputs in whole panels.</summary>
    internal nint Columns;

    /// <summary>Tiles of an image.</summary>
    internal nint Down, Across;

    /// <summary>Image, and first row and column of outputs.</summary>
    internal readonly (nint Image, nint Row, nint Column) Tile(nint tile)
    {
        var (line, column) = Math.DivRem(tile, Across);
        var (image, row) = Math.DivRem(line, Down);
        return (image, 4 * row, 4 * column);
    }
}

/// <summary>A convolution of an image of few channels, [B,Height,Width,Inputs], which is computed directly.</summary>
internal unsafe struct NarrowJob
{
    /// <summary>The image, or where its gradient goes.</summary>
    internal float* Image;

    /// <summary>Forwards [9·inputs][padded outputs]; backwards [outputs][columns], the 9·inputs taps padded to whole
    /// panels.</summary>
    internal float* Weights;

    /// <summary>[padded outputs], or null.</summary>
    internal float* Bias;

    /// <summary>[B,OutHeight,OutWidth,Outputs].</summary>
    internal float* Output;

    /// <summary>Of the outputs, for a gradient.</summary>
    internal Source Gradient;

    internal Activation Then;

    internal nint Inputs, Outputs, Height, Width, OutHeight, OutWidth, Padding;

    /// <summary>Forwards the padded outputs; backwards the padded taps.</summary>
    internal nint Columns;

    /// <summary>Floats of a padded line of the image.</summary>
    internal readonly nint Line => (Width + 2 * Padding) * Inputs;
}
