using System.CommandLine;

namespace Adr.Cli;

/// <summary><c>adr bench</c>: builds the benchmark and runs it with the arguments that follow.</summary>
public static class BenchCommand
{
    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var arguments = new Argument<string[]>("ARGUMENTS")
        {
            Description = "Arguments of the benchmark; ./adr bench -- --help lists them.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var command = new Command("bench",
            "Compares the speed of training and attacks with a plain PyTorch program (needs python3-torch).")
        {
            arguments,
        };
        command.TreatUnmatchedTokensAsErrors = false; // options of the benchmark
        command.SetAction(parsed => Repository.RunDotnet(
        [
            "run", "--project", Path.Combine(Repository.Root, "bench", "Adr.Bench"), "-c", "Release", "--",
            .. parsed.GetValue(arguments) ?? [], .. parsed.UnmatchedTokens,
        ]));
        return command;
    }
}
