using Adr.Kernel.InteractiveApi;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;
using Microsoft.DotNet.Interactive.Formatting.TabularData;

namespace System;

/// <summary>Displays values below the running cell.</summary>
/// <remarks>
/// The formatting package has functions of the same names, but they announce one value and return another, so that an
/// update of the returned value finds nothing to replace. The compiler prefers the functions here, because
/// <c>Display</c> is generic and <c>DisplayTable</c> needs no <c>params</c>.
/// </remarks>
public static class NotebookDisplayExtensions
{
    /// <summary>Displays a value.</summary>
    /// <param name="value">Any object.</param>
    /// <param name="mimeTypes">The MIME types to use; none for the preferred ones of the value's type.</param>
    /// <returns>The displayed value, which can be updated.</returns>
    public static DisplayedValue Display<T>(this T? value, params string[] mimeTypes) =>
        RunningCell.Required.Display(value, mimeTypes);

    /// <summary>Displays text in a cell.</summary>
    /// <remarks>Without this function, the text would be taken for a MIME type in which to display the cell.</remarks>
    /// <param name="context">The cell.</param>
    /// <param name="value">The text.</param>
    /// <param name="mimeTypes">The MIME types to use; none for plain text.</param>
    /// <returns>The displayed text, which can be updated.</returns>
    public static DisplayedValue Display(
        this KernelInvocationContext context, string value, params string[] mimeTypes) =>
        KernelInvocationContextExtensions.Display(context, value, mimeTypes);

    /// <summary>
    /// Displays a sequence as a table: as a tabular data resource, and as HTML for front ends that do not support one.
    /// </summary>
    public static DisplayedValue DisplayTable<T>(this IEnumerable<T> source)
    {
        var table = source.ToTabularDataResource();
        return RunningCell.Required.Display(new[]
        {
            new FormattedValue(TabularDataResourceFormatter.MimeType, table.ToJsonString().ToString()!),
            new FormattedValue(HtmlFormatter.MimeType, table.ToDisplayString(HtmlFormatter.MimeType)),
        });
    }
}
