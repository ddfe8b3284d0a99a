using Adr.Evaluation;

namespace Adr.Interactive.Tests.Display;

public class LiveProgressTests
{
    private readonly List<string> _shown = [];
    private readonly Clock _clock = new();

    [Fact]
    public void Shows_the_first_then_at_most_one_a_second()
    {
        var live = Live();
        for (var step = 1; step <= 9; step++)
        {
            live.Report(Records.Progress(1, step));
            _clock.Now += TimeSpan.FromSeconds(0.4);
        }
        Assert.Equal([1, 4, 7], _shown.Select(Step)); // at 0, 1.2 and 2.4 s
    }

    [Fact]
    public void Always_shows_the_end()
    {
        var live = Live();
        live.Report(Records.Progress(4, 9));
        live.Report(Records.Progress(4, 10));
        Assert.Equal([9, 10], _shown.Select(Step));
    }

    [Fact]
    public void An_error_of_the_display_is_not_swallowed() =>
        Assert.Throws<InvalidOperationException>(() =>
            new LiveProgress(_ => throw new InvalidOperationException("gone")).Report(Records.Progress(1, 1)));

    [Fact]
    public void Shows_the_first_and_the_last_batch_of_each_attack_and_few_between()
    {
        var live = Live();
        foreach (var attack in new[] { "APGD-CE", "Square-5000" })
            for (var done = 1000; done <= 3000; done += 1000) live.Report(new EvaluationProgress(attack, done, 3000));
        Assert.Equal(
            [
                "APGD-CE: 1,000 of 3,000 examples",
                "APGD-CE: 3,000 of 3,000 examples",
                "Square-5000: 3,000 of 3,000 examples",
            ],
            _shown);
    }

    private LiveProgress Live() => new(view => _shown.Add($"{view}"), clock: _clock);

    private static int Step(string line) => int.Parse(line.Split("step ")[1].Split('/')[0]);

    private sealed class Clock : TimeProvider
    {
        internal TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
