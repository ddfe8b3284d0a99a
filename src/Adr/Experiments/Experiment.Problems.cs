using Adr.Data;

namespace Adr.Experiments;

public sealed partial record Experiment
{
    /// <summary>What keeps a training or its judgement from beginning, one line for each problem; none is good. Loads the data set.</summary>
    /// <param name="defences">The defences that shall be trained.</param>
    public IReadOnlyList<string> Problems(IReadOnlyList<string> defences)
    {
        ArgumentNullException.ThrowIfNull(defences);
        var problems = new List<string>();
        foreach (var defence in defences) Try(() => Defence(defence));
        Try(() => Training.DeviceName.Resolve(Device));
        Try(() => Options().Validate());
        Try(CheckCounts);
        Try(() => { EvaluationAttacks(); CostlyAttacks(); });
        Try(CheckData);
        return [.. problems.Distinct()];

        void Try(Action check)
        {
            try
            {
                check();
            }
            catch (Exception problem) when (problem is ArgumentException or IOException or InvalidDataException)
            {
                problems.Add(problem.Message);
            }
        }
    }

    private void CheckData()
    {
        if (DataSets.Missing(DataSet) is { } missing) throw new FileNotFoundException($"{DataSet} is not complete here: {missing}");
        var (train, test) = DataSets.Load(DataSet);
        using (train)
        using (test)
        {
            if (TooFew(train, test) is { } problem) throw new ArgumentException(problem);
            using var model = NewNetwork(train.Classes);
            if (!model.InputShape.SequenceEqual(train.ImageShape))
                throw new ArgumentException($"{Network} takes images [{string.Join(",", model.InputShape)}], {DataSet} has [{string.Join(",", train.ImageShape)}].");
        }
    }
}
