using System.Text;
using System.Text.Json.Nodes;
using DynamicObj;
using Microsoft.FSharp.Collections;
using Newtonsoft.Json;
using Plotly.NET;
using Plotly.NET.LayoutObjects;
using Plotly.NET.TraceObjects;

namespace Adr.Interactive;

/// <summary>From plotly's JSON to a Plotly.NET chart, and back.</summary>
internal static class Charts
{
    private static readonly string[] NotFinite = ["NaN", "Infinity", "-Infinity"];

    // what Plotly.NET's own styling looks for by its type
    private static readonly Dictionary<string, Func<DynamicObj.DynamicObj>> Parts = new()
    {
        ["title"] = () => new Title(),
        ["font"] = () => new Font(),
        ["legend"] = () => new Legend(),
        ["margin"] = () => new Margin(),
        ["xaxis"] = () => new LinearAxis(),
        ["yaxis"] = () => new LinearAxis(),
        ["marker"] = () => new Marker(),
        ["line"] = () => new Line(),
        ["error_x"] = () => new Error(),
        ["error_y"] = () => new Error(),
        ["annotations"] = () => new Annotation(),
        ["shapes"] = () => new Shape(),
    };

    /// <summary>A chart with the members of a plotly figure.</summary>
    /// <param name="json">One object with data, layout and config.</param>
    internal static GenericChart Of(string json)
    {
        var figure = JsonNode.Parse(json)!.AsObject();
        var traces = figure["data"]!.AsArray()
            .Select(trace => Filled(new Trace((string)trace!["type"]!), trace.AsObject()));
        var chart = GenericChart.ofTraceObjects(false, ListModule.OfSeq(traces));
        chart = GenericChart.setLayout(Filled(new Layout(), figure["layout"]!.AsObject()), chart);
        return GenericChart.setConfig(Filled(new Config(), figure["config"]!.AsObject()), chart);
    }

    /// <summary>The plotly figure of a chart: one JSON object with data, layout and config.</summary>
    internal static string JsonOf(GenericChart chart)
    {
        var figure = Parsed(GenericChart.toFigureJson(chart))!.AsObject();
        figure["config"] = Parsed(JsonConvert.SerializeObject(GenericChart.getConfig(chart))); // left out above
        if (figure["frames"] is JsonArray { Count: 0 }) figure.Remove("frames");
        LeaveGaps(figure);
        return figure.ToJsonString();
    }

    /// <summary>An empty part of a chart, of the type that Plotly.NET has for its name.</summary>
    internal static DynamicObj.DynamicObj Part(string name) =>
        Parts.TryGetValue(name, out var make) ? make() : new DynamicObj.DynamicObj();

    private static T Filled<T>(T part, JsonObject members) where T : DynamicObj.DynamicObj
    {
        foreach (var (name, member) in members)
            if (Value(name, member) is { } value) part.SetProperty(name, value);
        return part;
    }

    private static object? Value(string name, JsonNode? node) => node switch
    {
        null => null,
        JsonObject members => Filled(Part(name), members),
        JsonArray items => Values(name, items),
        _ => Plain(node.AsValue()),
    };

    private static object Values(string name, JsonArray items)
    {
        if (items.All(item => item is null || IsNumber(item)))
            return items.Select(item => (double?)item).ToArray();
        return items.Select(item => Value(name, item)).ToArray();
    }

    private static object Plain(JsonValue value) =>
        value.TryGetValue<bool>(out var flag) ? flag
        : value.TryGetValue<double>(out var number) ? number
        : value.ToString();

    // half a surrogate pair, which .NET's texts may hold, is no JSON: it becomes U+FFFD
    private static JsonNode? Parsed(string json) =>
        JsonNode.Parse(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(json)));

    // Newtonsoft writes numbers that are not finite as texts; plotly leaves a gap at null
    private static void LeaveGaps(JsonNode? node)
    {
        if (node is JsonObject members)
            foreach (var (_, member) in members) LeaveGaps(member);
        if (node is not JsonArray items) return;
        var isNumbers = items.All(item => item is null || IsNumber(item) || IsNotFinite(item));
        for (var i = 0; i < items.Count; i++)
            if (isNumbers && items[i] is { } item && IsNotFinite(item)) items[i] = null;
            else LeaveGaps(items[i]);
    }

    private static bool IsNumber(JsonNode item) => item.GetValueKind() == System.Text.Json.JsonValueKind.Number;

    private static bool IsNotFinite(JsonNode item) =>
        item is JsonValue value && value.TryGetValue<string>(out var text) && NotFinite.Contains(text);
}

/// <summary>
/// Shows any Plotly.NET chart as figures are shown: live without a network, and as a picture where scripts do not run.
/// </summary>
internal sealed class ChartView(GenericChart chart) : View
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Mime.OfFigure;

    /// <inheritdoc/>
    public override string As(string mimeType)
    {
        if (!MimeTypes.Contains(mimeType)) throw NotOffered(mimeType);
        var json = Charts.JsonOf(chart);
        if (mimeType == Mime.Plotly) return json;
        var picture = new Drawing.StaticPicture(json);
        return mimeType switch
        {
            Mime.Html => LiveHtml.Document(LiveHtml.Figure(picture, json)),
            Mime.Svg => picture.Document(inline: false),
            _ => picture.Summary(),
        };
    }
}
