using Spectre.Console;

namespace Adr.Cli;

/// <summary>Where the verbs write for people.</summary>
public static class Terminal
{
    /// <summary>Standard output; lines are not broken when it goes to a file or a pipe.</summary>
    public static IAnsiConsole Output() => Create(Console.Out, Console.IsOutputRedirected);

    /// <summary>Standard error, the same way.</summary>
    public static IAnsiConsole Errors() => Create(Console.Error, Console.IsErrorRedirected);

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected) console.Profile.Width = int.MaxValue;
        return console;
    }
}
