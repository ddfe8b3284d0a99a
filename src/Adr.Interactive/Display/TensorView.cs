using System.Globalization;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Interactive;

/// <summary>A tensor as its shape, type and device, and its first and last values.</summary>
/// <remarks>Only the values that are shown are copied from the device.</remarks>
internal static class TensorView
{
    private const int Whole = 10; // so many rows or columns are all shown
    private const int Edge = 3;   // of more, so many from either end

    internal static TextView Of(Tensor tensor) => new(Text(tensor));

    /// <summary>"[64,10] float32 on cpu".</summary>
    internal static string Header(Tensor tensor)
    {
        if (tensor.IsInvalid) return "disposed tensor";
        var gradient = tensor.requires_grad ? ", requires gradient" : "";
        return $"[{string.Join(',', tensor.shape)}] {TypeName(tensor.dtype)} on {tensor.device}{gradient}";
    }

    private static string Text(Tensor tensor)
    {
        if (tensor.IsInvalid || tensor.is_sparse) return Header(tensor);
        if (tensor.numel() == 0) return $"{Header(tensor)}: no values";
        if (Values(tensor) is not { } values) return Header(tensor);
        if (tensor.dim() == 0) return $"{Header(tensor)}: {values[0]}";
        var text = new StringBuilder(Header(tensor)).Append('\n');
        var next = 0;
        Write(text, tensor.shape, 0, values, ref next);
        return text.ToString();
    }

    private static void Write(StringBuilder text, long[] shape, int dimension, string[] values, ref int next)
    {
        var isRow = dimension == shape.Length - 1;
        var shown = Shown(shape, dimension);
        text.Append('[');
        for (var i = 0; i < shown.Length; i++)
        {
            if (i > 0) Separate(isRow);
            if (i > 0 && shown[i] != shown[i - 1] + 1)
            {
                text.Append('…');
                Separate(isRow);
            }
            if (isRow) text.Append(values[next++]);
            else Write(text, shape, dimension + 1, values, ref next);
        }
        if (shown[^1] < shape[dimension] - 1)
        {
            Separate(isRow);
            text.Append('…');
        }
        text.Append(']');

        void Separate(bool onOneLine) => text.Append(onOneLine ? " " : "\n" + new string(' ', dimension + 1));
    }

    // The positions along a dimension that are shown: of a batch of matrices, only the first one.
    private static long[] Shown(long[] shape, int dimension)
    {
        var size = shape[dimension];
        if (dimension < shape.Length - 2) return [.. Range(0, Math.Min(size, 1))];
        return size <= Whole ? [.. Range(0, size)] : [.. Range(0, Edge), .. Range(size - Edge, Edge)];
    }

    private static IEnumerable<long> Range(long from, long count) =>
        Enumerable.Range(0, (int)count).Select(i => from + i);

    /// <summary>The shown values as texts of one width; null where the type of the tensor has none.</summary>
    private static string[]? Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var noGraph = no_grad();
        var part = tensor.detach();
        for (var dimension = 0; dimension < tensor.dim(); dimension++)
        {
            var shown = torch.tensor(Shown(tensor.shape, dimension), device: tensor.device);
            part = part.index_select(dimension, shown);
        }
        string[]? values = tensor.dtype switch
        {
            ScalarType.Bool => Texts(part.to(ScalarType.Int64), (long value) => value != 0 ? "true" : "false"),
            ScalarType.Byte or ScalarType.Int8 or ScalarType.Int16 or ScalarType.Int32 or ScalarType.Int64 =>
                Texts(part.to(ScalarType.Int64), (long value) => value.ToString(CultureInfo.InvariantCulture)),
            ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64 => Floats(part),
            _ => null,
        };
        if (values is null) return null;
        var width = values.Max(value => value.Length);
        return [.. values.Select(value => value.PadLeft(width))];
    }

    private static string[] Floats(Tensor part)
    {
        var values = part.to(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
        var sizes = values.Where(double.IsFinite).Select(Math.Abs).Where(size => size > 0).DefaultIfEmpty(1).ToArray();
        var isWhole = values.Where(double.IsFinite).All(value => value == Math.Round(value));
        var format = sizes.Max() >= 1e6 || (!isWhole && sizes.Max() < 1e-3) ? "0.000e+00" : isWhole ? "0" : "0.0000";
        return [.. values.Select(value => value switch
        {
            double.NaN => "nan",
            double.PositiveInfinity => "inf",
            double.NegativeInfinity => "-inf",
            _ => value.ToString(format, CultureInfo.InvariantCulture),
        })];
    }

    private static string[] Texts<T>(Tensor part, Func<T, string> text) where T : unmanaged =>
        [.. part.cpu().contiguous().data<T>().ToArray().Select(text)];

    private static string TypeName(ScalarType type) => type.ToString().ToLowerInvariant();
}
