using System.Xml.Linq;

namespace Adr.Cli.Testing;

/// <summary>How many tests passed and failed; skipped ones are in neither number.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed, and test programs that died or could not be built.</param>
public sealed record TestCount(int Passed, int Failed)
{
    /// <summary>The counts in the .trx files of a folder.</summary>
    /// <param name="folder">Where <c>dotnet test</c> left them; it may be missing.</param>
    /// <param name="exitCode">What <c>dotnet test</c> returned. A test program that dies says so by this alone.</param>
    public static TestCount Of(string folder, int exitCode)
    {
        var count = new TestCount(0, 0);
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.trx", SearchOption.AllDirectories) : [])
        {
            foreach (var counters in XDocument.Load(file).Descendants().Where(element => element.Name.LocalName == "Counters"))
            {
                var (executed, passed) = ((int?)counters.Attribute("executed") ?? 0, (int?)counters.Attribute("passed") ?? 0);
                count += new TestCount(passed, executed - passed);
            }
        }
        return exitCode != 0 && count.Failed == 0 ? count with { Failed = 1 } : count;
    }

    /// <summary>Both counts added.</summary>
    public static TestCount operator +(TestCount left, TestCount right) => new(left.Passed + right.Passed, left.Failed + right.Failed);

    /// <summary>"N passed, N failed".</summary>
    public override string ToString() => $"{Passed} passed, {Failed} failed";
}
