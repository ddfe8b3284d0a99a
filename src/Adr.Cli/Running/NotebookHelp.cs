using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;

namespace Adr.Cli.Running;

/// <summary><c>adr run --help-notebook</c>: what a notebook can be told.</summary>
internal static class NotebookHelp
{
    /// <summary>Prints the parameters of notebooks.</summary>
    /// <exception cref="UsageException">One cannot be read.</exception>
    internal static int Print(IReadOnlyList<string> notebooks)
    {
        foreach (var path in notebooks)
        {
            var notebook = Load(path);
            Console.WriteLine(notebook.Title is { } title ? $"{path}: {title}" : path);
            try
            {
                var parameters = NotebookRunner.ParametersOf(notebook);
                if (parameters.Count == 0) Console.WriteLine("  It takes no parameters: no code cell is tagged 'parameters'.");
                var width = parameters.Select(parameter => Left(parameter).Length).DefaultIfEmpty().Max();
                foreach (var parameter in parameters) Console.WriteLine($"  {Left(parameter).PadRight(width)}  {parameter.Help}".TrimEnd());
            }
            catch (RunUsageException problem)
            {
                throw new UsageException($"{path}: {problem.Message}");
            }
        }
        return ExitCode.Fine;
    }

    private static string Left(NotebookParameter parameter) =>
        $"-p {parameter.Name}: {parameter.Type}{(parameter.Default is { } value ? $" (default {value})" : "")}";

    private static Notebook Load(string path)
    {
        try
        {
            return Notebook.Load(path);
        }
        catch (Exception problem) when (problem is NotebookFormatException or FileNotFoundException)
        {
            throw new UsageException(problem.Message);
        }
    }
}
