namespace TorchSharp;

/// <summary>Owns the tensors made while it is the innermost open scope of their thread, and disposes them with itself.</summary>
/// <remarks>Open one with <see cref="torch.NewDisposeScope"/>. Not for use by several threads at once.</remarks>
public sealed class DisposeScope : IDisposable
{
    private readonly DisposeScopeManager manager;
    private bool closed;

    internal DisposeScope(DisposeScopeManager manager, DisposeScope? outer) => (this.manager, OuterScope) = (manager, outer);

    internal DisposeScope? OuterScope { get; set; }

    internal HashSet<IDisposable> Disposables { get; private set; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>How many objects are in the scope now.</summary>
    /// <exception cref="ObjectDisposedException">The scope is disposed; so for every member below but Contains.</exception>
    public int DisposablesCount => Open().Count;

    /// <summary>A copy of what is in the scope now.</summary>
    public IReadOnlyList<IDisposable> DisposablesView => [.. Open()];

    /// <summary>Whether the scope holds this object.</summary>
    public bool Contains(IDisposable disposable) => Disposables.Contains(disposable);

    /// <summary>Moves an object into the scope around this one; out of every scope where there is none.</summary>
    public T MoveToOuter<T>(T disposable) where T : IDisposable
    {
        MoveToOther(OuterScope, [disposable]);
        return disposable;
    }

    /// <summary>Moves objects into the scope around this one; out of every scope where there is none.</summary>
    public (T1 first, T2 second) MoveToOuter<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        MoveToOther(OuterScope, [first, second]);
        return (first, second);
    }

