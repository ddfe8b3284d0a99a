using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Interactive;

/// <summary>Shows a value that later ones replace, such as the progress of training.</summary>
public static class Live
{
    private const string Interactive = "Microsoft.DotNet.Interactive";

    /// <summary>Shows a value below the running cell.</summary>
    /// <remarks>
    /// The context of the cell shows it, because .NET Interactive loses the updates of what <c>Display</c> returns.
    /// </remarks>
    /// <param name="value">Any object.</param>
    /// <returns>The shown value: its <c>Update</c> replaces it.</returns>
    public static DisplayedValue Show(object value)
    {
        ArgumentNullException.ThrowIfNull(value);
        // .NET Interactive shows what comes later in the MIME types of the first value. Text alone has no HTML.
        if (value is string text) value = new TextView(text);
        // A notebook's host loads its own version of .NET Interactive. There is none outside a notebook.
        var host = Array.Find(AppDomain.CurrentDomain.GetAssemblies(), found => found.GetName().Name == Interactive);
        var type = host?.GetType(Interactive + ".KernelInvocationContext");
        if (type?.GetProperty("Current")?.GetValue(null) is not { } cell) return value.Display();
        var display = host!.GetType(Interactive + ".KernelInvocationContextExtensions", throwOnError: true)!
            .GetMethod("Display", [type, typeof(object), typeof(string[])])
            ?? throw new NotSupportedException(
                $"{host.FullName} has no KernelInvocationContext.Display(object, string[]). Show the value by " +
                "value.Display(), and its updates by further calls.");
        return (DisplayedValue)display.Invoke(null, [cell, value, Array.Empty<string>()])!;
    }
}
