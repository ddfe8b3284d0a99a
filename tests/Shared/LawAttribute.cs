using FsCheck;
using FsCheck.Xunit;

namespace Adr.Testing;

/// <summary>A property that the environment can try at more cases, or at one case again.</summary>
/// <remarks>
/// <c>ADR_CASES=2000</c> tries at least so many cases of every law: for a night, not for every day.
/// <c>ADR_REPLAY="(seed,gamma,size)"</c> tries the one case that a failure was printed with.
/// </remarks>
internal sealed class LawAttribute : PropertyAttribute
{
    private static readonly int Least = int.Parse("0" + Environment.GetEnvironmentVariable("ADR_CASES"));

    public LawAttribute() => (MaxTest, Replay) = (100, Environment.GetEnvironmentVariable("ADR_REPLAY"));

    public new int MaxTest
    {
        get => base.MaxTest;
        set => base.MaxTest = Math.Max(value, Least);
    }

    /// <summary>The same for a law within a theory, whose rows a property could not have.</summary>
    internal static Config InTheory(int cases)
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(Math.Max(cases, Least));
        var replay = Environment.GetEnvironmentVariable("ADR_REPLAY")?.Trim('(', ')').Split(',');
        return replay is not [var seed, var gamma, .. var size]
            ? config
            : config.WithReplay(ulong.Parse(seed), ulong.Parse(gamma), int.Parse("0" + string.Concat(size)));
    }
}
