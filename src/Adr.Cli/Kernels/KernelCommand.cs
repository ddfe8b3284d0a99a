using System.CommandLine;
using Adr.Kernel.Engine;
using Adr.Kernel.Jupyter;

namespace Adr.Cli.Kernels;

/// <summary><c>adr kernel</c>: the Jupyter kernel, by which VS Code, JupyterLab and Jupyter Notebook run C# notebooks.</summary>
public static class KernelCommand
{
    // What ./adr sets for every verb, and what chooses the engine, the data and the runs: a client starts the kernel without it.
    private static readonly string[] Passed = ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "ADR_DATA", "ADR_RUNS"];

    /// <summary>The verb.</summary>
    public static Command Create() => new("kernel", "The Jupyter kernel: install, list, remove, run.") { Install(), List(), Remove(), Run() };

    /// <summary>Runs a kernel until its client ends it.</summary>
    /// <param name="connectionFile">The client's file.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string connectionFile)
    {
        try
        {
            await JupyterKernel.RunAsync(connectionFile, EngineCommand.ForHost(typeof(KernelCommand).Assembly.Location), [AppContext.BaseDirectory]);
            return ExitCode.Fine;
        }
        catch (ConnectionFileException problem)
        {
            throw new UsageException(problem.Message);
        }
    }

    private static Command Install()
    {
        var name = new Option<string>("--name") { Description = "By which notebooks ask for it; .net-csharp is what .NET Interactive's notebooks ask for.", DefaultValueFactory = _ => KernelSpec.DefaultName };
        var display = new Option<string>("--display-name") { Description = "What menus show.", DefaultValueFactory = _ => ".NET (C#)" };
        var user = new Option<bool>("--user") { Description = "For this user alone; the default." };
        var prefix = new Option<string?>("--prefix") { Description = "For an installation instead, such as a virtual environment: DIR/share/jupyter/kernels.", HelpName = "DIR" };
        var replace = new Option<bool>("--replace") { Description = "Replaces another program's kernel of this name." };
        var command = new Command("install", "Makes the kernel known to Jupyter's clients.") { name, display, user, prefix, replace };
        command.Validators.Add(result =>
        {
            if (result.GetValue(user) && result.GetValue(prefix) is not null) result.AddError("--user and --prefix exclude each other.");
        });
        command.SetAction(parsed =>
        {
            try
            {
                var environment = Passed.Select(variable => (Name: variable, Value: ValueOf(variable))).Where(variable => !string.IsNullOrEmpty(variable.Value));
                var spec = KernelSpec.Install(
                    parsed.GetValue(prefix) is { } folder ? KernelSpec.FolderOf(folder) : KernelSpec.UserFolder, parsed.GetRequiredValue(name), parsed.GetRequiredValue(display),
                    [.. Self(), "kernel", "run", "{connection_file}"], environment.ToDictionary(variable => variable.Name, variable => variable.Value!), parsed.GetValue(replace));
                Console.WriteLine($"{spec.Name}: {spec.Folder}");
                Console.WriteLine("Open a notebook in VS Code, JupyterLab or Jupyter Notebook and choose the kernel \"" + spec.DisplayName + "\".");
                return ExitCode.Fine;
            }
            catch (Exception problem) when (problem is ArgumentException or InvalidOperationException)
            {
                throw new UsageException(problem is InvalidOperationException ? $"{problem.Message} (--name, --replace)" : problem.Message);
            }
        });
        return command;
    }

    private static Command List()
    {
        var prefix = PrefixOption();
        var command = new Command("list", "The kernels of this program that are installed, and whether they can start.") { prefix };
        command.SetAction(parsed =>
        {
            var found = Installed(parsed.GetValue(prefix));
            foreach (var spec in found)
                Console.WriteLine($"{spec.Name}\t{spec.Folder}\t{(spec.Missing is [var missing, ..] ? $"cannot start: {missing} is gone; ./adr kernel install writes it anew" : "can start")}");
            if (found.Count == 0) Console.WriteLine("None. ./adr kernel install installs it.");
            return ExitCode.Fine;
        });
        return command;
    }

    private static Command Remove()
    {
        var name = new Argument<string>("NAME") { Description = "The kernel's name.", DefaultValueFactory = _ => KernelSpec.DefaultName };
        var prefix = PrefixOption();
        var command = new Command("remove", "Takes an installed kernel away.") { name, prefix };
        command.SetAction(parsed =>
        {
            var asked = parsed.GetRequiredValue(name);
            var found = Installed(parsed.GetValue(prefix)).Where(spec => spec.Name == asked).ToArray();
            if (found.Length == 0) throw new UsageException($"There is no kernel {asked} that this program installed. ./adr kernel list shows those there are.");
            foreach (var spec in found)
            {
                spec.Remove();
                Console.WriteLine($"removed {spec.Folder}");
            }
            return ExitCode.Fine;
        });
        return command;
    }

    private static Command Run()
    {
        var file = new Argument<string>("CONNECTION_FILE") { Description = "The file that a client wrote." };
        var command = new Command("run", "Runs the kernel; clients do this.") { file };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(file)));
        return command;
    }

    private static Option<string?> PrefixOption() => new("--prefix") { Description = "Looks below DIR/share/jupyter/kernels, too.", HelpName = "DIR" };

    private static IReadOnlyList<KernelSpec> Installed(string? prefix) =>
        [.. KernelSpec.SearchPath().Concat(prefix is null ? [] : [KernelSpec.FolderOf(prefix)]).Distinct().SelectMany(KernelSpec.In).Where(spec => spec.IsOurs)];

    private static IEnumerable<string> Self()
    {
        var command = EngineCommand.ForHost(typeof(KernelCommand).Assembly.Location);
        return [command.FileName, .. command.Arguments];
    }

    private static string? ValueOf(string variable) => Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } value
        ? variable == "ADR_RUNS" ? Repository.Artifact("runs") : null
        : variable is "ADR_DATA" or "ADR_RUNS" ? Path.GetFullPath(value) : value; // the kernel runs in the notebook's folder
}
