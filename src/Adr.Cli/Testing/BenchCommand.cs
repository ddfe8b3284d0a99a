using System.CommandLine;

namespace Adr.Cli.Testing;

/// <summary><c>adr bench</c>: builds the benchmark and runs it with the arguments that follow.</summary>
public static class BenchCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var arguments = new Argument<string[]>("ARGUMENTS")
        {
            Description = "For the benchmark; ./adr bench -- --help lists them.", Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("bench", "Times training and attacks beside a plain PyTorch program (needs python3-torch).") { arguments };
        command.TreatUnmatchedTokensAsErrors = false; // options of the benchmark
        command.SetAction(parsed => Dotnet.Run(
        [
            "run", "--project", Path.Combine(Repository.Root, "bench", "Adr.Bench"), "-c", "Release", "--",
            .. parsed.GetValue(arguments) ?? [], .. parsed.UnmatchedTokens,
        ]));
        return command;
    }
}
