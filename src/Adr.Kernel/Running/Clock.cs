using System.Diagnostics;

namespace Adr.Kernel.Running;

/// <summary>A clock that only moves forward, for waiting and deadlines: nobody sets it, as people and networks set the time of day.</summary>
internal static class Clock
{
    /// <summary>The time since some moment before the run.</summary>
    internal static TimeSpan Now => Stopwatch.GetElapsedTime(0);
}
