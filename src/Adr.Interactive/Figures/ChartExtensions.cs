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
    /// Sets a member of a trace, a series of the chart: <c>chart.WithTrace(0, "line.dash", "dot")</c>.
    /// </summary>
    /// <param name="chart">The chart, which is changed in place.</param>
    /// <param name="trace">The place of the trace, from 0.</param>
    /// <param name="name">Plotly's name of the member; dots lead into the parts.</param>
    /// <param name="value">A number, a text, a truth value, or an array of them.</param>
    /// <returns>The same chart.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The chart has no such trace.</exception>
    /// <exception cref="ArgumentException">The name is empty or has an empty part.</exception>
    public static GenericChart WithTrace(this GenericChart chart, int trace, string name, object value)
    {
        ArgumentNullException.ThrowIfNull(chart);
        Trace[] traces = [.. GenericChart.getTraces(chart)];
        if (trace < 0 || trace >= traces.Length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(trace), trace, $"The chart has {traces.Length} traces, from 0 on.");
        }
        Set(traces[trace], name, value);
        return chart;
    }

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
