namespace Adr.Cli.Running;

/// <summary>Keeps the last line of what is written piece by piece, as a terminal would show it: <c>\r</c> starts the line anew.</summary>
public sealed class LastLine
{
    private readonly object gate = new();
    private string open = "";
    private string shown = "";

    /// <summary>The last line with something on it.</summary>
    public string Text
    {
        get { lock (gate) return open.Trim().Length > 0 ? open.Trim() : shown; }
    }

    /// <summary>Takes the next piece.</summary>
    public void Write(string text)
    {
        lock (gate)
        {
            foreach (var piece in text.Split('\n', '\r').SkipLast(1))
            {
                var line = (open + piece).Trim();
                if (line.Length > 0) shown = line;
                open = "";
            }

            open += text[(text.LastIndexOfAny(['\n', '\r']) + 1)..];
        }
    }

    /// <summary>Forgets everything, for the next cell.</summary>
    public void Clear()
    {
        lock (gate) (open, shown) = ("", "");
    }
}
