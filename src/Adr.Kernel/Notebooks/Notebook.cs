using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Adr.Kernel.Notebooks;

/// <summary>
/// A Jupyter notebook in format 4.0 to 4.5: a view of its JSON, which keeps everything that this class does not know.
/// </summary>
/// <remarks>
/// It is written as nbformat does: indented by one space, text as arrays of lines that include their line feeds,
/// characters unescaped, UTF-8 without a byte order mark, and a final line feed. Keys keep their order, numbers their
/// digits, and the file its minor version.
/// </remarks>
public sealed class Notebook
{
    private readonly List<Cell> cells;

    private Notebook(JsonObject json)
    {
        Json = json;
        cells = [.. Array.OfType<JsonObject>().Select(cell => new Cell(cell))];
    }

    /// <summary>The JSON object of the notebook.</summary>
    public JsonObject Json { get; }

    /// <summary>The cells in order.</summary>
    public IReadOnlyList<Cell> Cells => cells;

    /// <summary>The y in format 4.y.</summary>
    public int MinorVersion =>
        Json["nbformat_minor"] is JsonValue minor && minor.TryGetValue<int>(out var number) ? number : 0;

    /// <summary>The metadata of the notebook. It is created if the file has none.</summary>
    public JsonObject Metadata => NotebookJson.ObjectAt(Json, "metadata");

    /// <summary>The kernel that the notebook asks for, such as <c>.net-csharp</c>; null if it names none.</summary>
    public string? KernelName => NotebookJson.TextAt(Json["metadata"], "kernelspec", "name");

    /// <summary>The language of the kernel, such as <c>C#</c>; null if the notebook names none.</summary>
    /// <remarks><c>kernelspec.language</c> is optional. Without it, <c>language_info.name</c> counts.</remarks>
    public string? KernelLanguage =>
        NotebookJson.TextAt(Json["metadata"], "kernelspec", "language") ??
        NotebookJson.TextAt(Json["metadata"], "language_info", "name");

    /// <summary>The title of the notebook, which is its first Markdown heading; null if there is none.</summary>
    public string? Title => cells.Where(cell => cell.Kind == CellKind.Markdown)
        .SelectMany(cell => OutsideFences(cell.Source))
        .FirstOrDefault(line => line.StartsWith("# ", StringComparison.Ordinal))?[2..].Trim();

    private JsonArray Array => Json["cells"]!.AsArray();

    /// <summary>Creates an empty C# notebook in format 4.5.</summary>
    public static Notebook Create() => new(new JsonObject
    {
        ["cells"] = new JsonArray(),
        ["metadata"] = new JsonObject
        {
            ["kernelspec"] = new JsonObject
            {
                ["display_name"] = ".NET (C#)",
                ["language"] = "C#",
                ["name"] = ".net-csharp",
            },
            ["language_info"] = new JsonObject
            {
                ["file_extension"] = ".cs",
                ["mimetype"] = "text/x-csharp",
                ["name"] = "C#",
                ["pygments_lexer"] = "csharp",
            },
        },
        ["nbformat"] = 4,
        ["nbformat_minor"] = 5,
    });

    /// <summary>
    /// Reads the file of a notebook. A file that ends in <c>.dib</c> has .NET Interactive's text form.
    /// </summary>
    /// <exception cref="NotebookFormatException">The file is not a notebook in format 4, or not UTF-8.</exception>
    /// <exception cref="FileNotFoundException">The file does not exist.</exception>
    public static Notebook Load(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no notebook '{path}'.", path);
        try
        {
            var text = Utf8File.Read(path);
            return IsDib(path) ? DibReader.Read(text) : Parse(text);
        }
        catch (Exception error) when (error is NotebookFormatException or InvalidDataException)
        {
            throw new NotebookFormatException($"{path}: {error.Message}", error);
        }
    }

    /// <summary>Whether a file has .NET Interactive's text form, which is read but never written.</summary>
    internal static bool IsDib(string path) =>
        Path.GetExtension(path).Equals(".dib", StringComparison.OrdinalIgnoreCase);

    /// <summary>Reads the text of a notebook.</summary>
    /// <exception cref="NotebookFormatException">The text is not a notebook in format 4.</exception>
    public static Notebook Parse(string text) => new(NotebookReader.Read(text));

    /// <summary>The text of the notebook as it is saved.</summary>
    public string ToJson() => Encoding.UTF8.GetString(Write());

    /// <summary>Saves the notebook. At any time, the file is either the old one or the new one.</summary>
    public void Save(string path) => AtomicFile.Write(path, Write());

    /// <summary>Adds a cell at the end.</summary>
    public void Add(Cell cell) => Insert(cells.Count, cell);

    /// <summary>Inserts a cell at a position.</summary>
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
        if (MinorVersion >= 5) GiveIds();
        else foreach (var cell in cells) cell.Id = null; // The older formats do not allow ids.
        return NotebookJson.Write(Json);
    }

    /// <summary>Gives an id to each cell that has none, as format 4.5 requires.</summary>
    /// <remarks>The id follows from the text of the cell, so that another run gives the same id.</remarks>
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

    /// <summary>The trimmed lines of Markdown outside fenced code.</summary>
    private static IEnumerable<string> OutsideFences(string markdown)
    {
        string? fence = null; // the line that ends the code
        string[] fences = ["```", "~~~"];
        foreach (var line in markdown.Split('\n').Select(line => line.Trim()))
        {
            if (fence is not null) fence = line.StartsWith(fence, StringComparison.Ordinal) ? null : fence;
            else if (fences.Any(mark => line.StartsWith(mark, StringComparison.Ordinal)))
                fence = new string(line[0], line.TakeWhile(c => c == line[0]).Count());
            else yield return line;
        }
    }

    private static string IdOf(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];

    private static bool IsId(string? id) =>
        id is { Length: >= 1 and <= 64 } && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
