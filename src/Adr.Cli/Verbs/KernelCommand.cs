using System.CommandLine;
using Adr.Kernel.Engine;
using Adr.Kernel.Jupyter;

namespace Adr.Cli;

/// <summary><c>adr kernel</c>: the Jupyter kernel, with which VS Code and Jupyter run C# notebooks.</summary>
public static class KernelCommand
{
    // A client starts the kernel without ./adr, and .NET needs this variable where the system has no culture data. All
    // others are the session's: several users may share an installed kernel.
    private const string Invariant = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    private static EngineCommand Self => EngineCommand.ForHost(typeof(KernelCommand).Assembly.Location);

    /// <summary>The verb.</summary>
    public static Command Create() => new("kernel", "The Jupyter kernel: install, list, remove, run.")
    {
        Install(), List(), Remove(), Run(),
    };

    private static Command Install()
    {
        var name = new Option<string>("--name")
        {
            Description = "The kernel name that notebooks ask for. Those of .NET Interactive ask for .net-csharp.",
            DefaultValueFactory = _ => KernelSpec.DefaultName,
        };
        var display = new Option<string>("--display-name")
        {
            Description = "The name in menus.", DefaultValueFactory = _ => ".NET (C#)",
        };
        var user = new Option<bool>("--user") { Description = "Installs for this user only; the default." };
        var prefix = new Option<string?>("--prefix")
        {
            Description = "Installs into DIR/share/jupyter/kernels instead, such as that of a virtual environment.",
            HelpName = "DIR",
        };
        var replace = new Option<bool>("--replace")
        {
            Description = "Replaces a kernel of this name that another program installed.",
        };
        var command = new Command("install", "Makes the kernel known to Jupyter's clients.")
        {
            name, display, user, prefix, replace,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(user) && result.GetValue(prefix) is not null)
                result.AddError("--user and --prefix exclude each other.");
        });
        command.SetAction(async (parsed, _) =>
        {
            await LibtorchPackage.TryFindAsync(); // now, because a client does not wait minutes for a kernel to start
            return Install(
                parsed.GetValue(prefix) is { } folder ? KernelSpec.FolderOf(folder) : KernelSpec.UserFolder,
                parsed.GetRequiredValue(name), parsed.GetRequiredValue(display), parsed.GetValue(replace));
        });
        return command;
    }

    private static int Install(string folder, string name, string display, bool replace)
    {
        string[] arguments = [Self.FileName, .. Self.Arguments, "kernel", "run", "{connection_file}"];
        var environment = new Dictionary<string, string>();
        if (Environment.GetEnvironmentVariable(Invariant) is { Length: > 0 } value) environment[Invariant] = value;
        try
        {
            var spec = KernelSpec.Install(folder, name, display, arguments, environment, replace);
            Console.WriteLine($"{spec.Name}: {spec.Folder}");
            Console.WriteLine("Open a notebook in VS Code, JupyterLab or Jupyter Notebook and choose the kernel "
                + $"\"{spec.DisplayName}\".");
            return ExitCode.Fine;
        }
        catch (ArgumentException problem)
        {
            throw UsageException.From(problem);
        }
        catch (InvalidOperationException problem) // another program's kernel has the name
        {
            throw new UsageException($"{problem.Message} (--name, --replace)");
        }
    }

    private static Command List()
    {
        var prefix = PrefixOption();
        var command = new Command("list", "Lists the installed kernels of this program and whether they can start.")
        {
            prefix,
        };
        command.SetAction(parsed =>
        {
            var found = Installed(parsed.GetValue(prefix));
            foreach (var spec in found) Console.WriteLine($"{spec.Name}\t{spec.Folder}\t{State(spec)}");
            if (found.Count == 0) Console.WriteLine($"None. {Repository.Command} kernel install installs the kernel.");
            return ExitCode.Fine;
        });
        return command;
    }

    private static string State(KernelSpec spec) => spec.Missing is [var missing, ..]
        ? $"cannot start: {missing} is missing; {Repository.Command} kernel install repairs it"
        : "can start";

    private static Command Remove()
    {
        var name = new Argument<string>("NAME")
        {
            Description = "The name of the kernel.", DefaultValueFactory = _ => KernelSpec.DefaultName,
        };
        var prefix = PrefixOption();
        var command = new Command("remove", "Removes an installed kernel.") { name, prefix };
        command.SetAction(parsed =>
        {
            var wanted = parsed.GetRequiredValue(name);
            var found = Installed(parsed.GetValue(prefix)).Where(spec => spec.Name == wanted).ToArray();
            if (found.Length == 0)
                throw new UsageException(
                    $"There is no kernel {wanted} that this program installed. "
                    + $"{Repository.Command} kernel list shows the others.");
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
        var file = new Argument<string>("CONNECTION_FILE") { Description = "The file that the client wrote." };
        var command = new Command("run", "Runs the kernel; clients call this.") { file };
        command.SetAction(async (parsed, _) =>
        {
            KeepRunsWithTheClone();
            await LibtorchPackage.TryFindAsync();
            try
            {
                await JupyterKernel.RunAsync(parsed.GetRequiredValue(file), Self, [AppContext.BaseDirectory]);
                return ExitCode.Fine;
            }
            catch (ConnectionFileException problem)
            {
                throw new UsageException(problem.Message);
            }
        });
        return command;
    }

    private static Option<string?> PrefixOption() => new("--prefix")
    {
        Description = "Also searches DIR/share/jupyter/kernels.", HelpName = "DIR",
    };

    private static IReadOnlyList<KernelSpec> Installed(string? prefix)
    {
        IEnumerable<string> folders = KernelSpec.SearchPath();
        if (prefix is not null) folders = folders.Append(KernelSpec.FolderOf(prefix));
        return [.. folders.Distinct().SelectMany(KernelSpec.In).Where(spec => spec.IsOurs)];
    }

    // What a notebook of a clone trains belongs with the clone's other artifacts. Other notebooks keep it beside them.
    private static void KeepRunsWithTheClone()
    {
        var isSet = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("ADR_RUNS"));
        if (isSet || Repository.Above(Environment.CurrentDirectory) is not { } clone) return;
        Environment.SetEnvironmentVariable("ADR_RUNS", Path.Combine(clone, "artifacts", "runs"));
    }
}
