using System.Globalization;
using System.Text;

namespace TorchSharp;

public static partial class torch
{
    private const int Shown = 6; // more positions of a dimension than this are elided in the middle
    private static TensorStringStyle style = TensorStringStyle.Julia;

    /// <summary>What a tensor looks like when printed; Julia's way at first.</summary>
    /// <exception cref="ArgumentException">The style is Default.</exception>
    public static TensorStringStyle TensorStringStyle
    {
        get => style;
        set => style = value != TensorStringStyle.Default ? value : throw new ArgumentException("The style cannot be Default itself.");
    }

    public partial class Tensor
    {
        /// <summary>Sizes, type and device: <c>[2x3], type = Float32, device = cpu</c>.</summary>
        public override string ToString() => IsInvalid ? "" : Metadata();

        /// <summary>The tensor as text; its metadata alone where disamb is false.</summary>
        public string ToString(
            bool disamb, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null) =>
            disamb ? ToString(TensorStringStyle.Default, fltFormat, width, cultureInfo, newLine) : Metadata();

        /// <summary>The tensor as text, long dimensions shortened in the middle.</summary>
        /// <param name="style">How it looks.</param>
        /// <param name="fltFormat">The format of a floating-point number; <c>g5</c> where none is given.</param>
        /// <param name="width">Unused: lines are as long as their numbers.</param>
        /// <param name="cultureInfo">Whose numbers; invariant where none is given.</param>
        /// <param name="newLine">What ends a line; the system's where none is given.</param>
        public string ToString(
            TensorStringStyle style, string? fltFormat = null, int? width = null, CultureInfo? cultureInfo = null, string? newLine = null)
        {
            if (style == TensorStringStyle.Default) style = TensorStringStyle;
            var writer = new Writer(fltFormat ?? "g5", cultureInfo ?? CultureInfo.InvariantCulture, newLine ?? Environment.NewLine);
            if (style == TensorStringStyle.Metadata || is_meta || is_sparse) return Metadata();
            using var scope = NewDisposeScope();
            var values = detach().cpu();
            return style switch
            {
                TensorStringStyle.Numpy => writer.Nested(values, '[', ']'),
                TensorStringStyle.CSharp => $"{Metadata()}, value = {writer.Nested(values, '{', '}')}",
                _ => ndim == 0 ? $"{Metadata()}, value = {writer.Number(values)}" : Metadata() + writer.Tables(values),
            };
        }

        private string Metadata() => $"[{string.Join("x", shape)}], type = {dtype}, device = {device}";

        private sealed record Writer(string Format, CultureInfo Culture, string NewLine)
        {
            internal string Number(Tensor value) => value.is_complex() ? Complex(value) : value.ToScalar() switch
            {
                { Type: ScalarType.Float64 } real => real.ToDouble().ToString(Format, Culture),
                { Type: ScalarType.Bool } truth => truth.ToBoolean() ? "True" : "False",
                var whole => whole.ToInt64().ToString(Culture),
            };

            private string Complex(Tensor value)
            {
                using var wide = value.to(ScalarType.ComplexFloat64);
                var z = wide.item<System.Numerics.Complex>();
                return $"{z.Real.ToString(Format, Culture)}{(z.Imaginary < 0 ? "-" : "+")}{Math.Abs(z.Imaginary).ToString(Format, Culture)}i";
            }

            internal string Nested(Tensor values, char open, char close)
            {
                if (values.ndim == 0) return Number(values);
                var separator = values.ndim == 1 ? ", " : "," + NewLine + " ";
                return open + string.Join(separator, Parts(values).Select(p => p is null ? "..." : Nested(p, open, close))) + close;
            }

            // Every matrix (or the one vector) under a line that says where it stands.
            internal string Tables(Tensor values)
            {
                var text = new StringBuilder();
                Tables(values, "", text);
                return text.ToString();
            }

            private void Tables(Tensor values, string place, StringBuilder text)
            {
                if (values.ndim > 2)
                {
                    var position = 0L;
                    foreach (var part in Parts(values))
                    {
                        if (part is null) text.Append(NewLine).Append("...");
                        else Tables(part, $"{place}{position},", text);
                        position = part is null ? values.shape[0] - Shown / 2 : position + 1;
                    }
                    return;
                }
                if (place != "") text.Append(NewLine).Append($"[{place}..,..] =");
                var rows = values.ndim == 2 ? Parts(values).ToList() : [values];
                var cells = rows.Select(row => row is null ? ["..."] : Parts(row).Select(c => c is null ? "..." : Number(c)).ToArray()).ToList();
                var width = cells.SelectMany(row => row).Select(cell => cell.Length).DefaultIfEmpty().Max();
                foreach (var row in cells) text.Append(NewLine).Append(' ').AppendJoin(' ', row.Select(cell => cell.PadLeft(width)));
            }

            private static IEnumerable<Tensor?> Parts(Tensor values)
            {
                var count = values.shape[0];
                for (var i = 0L; i < count; i++)
                {
                    if (count > Shown && i == Shown / 2)
                    {
                        yield return null;
                        i = count - Shown / 2;
                    }
                    yield return values.select(0, i);
                }
            }
        }
    }
}

/// <summary>Tensors as text.</summary>
public static partial class TensorExtensionMethods
{
    /// <summary>The tensor as text.</summary>
    public static string str(
        this torch.Tensor tensor, string? fltFormat = null, int? width = null, string? newLine = null, CultureInfo? cultureInfo = null,
        TensorStringStyle style = TensorStringStyle.Default) => tensor.ToString(style, fltFormat, width, cultureInfo, newLine);

    /// <summary>The tensor as text in nested brackets.</summary>
    public static string npstr(
        this torch.Tensor tensor, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.Numpy, fltFormat, width, cultureInfo, newLine);

    /// <summary>The tensor as text: its metadata, then every slice as a table.</summary>
    public static string jlstr(
        this torch.Tensor tensor, string? fltFormat = null, int? width = null, string? newLine = null, CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.Julia, fltFormat, width, cultureInfo, newLine);

    /// <summary>The tensor as text: its metadata, then nested braces.</summary>
    public static string cstr(
        this torch.Tensor tensor, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null) =>
        tensor.ToString(TensorStringStyle.CSharp, fltFormat, width, cultureInfo, newLine);

    /// <summary>Writes the tensor to the console and returns it.</summary>
    public static torch.Tensor print(
        this torch.Tensor t, string? fltFormat = "g5", int? width = 100, string? newLine = null, CultureInfo? cultureInfo = null,
        TensorStringStyle style = TensorStringStyle.Default)
    {
        Console.WriteLine(t.ToString(style, fltFormat, width, cultureInfo, newLine));
        return t;
    }
}
