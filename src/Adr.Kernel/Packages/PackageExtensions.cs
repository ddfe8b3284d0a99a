using System.Reflection;
using Adr.Kernel.InteractiveApi;
using Microsoft.DotNet.Interactive;

namespace Adr.Kernel.Packages;

/// <summary>Loads the extensions of .NET Interactive that packages bring.</summary>
/// <remarks>
/// A package keeps its extension in <c>interactive-extensions/dotnet</c>: assemblies with types that implement
/// <see cref="IKernelExtension"/>, or a notebook named <c>extension.dib</c>, or both.
/// </remarks>
/// <param name="root">The kernel that extensions are given.</param>
/// <param name="load">Loads an assembly.</param>
/// <param name="import">Runs a notebook in the session of the cells.</param>
internal sealed class PackageExtensions(
    Microsoft.DotNet.Interactive.Kernel root, Func<string, Assembly> load, Func<string, RunningCell, Task> import)
{
    /// <summary>Loads the extension of a package. If a part of it fails, the cell says so and goes on.</summary>
    /// <param name="package">The name of the package.</param>
    /// <param name="folder">The folder of its extension.</param>
    /// <param name="cell">The cell that asked for the package.</param>
    /// <exception cref="OperationCanceledException">The cell was stopped.</exception>
    internal async Task LoadAsync(string package, string folder, RunningCell cell)
    {
        foreach (var file in Directory.GetFiles(folder, "*.dll").Order(StringComparer.Ordinal))
            await LoadAssemblyAsync(package, file, cell).ConfigureAwait(false);
        var notebook = Path.Combine(folder, "extension.dib");
        if (!File.Exists(notebook)) return;
        await TryAsync(package, "extension.dib", cell, () => import(notebook, cell)).ConfigureAwait(false);
    }

    private async Task LoadAssemblyAsync(string package, string file, RunningCell cell)
    {
        IReadOnlyList<Type> types = [];
        await TryAsync(package, Path.GetFileName(file), cell, () =>
        {
            types = [.. load(file).GetExportedTypes().Where(IsExtension)];
            return Task.CompletedTask;
        }).ConfigureAwait(false);
        foreach (var type in types)
        {
            await TryAsync(package, type.Name, cell, () =>
            {
                var extension = (IKernelExtension)Activator.CreateInstance(type)!;
                return extension.OnLoadAsync(root);
            }).ConfigureAwait(false);
        }
    }

    private static bool IsExtension(Type type) =>
        type is { IsAbstract: false, IsGenericTypeDefinition: false } && type.IsAssignableTo(typeof(IKernelExtension));

    private static async Task TryAsync(string package, string part, RunningCell cell, Func<Task> run)
    {
        try
        {
            await run().ConfigureAwait(false);
        }
        // Anything can go wrong in an extension: it may even have been built for another .NET Interactive.
        catch (Exception error) when (!cell.CancellationToken.IsCancellationRequested)
        {
            var cause = error is TargetInvocationException { InnerException: { } inner } ? inner : error;
            cell.DisplayStandardError($"The extension of {package} failed ({part}): {cause.GetType().Name}: " +
                $"{cause.Message.TrimEnd('.')}. The package's own classes can be used.\n");
        }
    }
}
