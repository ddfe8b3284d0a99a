using Adr.Robustness.Damage;

namespace Adr.Robustness;

/// <summary>The tests as a program: it runs one parser on the inputs that a test sends (<see cref="ParserHost"/>).
/// </summary>
internal static class Program
{
    private static int Main(string[] args) => ParserHost.Run(args[0], args[1]);
}
