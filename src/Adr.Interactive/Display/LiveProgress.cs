using Adr.Evaluation;
using Adr.Interactive.Drawing;
using Adr.Training;

namespace Adr.Interactive;

/// <summary>Shows the progress of a training run or an evaluation while it runs, about once a second.</summary>
/// <remarks>
/// In a notebook: <c>var live = Live.Show("…"); trainer.Fit(train, progress: new LiveProgress(live.Update));</c>
/// </remarks>
public sealed class LiveProgress : IProgress<TrainingProgress>, IProgress<EvaluationProgress>
{
    private readonly Action<object> _update;
    private readonly Throttle _throttle;

    /// <summary>Shows progress through an action such as <c>DisplayedValue.Update</c>.</summary>
    /// <param name="update">Gets a view, to be shown in place of the one before.</param>
    /// <param name="interval">
    /// The least time between two updates; null for one second. The end of training or of an attack is always shown.
    /// </param>
    /// <param name="clock">The clock; null for the system's.</param>
    public LiveProgress(Action<object> update, TimeSpan? interval = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(update);
        _update = update;
        _throttle = new Throttle(interval ?? TimeSpan.FromSeconds(1), clock ?? TimeProvider.System);
    }

    /// <summary>Shows the progress of training if it is time to.</summary>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var isEnd = value.Epoch >= value.Epochs && value.Step >= value.Steps;
        _throttle.Run(isEnd, () => _update(new ProgressView(value)));
    }

    /// <summary>Shows the progress of an evaluation if it is time to.</summary>
    public void Report(EvaluationProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var text = $"{value.Attack}: {Number.Count(value.Done)} of {Number.Count(value.Total)} examples";
        _throttle.Run(value.Done >= value.Total, () => _update(new TextView(text)));
    }
}

/// <summary>Runs an action at most once in each interval. Several threads may use it.</summary>
internal sealed class Throttle(TimeSpan interval, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private long? _last;

    /// <summary>Runs the action, unless it ran within the interval. <paramref name="always"/> overrides that.</summary>
    internal void Run(bool always, Action action)
    {
        lock (_gate)
        {
            if (!always && _last is { } last && clock.GetElapsedTime(last) < interval) return;
            _last = clock.GetTimestamp();
            action();
        }
    }
}
