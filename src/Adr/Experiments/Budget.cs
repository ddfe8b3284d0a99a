namespace Adr.Experiments;

/// <summary>How much time an experiment may take. Numbers of different budgets are different experiments and belong in
/// different tables.</summary>
public enum Budget
{
    /// <summary>Seconds: shows that everything runs, and nothing about defences.</summary>
    Smoke,

    /// <summary>Minutes on two cores: enough for accuracies that mean something.</summary>
    Quick,

    /// <summary>About an hour on a desktop.</summary>
    Desktop,

    /// <summary>The protocol of the authors' code (docs/experiments.md); wants a GPU.</summary>
    Paper,
}

/// <summary>Reads budgets.</summary>
public static class Budgets
{
    /// <summary>The budget with this name, in upper or lower case.</summary>
    /// <exception cref="ArgumentException">The name is not smoke, quick, desktop or paper.</exception>
    public static Budget Parse(string name)
    {
        foreach (var budget in Enum.GetValues<Budget>())
            if (budget.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)) return budget;
        throw new ArgumentException(
            $"There is no budget \"{name}\". Choose smoke, quick, desktop or paper.", nameof(name));
    }
}
