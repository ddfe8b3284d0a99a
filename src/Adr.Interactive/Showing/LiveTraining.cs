using Adr.Training;

namespace Adr.Interactive;

/// <summary>Passes training progress on to something that shows it, as often as an eye can use.</summary>
/// <remarks>In a notebook: <c>var shown = display("…"); trainer.Fit(train, progress: new LiveTraining(shown.Update));</c></remarks>
public sealed class LiveTraining : IProgress<TrainingProgress>
{
    private readonly Action<object> _update;
    private readonly Pace _pace;

    /// <summary>Shows progress through an action such as DisplayedValue.Update.</summary>
    /// <param name="update">Gets a view to show in place of the one before.</param>
    /// <param name="interval">The least time between two updates; null: one second. The last step of all is always shown.</param>
    /// <param name="clock">Tells the time; null: the system's.</param>
    public LiveTraining(Action<object> update, TimeSpan? interval = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(update);
        (_update, _pace) = (update, new Pace(interval, clock));
    }

    /// <summary>Shows the progress if it is time to.</summary>
    public void Report(TrainingProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _pace.Show(value.Epoch >= value.Epochs && value.Step >= value.Steps, () => _update(Show.Progress(value)));
    }
}
