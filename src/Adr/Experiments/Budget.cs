namespace Adr.Experiments;

/// <summary>How much time an experiment may take. Numbers of different budgets are different experiments and belong in different tables.</summary>
public enum Budget
{
    /// <summary>Seconds: shows that everything runs, and nothing about defences.</summary>
    Smoke,

    /// <summary>Minutes on two cores: enough for accuracies that mean something.</summary>
    Quick,

    /// <summary>About an hour on a desktop.</summary>
    Desktop,

    /// <summary>The paper's epochs, steps and data; wants a GPU.</summary>
    Paper,
}
