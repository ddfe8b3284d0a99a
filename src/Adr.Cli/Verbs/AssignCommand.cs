using System.CommandLine;
using Adr.Kernel.Assignments;
using Adr.Kernel.Notebooks;

namespace Adr.Cli;

/// <summary><c>adr assign</c>: makes what students get, and the solutions, from the sources of assignments.</summary>
public static class AssignCommand
{
    private const string Release = "release", Solution = "solution";

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = "Assignments, such as 02: the notebook 02/02.ipynb in the source. Default: all.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var source = Source();
        var output = new Option<string?>("-o", "--output")
        {
            Description = "The folder for 'release' and 'solution'. Default: the folder that the source is in.",
            HelpName = "FOLDER",
        };
        var command = new Command("assign",
            "Makes from the source of an assignment what students get (release) and its solution.")
        {
            names, source, output,
        };
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(names), parsed.GetRequiredValue(source), parsed.GetValue(output)));
        return command;
    }

    /// <summary>The option for the folder of the sources.</summary>
    internal static Option<string> Source() => new("--source")
    {
        Description = "The folder with the sources of assignments. Default: notebooks/assignments/source.",
        HelpName = "FOLDER",
        DefaultValueFactory = _ => Path.Combine(Repository.Root, "notebooks", "assignments", "source"),
    };

    /// <summary>Whether there is an assignment of a name.</summary>
    internal static bool Has(string source, string name) => File.Exists(NotebookIn(Path.Combine(source, name)));

    /// <summary>Reads the source of an assignment.</summary>
    internal static Assignment Load(string source, string name) =>
        Assignment.Load(NotebookIn(Path.Combine(source, name)));

    private static int Run(string[] names, string source, string? output)
    {
        if (!Directory.Exists(source)) throw new UsageException($"There is no folder {source}.");
        var found = Directory.GetDirectories(source).Where(folder => File.Exists(NotebookIn(folder)))
            .ToDictionary(folder => Path.GetFileName(folder), StringComparer.Ordinal);
        if (names.Except(found.Keys).ToList() is { Count: > 0 } unknown)
            throw new UsageException($"There is no assignment {string.Join(", ", unknown)} in {source}. "
                + $"Assignments: {string.Join(", ", found.Keys.Order(StringComparer.Ordinal))}.");
        var chosen = (names.Length > 0 ? names.Distinct() : found.Keys).Order(StringComparer.Ordinal).ToList();
        if (chosen.Count == 0) throw new UsageException($"There is no assignment, such as 01/01.ipynb, in {source}.");
        var made = output ?? Path.GetDirectoryName(Path.GetFullPath(source))!;
        // All of them are read before the first is written.
        foreach (var (name, assignment) in chosen.ConvertAll(name => (name, Assignment.Load(NotebookIn(found[name])))))
        {
            Write(assignment.Release, Path.Combine(made, Release, name), found[name]);
            Write(assignment.Solution, Path.Combine(made, Solution, name), found[name]);
            Console.WriteLine($"{name}: {assignment.MaxScore:0.##} points, "
                + $"{assignment.Marks.Count(mark => mark.IsAnswer)} answers, "
                + $"{assignment.Marks.Count(mark => mark.IsCheck)} checks");
        }
        Console.WriteLine(Path.Combine(made, Release));
        Console.WriteLine(Path.Combine(made, Solution));
        return ExitCode.Fine;
    }

    // The notebook, and the files beside it that it reads.
    private static void Write(Func<string, Notebook> make, string folder, string source)
    {
        Directory.CreateDirectory(folder);
        make(folder).Save(NotebookIn(folder));
        foreach (var file in Directory.GetFiles(source).Where(file => Path.GetExtension(file) != ".ipynb"))
            AtomicFile.Write(Path.Combine(folder, Path.GetFileName(file)), File.ReadAllBytes(file));
    }

    private static string NotebookIn(string folder) =>
        Path.Combine(folder, Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)) + ".ipynb");
}
