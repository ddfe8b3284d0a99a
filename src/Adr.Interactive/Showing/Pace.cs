namespace Adr.Interactive;

/// <summary>Says when it is time to show something anew: as often as an eye can use. For several threads.</summary>
internal sealed class Pace(TimeSpan? interval, TimeProvider? clock)
{
    private readonly TimeSpan _interval = interval ?? TimeSpan.FromSeconds(1);
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private long? _last;

    /// <summary>Shows, if it is time to.</summary>
    /// <param name="always">Whether it is time in any case, as at the end.</param>
    /// <param name="show">What shows it.</param>
    internal void Show(bool always, Action show)
    {
        lock (_gate)
        {
            if (!always && _last is { } last && _clock.GetElapsedTime(last) < _interval) return;
            _last = _clock.GetTimestamp();
            show();
        }
    }
}
