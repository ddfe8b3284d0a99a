using Adr.Interactive.Drawing;
using Adr.Training;

namespace Adr.Interactive;

/// <summary>Training under way: in text one line with a bar, in HTML a bar over the curves so far.</summary>
[TypeFormatterSource(typeof(ViewFormatterSource), PreferredMimeTypes = [Mime.Html, Mime.Text])]
internal sealed class ProgressView(TrainingProgress progress) : View
{
    private const int BarLength = 24; // characters
    private static readonly string[] Types = [Mime.Html, Mime.Text];

    /// <inheritdoc/>
    public override IReadOnlyList<string> MimeTypes => Types;

    private double Share
    {
        get
        {
            var epochs = Math.Max(progress.Epochs, 1);
            var within = progress.Steps > 0 ? (double)progress.Step / progress.Steps : 0;
            return Math.Clamp((progress.Epoch - 1 + within) / epochs, 0, 1);
        }
    }

    /// <inheritdoc/>
    public override string As(string mimeType) => mimeType switch
    {
        Mime.Html => Html(),
        Mime.Text => $"{progress.SoFar.Defence} {Bar()} {Number.Fixed(Share * 100, 0)} % · {Figures()}",
        _ => throw NotOffered(mimeType),
    };

    private string Figures()
    {
        var natural = progress.NaturalAccuracy is { } right ? $" · natural {Number.Fixed(right, 3)}" : "";
        var robust = progress.RobustAccuracy is { } share ? $" · robust {Number.Fixed(share, 3)}" : "";
        var epsilon = progress.Epsilon > 0 ? $" · ε {Show.Epsilon(Math.Round(progress.Epsilon, 4))}" : "";
        return $"epoch {progress.Epoch}/{progress.Epochs}, step {progress.Step}/{progress.Steps} · loss {Number.Short(progress.Loss)}{natural}{robust}{epsilon} · {Time()}";
    }

    private string Time()
    {
        var elapsed = Number.Duration(progress.SecondsElapsed);
        // epochs of an earlier call took none of this call's time: only a run from its start can foresee its end
        var isWholeRun = progress.SoFar.Seconds <= progress.SecondsElapsed * 1.01;
        return isWholeRun && Share is > 0.02 and < 1 ? $"{elapsed}, about {Number.Duration(progress.SecondsElapsed * (1 - Share) / Share)} to go" : elapsed;
    }

    private string Bar()
    {
        var full = (int)Math.Floor(Share * BarLength);
        return new string('█', full) + new string('░', BarLength - full);
    }

    private string Html()
    {
        var percent = Number.Length(Share * 100);
        var bar = $"<div role=\"progressbar\" aria-valuemin=\"0\" aria-valuemax=\"100\" aria-valuenow=\"{percent}\" style=\"height:8px;max-width:640px;border-radius:4px;background:rgba(128,128,128,0.25)\">"
            + $"<div style=\"height:8px;width:{percent}%;border-radius:4px;background:{Palette.Color(0)}\"></div></div>";
        var line = $"<div style=\"font-variant-numeric:tabular-nums;margin:4px 0\"><strong>{Escape.Xml(progress.SoFar.Defence)}</strong> {Escape.Xml(Figures())}</div>";
        var curves = progress.SoFar.Epochs.Count > 1 ? "\n" + Show.History(progress.SoFar).Static() : "";
        return $"<div class=\"adr-progress\">\n{line}\n{bar}{curves}\n</div>";
    }
}
