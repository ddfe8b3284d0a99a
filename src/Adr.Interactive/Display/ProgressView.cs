using Adr.Interactive.Drawing;
using Adr.Training;

namespace Adr.Interactive;

/// <summary>Training under way: one line with a bar as text, and a bar above the curves so far as HTML.</summary>
internal sealed class ProgressView(TrainingProgress progress) : View
{
    private const int BarLength = 24; // characters

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Mime.OfTable;

    private double Share
    {
        get
        {
            var within = progress.Steps > 0 ? (double)progress.Step / progress.Steps : 0;
            return Math.Clamp((progress.Epoch - 1 + within) / Math.Max(progress.Epochs, 1), 0, 1);
        }
    }

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => Html(),
        Mime.Text => $"{progress.SoFar.Defence} {Bar()} {Number.Fixed(Share * 100, 0)} % · {Numbers()}",
        _ => throw NotOffered(mimeType),
    };

    private string Numbers()
    {
        var place = $"epoch {progress.Epoch}/{progress.Epochs}, step {progress.Step}/{progress.Steps}";
        var loss = $" · loss {Number.Short(progress.Loss)}";
        var natural = progress.NaturalAccuracy is { } right ? $" · natural {DisplayText.Percent(right)} %" : "";
        var robust = progress.RobustAccuracy is { } share ? $" · robust {DisplayText.Percent(share)} %" : "";
        var epsilon = progress.Epsilon > 0 ? $" · ε {DisplayText.Epsilon(Math.Round(progress.Epsilon, 4))}" : "";
        return $"{place}{loss}{natural}{robust}{epsilon} · {Time()}";
    }

    private string Time()
    {
        var elapsed = Number.Duration(progress.SecondsElapsed);
        // In a resumed run, the epochs of the earlier call took none of this call's time, so there is no estimate.
        var isWholeRun = progress.SoFar.Seconds <= progress.SecondsElapsed * 1.01;
        if (!isWholeRun || Share is <= 0.02 or 1) return elapsed;
        return $"{elapsed}, about {Number.Duration(progress.SecondsElapsed * (1 - Share) / Share)} to go";
    }

    private string Bar()
    {
        var full = (int)Math.Floor(Share * BarLength);
        return new string('█', full) + new string('░', BarLength - full);
    }

    private string Html()
    {
        var percent = Number.Length(Share * 100);
        var bar = "<div role=\"progressbar\" aria-valuemin=\"0\" aria-valuemax=\"100\" "
            + $"aria-valuenow=\"{percent}\" "
            + "style=\"height:8px;max-width:640px;border-radius:4px;background:rgba(128,128,128,0.25)\">"
            + $"<div style=\"height:8px;width:{percent}%;border-radius:4px;background:{Palette.Color(0)}\">"
            + "</div></div>";
        var line = "<div style=\"font-variant-numeric:tabular-nums;margin:4px 0\">"
            + $"<strong>{Escape.Xml(progress.SoFar.Defence)}</strong> {Escape.Xml(Numbers())}</div>";
        var curves = progress.SoFar.Epochs.Count > 1 ? "\n" + TrainingHistoryView.Of(progress.SoFar).Static() : "";
        return $"<div class=\"adr-progress\">\n{line}\n{bar}{curves}\n</div>";
    }
}
