using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Running;

/// <summary>Collects the outputs of a running cell. Consecutive text of one stream becomes one output.</summary>
internal sealed class CellOutputs(Cell cell, int maxStreamCharacters)
{
    private readonly JsonArray outputs = [];
    private (JsonObject Json, string Name, TerminalText Text)? open; // the stream that is being written
    private bool unsaved, clearsNext;
    private long streamed;

    /// <summary>Replaces the outputs that the cell has in the notebook.</summary>
    internal void Attach() => cell.Json["outputs"] = outputs;

    internal void AddStream(string name, string text)
    {
        if (streamed > maxStreamCharacters) return;
        ClearIfDue();
        streamed += text.Length;
        if (open is not { } stream || stream.Name != name)
        {
            CloseStream();
            var json = Output.Stream(name, "").Json;
            outputs.Add((JsonNode)json);
            open = stream = (json, name, new TerminalText());
        }
        stream.Text.Append(text);
        unsaved = true;
        if (streamed <= maxStreamCharacters) return;
        CloseStream();
        var note = $"[more than {maxStreamCharacters:N0} characters: further text of this cell is not kept]\n";
        outputs.Add((JsonNode)Output.Stream("stderr", note).Json);
    }

    /// <summary>Adds any other output. Text that follows it begins a new stream output.</summary>
    internal void Add(Output output)
    {
        ClearIfDue();
        CloseStream();
        outputs.Add((JsonNode)output.Json);
    }

    /// <summary>Puts the text of the open stream into the notebook.</summary>
    internal void Flush()
    {
        if (!unsaved || open is not { } stream) return;
        stream.Json["text"] = Multiline.Split(stream.Text.ToString());
        unsaved = false;
    }

    /// <summary>Removes the outputs so far.</summary>
    /// <param name="wait">Whether to remove them only when the next output arrives.</param>
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

    private void CloseStream()
    {
        Flush();
        open = null;
    }
}
