using Adr.Evaluation;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>Passes an evaluation's progress on to something that shows it, as often as an eye can use.</summary>
/// <remarks>In a notebook: <c>var shown = display("…"); new EvaluationOptions { Progress = new LiveEvaluation(shown.Update) }</c></remarks>
public sealed class LiveEvaluation : IProgress<EvaluationProgress>
{
    private readonly Action<object> _update;
    private readonly Pace _pace;

    /// <summary>Shows progress through an action such as DisplayedValue.Update.</summary>
    /// <param name="update">Gets a line to show in place of the one before.</param>
    /// <param name="interval">The least time between two updates; null: one second. The last batch of an attack is always shown.</param>
    /// <param name="clock">Tells the time; null: the system's.</param>
    public LiveEvaluation(Action<object> update, TimeSpan? interval = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(update);
        (_update, _pace) = (update, new Pace(interval, clock));
    }

    /// <summary>Shows the progress if it is time to.</summary>
    public void Report(EvaluationProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _pace.Show(value.Done >= value.Total, () => _update(new TextView($"{value.Attack}: {Number.Count(value.Done)} of {Number.Count(value.Total)} points")));
    }
}
