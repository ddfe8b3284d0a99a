using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace Adr;

/// <summary>Loads Adr.Interactive as soon as a program that references it formats values as notebooks do.</summary>
/// <remarks>
/// The runtime loads an assembly when its first type is used, but a notebook that only shows values uses no type of
/// Adr.Interactive, whose formatters would then be missing. Programs without Adr.Interactive, or that show nothing, are
/// not affected.
/// </remarks>
internal static class NotebookFormatters
{
    private const string Formatting = "Microsoft.DotNet.Interactive.Formatting", Interactive = "Adr.Interactive";

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The formatters must be there before a value of Adr is shown.")]
    internal static void LoadWithFormatting()
    {
        if (Array.Exists(AppDomain.CurrentDomain.GetAssemblies(), IsFormatting)) Load();
        else AppDomain.CurrentDomain.AssemblyLoad += OnLoad;
    }

    private static void OnLoad(object? sender, AssemblyLoadEventArgs loaded)
    {
        if (!IsFormatting(loaded.LoadedAssembly)) return;
        AppDomain.CurrentDomain.AssemblyLoad -= OnLoad;
        Load();
    }

    private static bool IsFormatting(Assembly assembly) => assembly.GetName().Name == Formatting;

    private static void Load()
    {
        try
        {
            // It may be the one that needed Adr, and .NET Interactive does not load a name twice.
            var assembly = Array.Find(AppDomain.CurrentDomain.GetAssemblies(), one => one.GetName().Name == Interactive)
                ?? AssemblyLoadContext.GetLoadContext(typeof(NotebookFormatters).Assembly)!
                    .LoadFromAssemblyName(new AssemblyName(Interactive));
            RuntimeHelpers.RunModuleConstructor(assembly.ManifestModule.ModuleHandle);
        }
        catch (FileNotFoundException)
        {
            // The program does not reference Adr.Interactive.
        }
    }
}
