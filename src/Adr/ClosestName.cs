namespace Adr;

/// <summary>Finds what a mistyped name may mean.</summary>
internal static class ClosestName
{
    private const int MostEdits = 2;

    /// <summary>" Did you mean ADR-ADV?", or nothing where no known name is close.</summary>
    internal static string Suggest(string name, IEnumerable<string> known)
    {
        var closest = known.Select(one => (Name: one, Edits: Edits(name.ToUpperInvariant(), one.ToUpperInvariant())))
            .Where(one => one.Edits <= MostEdits)
            .OrderBy(one => one.Edits)
            .FirstOrDefault();
        return closest.Name is null ? "" : $" Did you mean {closest.Name}?";
    }

    // The Levenshtein distance, row by row.
    private static int Edits(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var replaced = diagonal + (one[i - 1] == other[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[other.Length];
    }
}
