using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>The outputs of a cell while it runs: consecutive text of one stream is one output.</summary>
internal sealed class CellOutputs(Cell cell, int maxStreamCharacters)
{
    private readonly JsonArray outputs = [];
    private (JsonObject Json, string Name, TerminalText Text)? open; // the stream that is being written
    private bool unsaved, clearsNext;
    private long streamed;

    /// <summary>The cell's own array from now on.</summary>
    internal void Attach() => cell.Json["outputs"] = outputs;

    internal void AddStream(string name, string text)
    {
        if (streamed > maxStreamCharacters) return;
        ClearIfDue();
        streamed += text.Length;
        if (open is not { } stream || stream.Name != name)
        {
            Settle();
            var json = Output.Stream(name, "").Json;
            outputs.Add((JsonNode)json);
            open = stream = (json, name, new TerminalText());
        }
        stream.Text.Append(text);
        unsaved = true;
        if (streamed <= maxStreamCharacters) return;
        Settle();
        outputs.Add((JsonNode)Output.Stream("stderr", $"[more than {maxStreamCharacters:N0} characters: what the cell writes from here on is not kept]\n").Json);
    }

    /// <summary>Adds any other output; text that follows is a new stream output.</summary>
    internal void Add(Output output)
    {
        ClearIfDue();
        Settle();
        outputs.Add((JsonNode)output.Json);
    }

    /// <summary>Writes the open stream's text into the notebook.</summary>
    internal void Flush()
    {
        if (!unsaved || open is not { } stream) return;
        stream.Json["text"] = Multiline.Split(stream.Text.ToString());
        unsaved = false;
    }

    /// <summary>Takes away what there is, or will do so when something else comes.</summary>
    internal void Clear(bool wait)
    {
        clearsNext = true;
        if (!wait) ClearIfDue();
    }

    private void ClearIfDue()
    {
        if (!clearsNext) return;
        clearsNext = false;
        open = null;
        outputs.Clear();
    }

    private void Settle()
    {
        Flush();
        open = null;
    }
}
