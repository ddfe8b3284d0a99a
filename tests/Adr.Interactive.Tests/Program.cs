using Adr.Evaluation;
using Microsoft.DotNet.Interactive.Formatting;
using static TorchSharp.torch;

namespace Adr.Interactive.Tests;

/// <summary>The tests as a program: it shows values and uses no type of Adr.Interactive (AdrFormattersTests).</summary>
internal static class Program
{
    private static void Main()
    {
        var natural = new Proportion(973, 1000);
        Console.WriteLine(natural.ToDisplayString("text/plain"));
        Console.WriteLine(natural.ToDisplayString("text/html"));
        Console.WriteLine(arange(6, dtype: ScalarType.Float32).reshape(2, 3).ToDisplayString("text/plain"));
    }
}
