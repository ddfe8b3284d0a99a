using System.Globalization;

namespace Adr.Cli;

/// <summary>A text file with positions in a data set: one in a line, and comments from # on.</summary>
public static class PositionsFile
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">How many examples the data set has.</param>
    /// <returns>At least one position, each once and from 0 to <paramref name="count"/> − 1, in the file's
    /// order.</returns>
    /// <exception cref="UsageException">The file is missing, or a line of it is none of these; the message has the
    /// file and the line.</exception>
    public static IReadOnlyList<int> Read(string path, int count)
    {
        var (positions, lines, number) = (new List<int>(), new Dictionary<int, int>(), 0);
        foreach (var line in Lines(path))
        {
            number++;
            var text = line.Split('#', 2)[0].Trim();
            if (text.Length == 0) continue;
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
                || position >= count)
                throw new UsageException($"{path}, line {number}: expected a position from 0 to {count - 1}, not "
                    + $"'{Shortened(text)}'. A comment begins with #.");
            if (!lines.TryAdd(position, number))
                throw new UsageException($"{path}, line {number}: position {position} is in line {lines[position]}, "
                    + "too. Name each once.");
            positions.Add(position);
        }
        return positions.Count > 0 ? positions : throw new UsageException(
            $"{path} has no position. Expected is one in each line, from 0 to {count - 1}.");
    }

    private static IEnumerable<string> Lines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"There is no file {path}.");
        }
    }

    private static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
