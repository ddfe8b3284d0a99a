namespace Adr.Training;

/// <summary>Epochs of a run that were trained one after another with the same machine and versions.</summary>
/// <param name="FirstEpoch">The first, from 1.</param>
/// <param name="LastEpoch">The last.</param>
/// <param name="Environment">With what.</param>
public sealed record TrainingPart(int FirstEpoch, int LastEpoch, RunEnvironment Environment);

/// <summary>The environment.json of a run folder: with what each epoch was trained. A run that was resumed elsewhere
/// has several parts; epochs that an earlier version of the library trained are in none.</summary>
internal sealed record TrainingRecord(IReadOnlyList<TrainingPart> Parts) : IStored
{
    internal static TrainingRecord Empty { get; } = new([]);

    /// <summary>With an epoch more. Parts of it and of later ones, which were lost, are cut off.</summary>
    internal TrainingRecord With(int epoch, RunEnvironment now)
    {
        TrainingPart[] before = [.. Parts.Where(part => part.FirstEpoch < epoch)
            .Select(part => part with { LastEpoch = Math.Min(part.LastEpoch, epoch - 1) })];
        return before is [.., var last] && last.LastEpoch == epoch - 1 && last.Environment.IsSameAs(now)
            ? new([.. before[..^1], last with { LastEpoch = epoch, Environment = last.Environment.ContinuedBy(now) }])
            : new([.. before, new TrainingPart(epoch, epoch, now)]);
    }

    IEnumerable<string> IStored.Faults()
    {
        var last = 0;
        foreach (var part in Parts)
        {
            if (part.FirstEpoch <= last || part.LastEpoch < part.FirstEpoch)
                yield return $"epochs {part.FirstEpoch} to {part.LastEpoch} do not follow epoch {last}";
            last = part.LastEpoch;
        }
    }
}
