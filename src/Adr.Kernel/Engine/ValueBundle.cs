using System.Collections;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>Formats an object as text by MIME type, as notebooks show it.</summary>
internal static class ValueBundle
{
    /// <summary>
    /// Formats a value in the given MIME types, or else in the preferred ones of its type and additionally as plain
    /// text.
    /// </summary>
    /// <remarks>
    /// .NET Interactive gives only HTML; terminals and comparisons read the plain text. A lazily computed sequence gets
    /// no plain text, because formatting it a second time would compute it again. A <see cref="FormattedValue"/>, or
    /// several, are taken as they are.
    /// </remarks>
    internal static Dictionary<string, string> Of(object? value, string[] mimeTypes)
    {
        if (value is FormattedValue single) return new() { [single.MimeType] = single.Value ?? "" };
        if (value is IEnumerable<FormattedValue> several) return InOrder(several);
        var bundle = InOrder(FormattedValue.CreateManyFromObject(value, mimeTypes));
        var wantsPlain = mimeTypes is not { Length: > 0 } && value is not IHtmlContent && !IsLazy(value);
        if (wantsPlain && !bundle.ContainsKey(PlainTextFormatter.MimeType))
            bundle[PlainTextFormatter.MimeType] = value.ToDisplayString(PlainTextFormatter.MimeType);
        return bundle;
    }

    // A collection that can count its elements holds them.
    private static bool IsLazy(object? value) =>
        value is IEnumerable and not string and not ICollection
        && !value.GetType().GetInterfaces().Any(type => type.IsGenericType
            && type.GetGenericTypeDefinition() is var general
            && (general == typeof(ICollection<>) || general == typeof(IReadOnlyCollection<>)));

    private static Dictionary<string, string> InOrder(IEnumerable<FormattedValue> values)
    {
        var bundle = new Dictionary<string, string>();
        foreach (var value in values) bundle[value.MimeType] = value.Value ?? "";
        return bundle;
    }
}
