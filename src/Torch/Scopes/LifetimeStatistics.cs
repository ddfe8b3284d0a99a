namespace TorchSharp;

/// <summary>How many objects of one kind this thread has made, disposed and moved between scopes.</summary>
public class LifetimeStatistics
{
    /// <summary>Made while no scope was open.</summary>
    public long CreatedOutsideScopeCount { get; internal set; }
    /// <summary>Disposed while in no scope.</summary>
    public long DisposedOutsideScopeCount { get; internal set; }
    /// <summary>Made while a scope was open.</summary>
    public long CreatedInScopeCount { get; internal set; }
    /// <summary>Disposed while in a scope, by it or by hand.</summary>
    public long DisposedInScopeCount { get; internal set; }
    /// <summary>Put into a scope by hand.</summary>
    public long AttachedToScopeCount { get; internal set; }
    /// <summary>Taken out of every scope.</summary>
    public long DetachedFromScopeCount { get; internal set; }
    /// <summary>Made and not yet disposed.</summary>
    public long ThreadTotalLiveCount =>
        CreatedInScopeCount + CreatedOutsideScopeCount - DisposedInScopeCount - DisposedOutsideScopeCount;

    /// <summary>Starts counting anew.</summary>
    public void Reset() =>
        CreatedOutsideScopeCount = DisposedOutsideScopeCount = CreatedInScopeCount = DisposedInScopeCount =
            AttachedToScopeCount = DetachedFromScopeCount = 0;

    /// <summary>All counts in one line.</summary>
    public override string ToString() =>
        $"ThreadTotalLiveCount: {ThreadTotalLiveCount}; CreatedOutsideScopeCount: {CreatedOutsideScopeCount}; " +
        $"DisposedOutsideScopeCount: {DisposedOutsideScopeCount}; CreatedInScopeCount: {CreatedInScopeCount}; " +
        $"DisposedInScopeCount: {DisposedInScopeCount}; AttachedToScopeCount: {AttachedToScopeCount}; " +
        $"DetachedFromScopeCount: {DetachedFromScopeCount}";
}

/// <summary>The same counts for everything that scopes keep: here, tensors.</summary>
public class ThreadDisposeScopeStatistics
{
    /// <summary>Counts of tensors.</summary>
    public LifetimeStatistics TensorStatistics { get; } = new();
    /// <summary>Made while no scope was open.</summary>
    public long CreatedOutsideScopeCount => TensorStatistics.CreatedOutsideScopeCount;
    /// <summary>Disposed while in no scope.</summary>
    public long DisposedOutsideScopeCount => TensorStatistics.DisposedOutsideScopeCount;
    /// <summary>Made while a scope was open.</summary>
    public long CreatedInScopeCount => TensorStatistics.CreatedInScopeCount;
    /// <summary>Disposed while in a scope, by it or by hand.</summary>
    public long DisposedInScopeCount => TensorStatistics.DisposedInScopeCount;
    /// <summary>Put into a scope by hand.</summary>
    public long AttachedToScopeCount => TensorStatistics.AttachedToScopeCount;
    /// <summary>Taken out of every scope.</summary>
    public long DetachedFromScopeCount => TensorStatistics.DetachedFromScopeCount;
    /// <summary>Made and not yet disposed.</summary>
    public long ThreadTotalLiveCount => TensorStatistics.ThreadTotalLiveCount;

    /// <summary>Starts counting anew.</summary>
    public void Reset() => TensorStatistics.Reset();

    /// <summary>All counts in one line.</summary>
    public override string ToString() => TensorStatistics.ToString();
}
