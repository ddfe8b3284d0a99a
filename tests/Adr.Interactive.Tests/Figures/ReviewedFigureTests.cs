using System.Text.Json;
using System.Text.RegularExpressions;

namespace Adr.Interactive.Tests.Figures;

public class ReviewedFigureTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    public static TheoryData<string> Views => [.. Samples.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(Views))]
    public void Every_form_is_as_reviewed(string name)
    {
        var view = Samples.All.Single(s => s.Name == name).View;
        Reviewed.Equal($"{name}.txt", view.As(Mime.Text));
        if (view is Figure figure)
        {
            using var json = JsonDocument.Parse(figure.PlotlyJson());
            var indented = JsonSerializer.Serialize(json.RootElement, Indented);
            Reviewed.Equal($"{name}.plotly.json", WithoutPixels(indented));
        }
        if (view.MimeTypes.Contains(Mime.Svg)) Reviewed.Equal($"{name}.svg", WithoutPixels(view.As(Mime.Svg)));
        if (name is "line" or "table") Reviewed.Equal($"{name}.html", view.As(Mime.Html));
    }

    // how a PNG is packed is zlib's business; PngTests decode it
    private static string WithoutPixels(string text) => Regex.Replace(text, "base64,[^\"]*", "base64,…");
}
