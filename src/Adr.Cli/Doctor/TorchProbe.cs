using System.Diagnostics;
using System.Reflection;
using Adr.Native;
using TorchSharp;

namespace Adr.Cli.Doctor;

/// <summary>Loads libtorch, and asks it who it is and how fast it multiplies.</summary>
public static class TorchProbe
{
    private const int Size = 512;

    /// <summary>TorchSharp and libtorch, measured. Never throws for a library that does not load: that is a finding.</summary>
    public static TorchFacts Look()
    {
        var name = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        try
        {
            NativeTorch.Load();
        }
        catch (NativeTorchException error)
        {
            return new TorchFacts(name, null, null, null, false, 0, 0, 0, error.Message);
        }

        var cuda = torch.cuda.is_available();
        return new TorchFacts(
            name, torch.__version__, LoadedLibraries.Libtorch(LoadedLibraries.OfThisProcess()), NativeTorch.Replacement, cuda,
            cuda ? torch.cuda.device_count() : 0, torch.get_num_threads(), Math.Round(MultiplicationSpeed(), 1), null);
    }

    /// <summary>10⁹ floating-point operations a second in a 512×512 float product: the best of the rounds that fit in a quarter of a second.</summary>
    public static double MultiplicationSpeed()
    {
        using var scope = torch.NewDisposeScope();
        var a = torch.ones(Size, Size);
        torch.mm(a, a).Dispose(); // the first call loads and warms
        var best = TimeSpan.MaxValue;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(0.25))
        {
            var begun = clock.Elapsed;
            torch.mm(a, a).Dispose();
            var took = clock.Elapsed - begun;
            if (took < best) best = took;
        }

        return 2.0 * Size * Size * Size / best.TotalSeconds / 1e9;
    }
}
