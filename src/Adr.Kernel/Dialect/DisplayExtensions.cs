using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.DotNet.Interactive.Formatting.TabularData;

namespace System;

/// <summary>Shows values below the cell that runs.</summary>
public static class DisplayExtensions
{
    /// <summary>Shows a value.</summary>
    /// <param name="value">Any object.</param>
    /// <param name="mimeTypes">The MIME types to show it in; none for its type's preferred ones.</param>
    /// <returns>The shown value, which can be updated.</returns>
    public static DisplayedValue Display(this object? value, params string[] mimeTypes) =>
        Microsoft.DotNet.Interactive.Kernel.Running.Display(value, mimeTypes);

    /// <summary>Shows text as a MIME type.</summary>
    public static DisplayedValue DisplayAs(this string value, string mimeType) =>
        Microsoft.DotNet.Interactive.Kernel.Running.DisplayAs(value, mimeType);

    /// <summary>Shows a sequence as a table: a tabular data resource, and HTML for what cannot show one.</summary>
    public static DisplayedValue DisplayTable<T>(this IEnumerable<T> source)
    {
        var table = source.ToTabularDataResource();
        return Microsoft.DotNet.Interactive.Kernel.Running.Display(new[]
        {
            new FormattedValue(TabularDataResourceFormatter.MimeType, table.ToJsonString().ToString()!),
            new FormattedValue(HtmlFormatter.MimeType, table.ToDisplayString(HtmlFormatter.MimeType)),
        });
    }
}
