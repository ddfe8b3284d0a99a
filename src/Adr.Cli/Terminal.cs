using Spectre.Console;

namespace Adr.Cli;

/// <summary>The console that verbs write to for people.</summary>
public static class Terminal
{
    /// <summary>Standard output. Lines are not broken when it goes to a file or a pipe.</summary>
    public static IAnsiConsole Output()
    {
        var redirected = Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Console.Out),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected) console.Profile.Width = int.MaxValue;
        return console;
    }
}
