namespace TorchSharp.Modules;

/// <summary>The numbers that steer an optimiser, for one group.</summary>
public class OptimizerOptions
{
    /// <summary>The learning rate of the next step; null: the optimiser's.</summary>
    public double? LearningRate { get; set; }

    /// <summary>The learning rate at the start, from which schedules count.</summary>
    public double InitialLearningRate { get; set; }

    /// <summary>Copies other options.</summary>
    /// <param name="source">Options of the same type.</param>
    /// <exception cref="ArgumentException">Options of another type.</exception>
    public virtual void LoadStateDict(OptimizerOptions source) =>
        (LearningRate, InitialLearningRate) = (source.LearningRate, source.InitialLearningRate);

    private protected static T Same<T>(OptimizerOptions source) where T : OptimizerOptions =>
        source as T ?? throw new ArgumentException($"Expected options of {typeof(T).DeclaringType?.Name}, got those of {source?.GetType().DeclaringType?.Name ?? "none"}.", nameof(source));
}
