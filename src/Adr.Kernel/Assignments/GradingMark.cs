using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Notebooks;
using static Adr.Kernel.Notebooks.NotebookJson;

namespace Adr.Kernel.Assignments;

/// <summary>What a cell is in an assignment: the metadata <c>nbgrader</c> of the cell, version 3 of their
/// schema.</summary>
/// <param name="Id">The name of the cell (<c>grade_id</c>), unique in the notebook.</param>
public sealed partial record GradingMark(string Id)
{
    private const string Key = "nbgrader";
    private const int Version = 3;

    /// <summary>The cell's points; null if it is not graded.</summary>
    public double? Points { get; init; }

    /// <summary>Whether the cell is the student's to write.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>Whether the cell is to stay as it was handed out.</summary>
    public bool IsLocked { get; init; }

    /// <summary>Whether the cell is graded by running it.</summary>
    public bool IsCheck => Points is not null && !IsAnswer;

    /// <summary>Whether the cell is graded by a person.</summary>
    public bool IsByHand => Points is not null && IsAnswer;

    /// <summary>The mark of a cell; null if it has none.</summary>
    /// <exception cref="FormatException">It is not as the schema says.</exception>
    public static GradingMark? Of(Cell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        if (cell.Json["metadata"]?[Key] is not { } node) return null;
        if (node is not JsonObject json) throw new FormatException($"'{Key}' is {KindOf(node)}; expected an object");
        if (ValueAt(json, "schema_version", 0) is var version and not Version)
            throw new FormatException($"'schema_version' is {version}; expected {Version}");
        if (json.Select(member => member.Key).FirstOrDefault(key => !Keys.Contains(key)) is { } unknown)
            throw new FormatException($"'{unknown}' is not in nbgrader's schema");
        if (ValueAt(json, "task", otherwise: false))
            throw new FormatException("it is a task; mark it as an answer with points instead");
        var (isGraded, isAnswer, isLocked) = (Flag("grade"), Flag("solution"), Flag("locked"));
        if (!isGraded && !isAnswer && !isLocked) return null;
        var id = ValueAt(json, "grade_id", "");
        if (!ValidId().IsMatch(id))
            throw new FormatException($"'grade_id' is \"{id}\"; expected letters, digits, - and _");
        return new GradingMark(id)
        {
            Points = isGraded ? PointsOf(json) : null, IsAnswer = isAnswer, IsLocked = isLocked,
        };

        bool Flag(string key) => json.ContainsKey(key)
            ? ValueAt(json, key, otherwise: false)
            : throw new FormatException($"'{key}' is missing");
    }

    /// <summary>Gives a cell this mark.</summary>
    public void WriteTo(Cell cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        var json = new JsonObject
        {
            ["grade"] = Points is not null, ["grade_id"] = Id, ["locked"] = IsLocked,
        };
        if (Points is { } points) json["points"] = points;
        json["schema_version"] = Version;
        json["solution"] = IsAnswer;
        json["task"] = false;
        cell.Metadata[Key] = json;
    }

    /// <summary>Takes the mark from a cell.</summary>
    internal static void RemoveFrom(Cell cell) => (cell.Json["metadata"] as JsonObject)?.Remove(Key);

    private static readonly string[] Keys =
        ["schema_version", "grade", "locked", "solution", "task", "grade_id", "points", "checksum", "cell_type"];

    private static double PointsOf(JsonObject json) =>
        json["points"] is JsonValue value && value.TryGetValue<double>(out var points) && points is >= 0 and < 1e6
            ? points
            : throw new FormatException($"'points' is {json["points"]?.ToJsonString() ?? "missing"}; "
                + "expected a number, 0 or more");

    [GeneratedRegex(@"\A[a-zA-Z0-9_\-]+\z")]
    private static partial Regex ValidId();
}
