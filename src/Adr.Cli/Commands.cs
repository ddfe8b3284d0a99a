using System.CommandLine;
using System.CommandLine.Help;
using Adr.Cli.Attacking;
using Adr.Cli.Demo;
using Adr.Cli.Doctor;
using Adr.Cli.Kernels;
using Adr.Cli.Running;
using Adr.Cli.Sweeping;
using Adr.Cli.Testing;
using Adr.Cli.Training;
using Adr.Native;

namespace Adr.Cli;

/// <summary>The verbs behind <c>./adr</c>.</summary>
public static class Commands
{
    /// <summary>Runs a command line.</summary>
    /// <param name="arguments">What follows <c>./adr</c>.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments is ["help", ..]) arguments = [.. arguments.Skip(1), "--help"];
        var parsed = Create().Parse(arguments);
        parsed.CommandResult.Command.Hidden = false; // a verb that the list leaves out still has a help of its own
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) Console.Error.WriteLine($"adr: {error.Message}");
            Console.Error.WriteLine("./adr help lists the verbs; ./adr VERB --help says more.");
            return ExitCode.Usage;
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // verbs listen to signals themselves, and take the time they need to save
            });
        }
        catch (UsageException problem)
        {
            Console.Error.WriteLine($"adr: {problem.Message}");
            return ExitCode.Usage;
        }
        catch (NativeTorchException problem)
        {
            Console.Error.WriteLine($"adr: {problem.Message}");
            return ExitCode.Missing;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or InvalidDataException) // a file that cannot be read or written is the user's to see to, and may come after hours of work
        {
            Console.Error.WriteLine($"adr: {problem.Message}");
            return ExitCode.Failed;
        }
    }

    /// <summary>All verbs with their options.</summary>
    public static Command Create() => new("./adr", "Adversarial training by local and global compactness, in C# notebooks.")
    {
        new HelpOption { Recursive = true }, new VersionOption(),
        DemoCommand.Create(), RunCommand.Create(), KernelCommand.Create(), AttackCommand.Create(), SweepCommand.Create(), TableCommand.Create(),
        TestCommand.Create(), BenchCommand.Create(), DoctorCommand.Create(), TrainCommand.Create(),
    };
}
