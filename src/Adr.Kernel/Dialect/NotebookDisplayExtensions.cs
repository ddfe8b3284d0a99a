using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.DotNet.Interactive.Formatting.TabularData;

namespace System;

/// <summary>Shows values below the cell that runs.</summary>
/// <remarks>
/// The formatting package has such functions of its own, which announce one value and return another: an update of that one
/// finds nothing to replace. The compiler prefers these: <c>Display</c> is generic, and <c>DisplayTable</c> needs no <c>params</c>.
/// </remarks>
public static class NotebookDisplayExtensions
{
    /// <summary>Shows a value.</summary>
    /// <param name="value">Any object.</param>
    /// <param name="mimeTypes">The MIME types to show it in; none for its type's preferred ones.</param>
    /// <returns>The shown value, which can be updated.</returns>
    public static DisplayedValue Display<T>(this T? value, params string[] mimeTypes) =>
        Microsoft.DotNet.Interactive.Kernel.Running.Display(value, mimeTypes);

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
