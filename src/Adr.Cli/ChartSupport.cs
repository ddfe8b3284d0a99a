using System.Runtime.CompilerServices;
using Adr.Interactive;

namespace Adr.Cli;

/// <summary>Shows the Plotly.NET charts of any notebook as figures are shown: live without a network, and as a picture.</summary>
internal static class ChartSupport
{
    /// <summary>The package whose extension would show charts by a script that needs a network.</summary>
    internal const string ReplacedExtension = "Plotly.NET.Interactive";

    /// <summary>Loads Adr.Interactive, which registers how charts are shown, as soon as a cell uses Plotly.NET.</summary>
    /// <remarks>Called by the engine's process. A notebook without charts does not load Adr.Interactive.</remarks>
    internal static void LoadWithPlotly() => AppDomain.CurrentDomain.AssemblyLoad += (_, loaded) =>
    {
        if (loaded.LoadedAssembly.GetName().Name == "Plotly.NET") LoadInteractive();
    };

    // The type would be loaded with the method above if this stood there.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LoadInteractive() =>
        RuntimeHelpers.RunModuleConstructor(typeof(Figure).Module.ModuleHandle);
}
