using Adr.Evaluation;

namespace Adr.Interactive.Tests.Showing;

public class LiveEvaluationTests
{
    [Fact]
    public void Shows_the_first_and_the_last_of_each_attack_and_few_between()
    {
        var shown = new List<string>();
        var live = new LiveEvaluation(view => shown.Add($"{view}"), TimeSpan.FromHours(1));
        foreach (var attack in new[] { "APGD-CE", "Square-5000" })
            for (var done = 1000; done <= 3000; done += 1000) live.Report(new EvaluationProgress(attack, done, 3000));
        Assert.Equal(["APGD-CE: 1,000 of 3,000 points", "APGD-CE: 3,000 of 3,000 points", "Square-5000: 3,000 of 3,000 points"], shown);
    }
}
