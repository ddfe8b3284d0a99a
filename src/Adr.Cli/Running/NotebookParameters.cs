namespace Adr.Cli.Running;

/// <summary>Reads <c>-p name=value</c>.</summary>
public static class NotebookParameters
{
    /// <summary>Names and values, as given; the last of two with one name counts.</summary>
    /// <exception cref="UsageException">One is not <c>name=value</c> with a C# identifier for a name.</exception>
    public static IReadOnlyDictionary<string, string> Parse(IEnumerable<string> arguments)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var argument in arguments)
        {
            var at = argument.IndexOf('=', StringComparison.Ordinal);
            var name = at < 0 ? argument : argument[..at];
            if (at < 0 || !IsIdentifier(name))
                throw new UsageException($"-p {argument}: expected name=value, the name as in the notebook's parameters cell, for example -p epochs=5.");
            parameters[name] = argument[(at + 1)..];
        }

        return parameters;
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(letter => char.IsLetterOrDigit(letter) || letter == '_');
}
