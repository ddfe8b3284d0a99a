using DynamicObj;
using Plotly.NET;

namespace Adr.Interactive;

/// <summary>
/// Restyles any chart by plotly's own names, which <see href="https://plotly.com/javascript/reference/"/> lists.
/// Plotly.NET's methods for C# leave out titles, shapes and much of the layout.
/// </summary>
public static class ChartExtensions
{
    /// <summary>Sets a member of the layout: <c>chart.WithLayout("xaxis.title.text", "strength")</c>.</summary>
    /// <param name="chart">The chart, which is changed in place.</param>
    /// <param name="name">Plotly's name of the member; dots lead into the parts.</param>
    /// <param name="value">A number, a text, a truth value, or an array of them.</param>
    /// <returns>The same chart.</returns>
    /// <exception cref="ArgumentException">The name is empty or has an empty part.</exception>
    public static GenericChart WithLayout(this GenericChart chart, string name, object value)
    {
        ArgumentNullException.ThrowIfNull(chart);
        var layout = GenericChart.getLayout(chart);
        Set(layout, name, value);
        return GenericChart.setLayout(layout, chart);
    }

    /// <summary>
    /// Sets a member of a trace, a series of the chart: <c>chart.WithTrace("ADV", "line.dash", "dot")</c>.
    /// </summary>
    /// <param name="chart">The chart, which is changed in place.</param>
    /// <param name="trace">The trace's name, as the legend shows it; all traces of that name are changed.</param>
    /// <param name="name">Plotly's name of the member; dots lead into the parts.</param>
    /// <param name="value">A number, a text, a truth value, or an array of them.</param>
    /// <returns>The same chart.</returns>
    /// <exception cref="ArgumentException">
    /// The chart has no such trace, or the name is empty or has an empty part.
    /// </exception>
    public static GenericChart WithTrace(this GenericChart chart, string trace, string name, object value)
    {
        ArgumentNullException.ThrowIfNull(chart);
        Trace[] traces = [.. GenericChart.getTraces(chart)];
        var named = traces.Where(one => NameOf(one) == trace).ToList();
        if (named.Count == 0)
        {
            var names = string.Join(", ", traces.Select(NameOf).OfType<string>().Distinct());
            throw new ArgumentException($"The chart has no trace \"{trace}\". Its traces: {names}.", nameof(trace));
        }
        foreach (var one in named) Set(one, name, value);
        return chart;
    }

    private static string? NameOf(Trace trace) => trace.TryGetPropertyValue("name")?.Value as string;

    private static void Set(DynamicObj.DynamicObj part, string name, object value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var steps = name.Split('.');
        if (steps.Any(string.IsNullOrWhiteSpace))
            throw new ArgumentException($"Expected a name such as \"xaxis.title.text\", not \"{name}\".", nameof(name));
        foreach (var step in steps[..^1])
        {
            if (part.TryGetPropertyValue(step)?.Value is not DynamicObj.DynamicObj inner)
                part.SetProperty(step, inner = Charts.Part(step));
            part = inner;
        }
        part.SetProperty(steps[^1], value);
    }
}
