using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Testing;

/// <summary>Runs an FsCheck property and, when it fails, says with which seed, so that the case can be replayed.</summary>
/// <remarks>
/// Stands in for FsCheck.Xunit. Replay a failure with <c>ADR_REPLAY="(seed,gamma,size)"</c> as the message prints it.
/// <c>ADR_CASES=2000</c> tries at least so many cases of every law: for a night, not for every day.
/// </remarks>
internal static class Law
{
    /// <summary>Checks that <paramref name="holds"/> returns true for <paramref name="cases"/> generated values.</summary>
    internal static void Holds<T>(Gen<T> values, Func<T, bool> holds, int cases = 100) =>
        Check(Prop.ForAll(Arb.From(values), holds), cases);

    /// <summary>Checks that <paramref name="check"/> throws nothing for <paramref name="cases"/> generated values.</summary>
    internal static void Holds<T>(Gen<T> values, Action<T> check, int cases = 100) =>
        Check(Prop.ForAll(Arb.From(values), check), cases);

    /// <summary>Checks a property built by hand (labelled, classified).</summary>
    internal static void Check(Property property, int cases = 100)
    {
        var least = Environment.GetEnvironmentVariable("ADR_CASES") is { Length: > 0 } asked ? int.Parse(asked, CultureInfo.InvariantCulture) : 0;
        var config = Config.QuickThrowOnFailure.WithMaxTest(Math.Max(cases, least));
        var replay = Environment.GetEnvironmentVariable("ADR_REPLAY");
        if (!string.IsNullOrEmpty(replay)) config = config.WithReplay(Parse(replay));
        property.Check(config); // the exception's message carries the seed
    }

    private static FsCheck.Replay Parse(string text)
    {
        var parts = text.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries);
        var rnd = new Rnd(ulong.Parse(parts[0]), ulong.Parse(parts[1]));
        var size = parts.Length > 2 ? Microsoft.FSharp.Core.FSharpOption<int>.Some(int.Parse(parts[2])) : null;
        return new FsCheck.Replay(rnd, size);
    }
}