    /// <summary>Moves objects into the scope around this one; out of every scope where there is none.</summary>
    public (T1 first, T2 second, T3 third) MoveToOuter<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        MoveToOther(OuterScope, [first, second, third]);
        return (first, second, third);
    }

    /// <summary>Moves objects into the scope around this one; out of every scope where there is none.</summary>
    public void MoveToOuter(params IDisposable[] disposables) => MoveToOther(OuterScope, disposables);

    /// <summary>Moves objects into the scope around this one; out of every scope where there is none.</summary>
    public void MoveToOuter(IEnumerable<IDisposable> disposables) => MoveToOther(OuterScope, disposables);

    /// <summary>Moves objects into another scope; out of every scope where that is null.</summary>
    public void MoveToOther(DisposeScope? scope, params IDisposable[] disposables) => MoveToOther(scope, disposables.AsEnumerable());

    /// <summary>Moves objects into another scope; out of every scope where that is null. Those of other scopes stay where they are.</summary>
    public void MoveToOther(DisposeScope? scope, IEnumerable<IDisposable> disposables)
    {
        if (scope is null)
        {
            Detach(disposables);
            return;
        }
        scope.Open(); // a closed one throws before anything has left this one
        foreach (var disposable in disposables)
            if (Open().Remove(disposable)) scope.Take(disposable);
    }

    /// <summary>Takes an object out of every scope: who holds it disposes it.</summary>
    public T Detach<T>(T disposable) where T : IDisposable
    {
        Detach([disposable]);
        return disposable;
    }

    /// <summary>Takes objects out of every scope: who holds them disposes them.</summary>
    public (T1 first, T2 second) Detach<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        Detach([first, second]);
        return (first, second);
    }

    /// <summary>Takes objects out of every scope: who holds them disposes them.</summary>
    public (T1 first, T2 second, T3 third) Detach<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        Detach([first, second, third]);
        return (first, second, third);
    }

    /// <summary>Takes objects out of every scope: who holds them disposes them.</summary>
    public void Detach(params IDisposable[] disposables) => Detach(disposables.AsEnumerable());

    /// <summary>Takes objects out of every scope: who holds them disposes them.</summary>
    public void Detach(IEnumerable<IDisposable> disposables)
    {
        foreach (var disposable in disposables)
            if (Open().Remove(disposable) && disposable is torch.Tensor tensor)
            {
                tensor.OwningDisposeScope = null;
                manager.Counts.TensorStatistics.DetachedFromScopeCount++;
            }
    }

    /// <summary>Puts an object of another scope, or of none, into this one.</summary>
    public void Attach(IDisposable disposable) => Attach([disposable]);

    /// <summary>Puts objects of other scopes, or of none, into this one.</summary>
    public void Attach(params IDisposable[] disposables) => Attach(disposables.AsEnumerable());

    /// <summary>Puts objects of other scopes, or of none, into this one.</summary>
    public IReadOnlyList<IDisposable> Attach(IEnumerable<IDisposable> disposables)
    {
        Open();
        var attached = disposables.ToList();
        foreach (var disposable in attached)
        {
            if (disposable is torch.Tensor { OwningDisposeScope: { } owner }) owner.Disposables.Remove(disposable);
            if (Take(disposable)) manager.Counts.TensorStatistics.AttachedToScopeCount++;
        }
        return attached;
    }

    /// <summary>Disposes all that is in the scope; the scope stays open.</summary>
    public void DisposeEverything() => DisposeEverythingBut([]);

    /// <summary>Disposes all that is in the scope but these; the scope stays open.</summary>
    public void DisposeEverythingBut(params IDisposable[] keep) => DisposeEverythingBut(keep.AsEnumerable());

    /// <summary>Disposes all that is in the scope but these; the scope stays open.</summary>
    public void DisposeEverythingBut(IEnumerable<IDisposable> inKeep)
    {
        var all = Open();
        var kept = inKeep.Where(all.Contains).ToList();
        foreach (var keep in kept) all.Remove(keep);
        DisposeAll();
        foreach (var keep in kept) Disposables.Add(keep);
    }

    /// <summary>Disposes all that is in the scope but this; the scope stays open.</summary>
    public T DisposeEverythingBut<T>(T keep) where T : IDisposable
    {
        DisposeEverythingBut([keep]);
        return keep;
    }

    /// <summary>Disposes all that is in the scope but these; the scope stays open.</summary>
    public (T1 first, T2 second) DisposeEverythingBut<T1, T2>(T1 first, T2 second) where T1 : IDisposable where T2 : IDisposable
    {
        DisposeEverythingBut([first, second]);
        return (first, second);
    }

    /// <summary>Disposes all that is in the scope but these; the scope stays open.</summary>
    public (T1 first, T2 second, T3 third) DisposeEverythingBut<T1, T2, T3>(T1 first, T2 second, T3 third)
        where T1 : IDisposable where T2 : IDisposable where T3 : IDisposable
    {
        DisposeEverythingBut([first, second, third]);
        return (first, second, third);
    }

    /// <summary>Tells the scope that an object in it was disposed by hand. Tensors do so themselves.</summary>
    public void MarkAsDisposed(IDisposable disposable)
    {
        Open().Remove(disposable);
        if (disposable is torch.Tensor tensor) tensor.OwningDisposeScope = null;
    }

    /// <summary>Disposes all that is in the scope and closes it; the scope around it is then the innermost.</summary>
    public void Dispose()
    {
        if (closed) return;
        DisposeAll();
        manager.Close(this);
        closed = true;
    }

    private HashSet<IDisposable> Open() => closed ? throw new ObjectDisposedException(nameof(DisposeScope)) : Disposables;

    private bool Take(IDisposable disposable)
    {
        if (!Open().Add(disposable)) return false;
        if (disposable is torch.Tensor tensor) tensor.OwningDisposeScope = this;
        return true;
    }

    private void DisposeAll()
    {
        // A disposed tensor takes itself out of its scope, so the list must not be the one walked over.
        var all = Disposables;
        Disposables = new(ReferenceEqualityComparer.Instance);
        foreach (var disposable in all) disposable.Dispose();
    }
}
