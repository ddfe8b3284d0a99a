using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Plotly.NET;

namespace Adr.Interactive;

/// <summary>
/// Shows any Plotly.NET chart as figures are shown, as soon as a program uses Plotly.NET. A program that does not use
/// it does not load it.
/// </summary>
internal static class ChartFormatters
{
    private const string Plotly = "Plotly.NET", FSharp = "FSharp.Core";

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The formatters must be there before a chart is shown.")]
    internal static void RegisterWithPlotly()
    {
        AssemblyLoadContext.Default.Resolving += (_, wanted) => wanted.Name == FSharp ? Loaded(FSharp) : null;
        if (Loaded(Plotly) is not null) Register();
        else AppDomain.CurrentDomain.AssemblyLoad += OnLoad;
    }

    // Microsoft's notebook tool has an FSharp.Core that is older than the one that Plotly.NET asks for, and serves it.
    private static Assembly? Loaded(string name) =>
        Array.Find(AppDomain.CurrentDomain.GetAssemblies(), assembly => assembly.GetName().Name == name);

    private static void OnLoad(object? sender, AssemblyLoadEventArgs loaded)
    {
        if (loaded.LoadedAssembly.GetName().Name != Plotly) return;
        AppDomain.CurrentDomain.AssemblyLoad -= OnLoad;
        Register();
    }

    private static void Register() =>
        AdrFormatters.Register<GenericChart>(chart => new ChartView(chart), Mime.OfFigure);
}
