using System.Diagnostics;
using TorchSharp;

namespace Adr.Cli.Doctor;

/// <summary>Loads libtorch, and asks it who it is and how fast it multiplies.</summary>
public static class EngineProbe
{
    private const int Size = 512;

    /// <summary>The engine and its BLAS, measured. Never throws for an engine that does not load: that is a finding.</summary>
    public static (EngineFacts Engine, BlasFacts Blas) Look()
    {
        var assembly = typeof(torch).Assembly.GetName();
        var kind = assembly.Name == "Adr.Torch" ? "system" : "package";
        var name = $"{assembly.Name} {assembly.Version?.ToString(3)}";
        try
        {
            var gflops = MultiplicationSpeed();
            var files = LoadedLibraries.OfThisProcess();
            var blas = LoadedLibraries.Blas(files);
            var cuda = torch.cuda.is_available();
            return (
                new EngineFacts(kind, name, torch.__version__, LoadedLibraries.Libtorch(files), cuda, cuda ? torch.cuda.device_count() : 0,
                    torch.get_num_threads(), RememberedReason(kind), null),
                new BlasFacts(blas.Path, blas.Slow, Math.Round(gflops, 1)));
        }
        catch (Exception error) when (error is TypeInitializationException or DllNotFoundException or NotSupportedException or EntryPointNotFoundException or BadImageFormatException)
        {
            var first = (error.GetBaseException().Message).Split('\n')[0].Trim();
            return (new EngineFacts(kind, name, null, null, false, 0, 0, RememberedReason(kind), first), new BlasFacts(null, false, 0));
        }
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

    // .adr/engine may speak of another engine than the one this was built with by hand.
    private static string? RememberedReason(string kind)
    {
        var path = Path.Combine(Repository.Root, ".adr", "engine");
        if (!File.Exists(path)) return null;
        var remembered = File.ReadLines(path).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        return (remembered.GetValueOrDefault("torch") == "system") == (kind == "system") ? remembered.GetValueOrDefault("why") : null;
    }
}
