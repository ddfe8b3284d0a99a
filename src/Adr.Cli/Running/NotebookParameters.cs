namespace Adr.Cli.Running;

/// <summary>Reads <c>-p name=value</c> and its like.</summary>
public static class NotebookParameters
{
    /// <summary>Names and values, as given; the last of two with one name counts.</summary>
    /// <exception cref="UsageException">One is not <c>name=value</c> with a C# identifier for a name.</exception>
    public static IReadOnlyDictionary<string, string> Parse(IEnumerable<string> arguments) => Together(arguments.Select(argument => Parse("-p", argument, isText: false))).Values;

    /// <summary>Reads one argument.</summary>
    /// <param name="option">The option's name, for the error.</param>
    /// <param name="argument">What follows it.</param>
    /// <param name="isText">Whether the value is text even where it looks like a number.</param>
    /// <exception cref="UsageException">It is not <c>name=value</c> with a C# identifier for a name.</exception>
    public static Given Parse(string option, string argument, bool isText)
    {
        var at = argument.IndexOf('=', StringComparison.Ordinal);
        var name = at < 0 ? argument : argument[..at];
        if (at < 0 || !IsIdentifier(name))
            throw new UsageException($"{option} {argument}: expected name=value, the name as in the notebook's parameters cell, for example {option} epochs=5.");
        return new Given(name, argument[(at + 1)..], isText);
    }

    /// <summary>The values by name, and which of them are text; of two with one name the last counts.</summary>
    public static (IReadOnlyDictionary<string, string> Values, IReadOnlySet<string> Text) Together(IEnumerable<Given> given)
    {
        var last = new Dictionary<string, Given>(StringComparer.Ordinal);
        foreach (var one in given) last[one.Name] = one;
        return (last.ToDictionary(one => one.Key, one => one.Value.Value), last.Values.Where(one => one.IsText).Select(one => one.Name).ToHashSet());
    }

    internal static bool IsIdentifier(string name) =>
        name.Length > 0 && (char.IsLetter(name[0]) || name[0] == '_') && name.All(letter => char.IsLetterOrDigit(letter) || letter == '_');

    /// <summary>A parameter's value as given.</summary>
    /// <param name="Name">The parameter.</param>
    /// <param name="Value">The value as text.</param>
    /// <param name="IsText">Whether it is text even where it looks like a number.</param>
    public sealed record Given(string Name, string Value, bool IsText);
}
