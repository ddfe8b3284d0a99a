using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Notebooks;

/// <summary>A Jupyter notebook, format 4.0 to 4.5: a view of its JSON, which keeps whatever this class does not know.</summary>
/// <remarks>
/// Written as nbformat writes it: one space of indent, text as arrays of lines that keep their line feed, characters
/// unescaped, UTF-8 without a byte order mark, a final line feed. Keys keep their order, numbers their digits, and the
/// file its minor version.
/// </remarks>
public sealed class Notebook
{
    private readonly List<Cell> cells;

    private Notebook(JsonObject json)
    {
        Json = json;
        cells = [.. Array.OfType<JsonObject>().Select(cell => new Cell(cell))];
    }

    /// <summary>The notebook itself.</summary>
    public JsonObject Json { get; }

    /// <summary>The cells, in order.</summary>
    public IReadOnlyList<Cell> Cells => cells;

    /// <summary>The y in format 4.y.</summary>
    public int MinorVersion => Json["nbformat_minor"] is JsonValue minor && minor.TryGetValue<int>(out var number) ? number : 0;

    /// <summary>The notebook's metadata; made where the file has none.</summary>
    public JsonObject Metadata => NotebookJson.ObjectAt(Json, "metadata");

    /// <summary>The kernel the notebook asks for, such as <c>.net-csharp</c>; null where it names none.</summary>
    public string? KernelName => NotebookJson.TextAt(Json["metadata"], "kernelspec", "name");

    /// <summary>The kernel's language, such as <c>C#</c>; null where the notebook names none.</summary>
    /// <remarks><c>kernelspec.language</c> is optional; <c>language_info.name</c> then says it.</remarks>
    public string? KernelLanguage =>
        NotebookJson.TextAt(Json["metadata"], "kernelspec", "language") ??
        NotebookJson.TextAt(Json["metadata"], "language_info", "name");

    /// <summary>A title for people: the first Markdown heading; null where there is none.</summary>
    public string? Title => cells.Where(cell => cell.Kind == CellKind.Markdown)
        .SelectMany(cell => OutsideFences(cell.Source))
        .FirstOrDefault(line => line.StartsWith("# ", StringComparison.Ordinal))?[2..].Trim();

    private JsonArray Array => Json["cells"]!.AsArray();

    /// <summary>An empty C# notebook in format 4.5.</summary>
    public static Notebook Create() => new(new JsonObject
    {
        ["cells"] = new JsonArray(),
        ["metadata"] = new JsonObject
        {
            ["kernelspec"] = new JsonObject { ["display_name"] = ".NET (C#)", ["language"] = "C#", ["name"] = ".net-csharp" },
            ["language_info"] = new JsonObject
            {
                ["file_extension"] = ".cs", ["mimetype"] = "text/x-csharp", ["name"] = "C#", ["pygments_lexer"] = "csharp",
            },
        },
        ["nbformat"] = 4,
        ["nbformat_minor"] = 5,
    });

    /// <summary>Reads a notebook's file; one that ends in <c>.dib</c> is .NET Interactive's text form.</summary>
    /// <exception cref="NotebookFormatException">The file is not a notebook in format 4.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static Notebook Load(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no notebook '{path}'.", path);
        try
        {
            return IsDib(path) ? DibReader.Read(File.ReadAllText(path)) : Parse(File.ReadAllText(path));
        }
        catch (NotebookFormatException error)
        {
            throw new NotebookFormatException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Whether a file is .NET Interactive's text form, which is read and never written.</summary>
    internal static bool IsDib(string path) => Path.GetExtension(path).Equals(".dib", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads a notebook's text.</summary>
    /// <exception cref="NotebookFormatException">The text is not a notebook in format 4.</exception>
    public static Notebook Parse(string text) => new(NotebookReader.Read(text));

    /// <summary>The notebook's text, as it is saved.</summary>
    public string ToJson() => Encoding.UTF8.GetString(Write());

    /// <summary>Saves the notebook; the file is the old one or the new one, never half.</summary>
    public void Save(string path) => AtomicFile.Write(path, Write());

    /// <summary>Adds a cell at the end.</summary>
    public void Add(Cell cell) => Insert(cells.Count, cell);

    /// <summary>Puts a cell at a position.</summary>
    public void Insert(int index, Cell cell)
    {
        Array.Insert(index, cell.Json);
        cells.Insert(index, cell);
    }

    /// <summary>Removes the cell at a position.</summary>
    public void RemoveAt(int index)
    {
        Array.RemoveAt(index);
        cells.RemoveAt(index);
    }

    private byte[] Write()
    {
        foreach (var cell in cells) cell.Normalize();
        if (MinorVersion < 5) foreach (var cell in cells) cell.Id = null; // the older schemas forbid ids
        else GiveIds();
        return NotebookJson.Write(Json);
    }

    /// <summary>From 4.5 on every cell has an id of its own; one that lacks it gets one from its text, so that a rerun gives the same.</summary>
    private void GiveIds()
    {
        var taken = new HashSet<string>();
        var without = cells.Where(cell => !IsId(cell.Id) || !taken.Add(cell.Id!)).ToList();
        foreach (var cell in without)
        {
            var salt = 0;
            do cell.Id = IdOf($"{salt++}\n{cell.Source}");
            while (!taken.Add(cell.Id!));
        }
    }

    /// <summary>The lines of Markdown that are no fenced code, trimmed.</summary>
    private static IEnumerable<string> OutsideFences(string markdown)
    {
        string? fence = null; // what ends the code
        foreach (var line in markdown.Split('\n').Select(line => line.Trim()))
        {
            if (fence is not null) fence = line.StartsWith(fence, StringComparison.Ordinal) ? null : fence;
            else if (line.StartsWith("```", StringComparison.Ordinal) || line.StartsWith("~~~", StringComparison.Ordinal))
                fence = new string(line[0], line.TakeWhile(c => c == line[0]).Count());
            else yield return line;
        }
    }

    private static string IdOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    private static bool IsId(string? id) =>
        id is { Length: >= 1 and <= 64 } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
