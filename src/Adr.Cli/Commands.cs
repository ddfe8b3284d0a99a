using System.CommandLine;
using System.CommandLine.Help;
using Adr.Native;

namespace Adr.Cli;

/// <summary>The verbs behind <c>./adr</c>. A new verb is one file in <c>Verbs/</c> and one line here.</summary>
public static class Commands
{
    private static readonly Func<Command>[] Verbs =
    [
        DemoCommand.Create,
        RunCommand.Create,
        AssignCommand.Create,
        GradeCommand.Create,
        KernelCommand.Create,
        AttackCommand.Create,
        SweepCommand.Create,
        TableCommand.Create,
        TestCommand.Create,
        BenchCommand.Create,
        DoctorCommand.Create,
        TrainCommand.Create,
    ];

    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">What follows <c>./adr</c>.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments is ["help", ..]) arguments = [.. arguments.Skip(1), "--help"];
        var parsed = Create().Parse(arguments);
        parsed.CommandResult.Command.Hidden = false; // a verb that the list leaves out still has its own help
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) Say(error.Message);
            var adr = Repository.Command;
            Console.Error.WriteLine($"{adr} help lists the verbs. {adr} VERB --help explains one.");
            return ExitCode.Usage;
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // verbs handle signals themselves and take the time they need to save
            });
        }
        catch (UsageException problem)
        {
            Say(problem.Message);
            return ExitCode.Usage;
        }
        catch (NativeTorchException problem)
        {
            Say(problem.Message);
            return ExitCode.Missing;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // A file cannot be read or written. That is for the user to solve, and it may happen after hours of work.
            Say(problem.Message);
            return ExitCode.Failed;
        }
    }

    private static Command Create()
    {
        var root = new Command(
            Repository.Command, "Adversarial training by local and global compactness, in C# notebooks.")
        {
            new HelpOption { Recursive = true }, new VersionOption(),
        };
        foreach (var create in Verbs) root.Add(create());
        return root;
    }

    private static void Say(string problem) => Console.Error.WriteLine($"adr: {problem}");
}
