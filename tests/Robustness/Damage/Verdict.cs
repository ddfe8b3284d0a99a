namespace Adr.Robustness.Damage;

/// <summary>What became of an input.</summary>
internal enum Outcome
{
    /// <summary>The parser refused it, by its one exception.</summary>
    Refused,

    /// <summary>The parser read it.</summary>
    Accepted,

    /// <summary>Neither: another exception, a crash, a hang, or too much memory.</summary>
    Problem,
}

/// <summary>What a parser made of an input.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Words">The message of the refusal or of the problem.</param>
/// <param name="Kind">The kind of a problem: the type of the exception, or "hang", "memory", "exit 134".</param>
/// <param name="Content">A hash of what was read; empty unless it was accepted.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="PeakMebibytes">The most resident memory of the process so far.</param>
internal sealed record Verdict(
    Outcome Outcome, string Words, string Kind = "", string Content = "", double Milliseconds = 0,
    double PeakMebibytes = 0);
