using System.Collections;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>An object as text by MIME type, as notebooks show it.</summary>
internal static class ValueBundle
{
    /// <summary>The value in the given MIME types, or in its type's preferred ones and as plain text beside them.</summary>
    /// <remarks>
    /// .NET Interactive shows HTML alone; plain text beside it is what terminals and comparisons read. A sequence that is
    /// computed as it is read goes without, for a second reading would compute it again. A <see cref="FormattedValue"/>, or
    /// several, are taken as they are.
    /// </remarks>
    internal static Dictionary<string, string> Of(object? value, string[] mimeTypes)
    {
        if (value is FormattedValue single) return new() { [single.MimeType] = single.Value ?? "" };
        if (value is IEnumerable<FormattedValue> several) return InOrder(several);
        var bundle = InOrder(FormattedValue.CreateManyFromObject(value, mimeTypes));
        if (mimeTypes is not { Length: > 0 } && value is not IHtmlContent && !IsLazy(value) && !bundle.ContainsKey(PlainTextFormatter.MimeType))
            bundle[PlainTextFormatter.MimeType] = value.ToDisplayString(PlainTextFormatter.MimeType);
        return bundle;
    }

    // What can count its elements holds them.
    private static bool IsLazy(object? value) => value is IEnumerable and not string and not ICollection
        && !value.GetType().GetInterfaces().Any(type => type.IsGenericType
            && type.GetGenericTypeDefinition() is var general && (general == typeof(ICollection<>) || general == typeof(IReadOnlyCollection<>)));

    private static Dictionary<string, string> InOrder(IEnumerable<FormattedValue> values)
    {
        var bundle = new Dictionary<string, string>();
        foreach (var value in values) bundle[value.MimeType] = value.Value ?? "";
        return bundle;
    }
}
