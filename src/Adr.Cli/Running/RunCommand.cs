using System.CommandLine;

namespace Adr.Cli.Running;

/// <summary><c>adr run NOTEBOOK …</c>: runs C# notebooks from their first cell to their last.</summary>
public static class RunCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var arguments = new RunArguments();
        var command = new Command("run", "Runs C# notebooks; they are saved after every cell. Exit codes: 0 fine, 1 a cell failed, 2 usage, 3 timeout, 4 engine died, 130 interrupted.");
        arguments.AddTo(command);
        command.SetAction((parsed, _) => arguments.RunAsync(parsed));
        return command;
    }
}
