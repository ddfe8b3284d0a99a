using System.Collections;
using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>Formats an object as text by MIME type, as notebooks show it.</summary>
internal static class ValueBundle
{
    private const int Longest = 20_000_000; // characters; more than any front end can show
    private const int LongestBeside = 20_000; // of plain text beside HTML or a picture

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
        IEnumerable<string> types = mimeTypes is { Length: > 0 }
            ? mimeTypes
            : Formatter.GetPreferredMimeTypesFor(value?.GetType());
        var bundle = new Dictionary<string, string>();
        foreach (var type in types)
            if (Text(value, type) is { } text) bundle[type] = text;
        var wantsPlain = mimeTypes is not { Length: > 0 } && value is not IHtmlContent && !IsLazy(value);
        if (wantsPlain && !bundle.ContainsKey(PlainTextFormatter.MimeType))
            bundle[PlainTextFormatter.MimeType] = PlainText(value);
        return bundle;
    }

    /// <summary>A value as plain text of limited length, whatever the value does.</summary>
    internal static string PlainText(object? value)
    {
        var writer = new BoundedWriter(LongestBeside);
        try
        {
            value.FormatTo(writer.Context, PlainTextFormatter.MimeType);
            return writer.ToString();
        }
        catch (Exception error) when (Cause(error) is var cause && !SafeText.IsStop(cause))
        {
            return cause is FormatLimitException ? Cut(writer, cause) : SafeText.Failure(value!, cause);
        }
    }

    /// <summary>A value in a MIME type; null if it is too large for a type whose text cannot be cut.</summary>
    private static string? Text(object? value, string mimeType)
    {
        // Such as a picture in base64.
        if (value is string text && !HasFormatterOfText(mimeType)) return text;
        var writer = new BoundedWriter(Longest);
        try
        {
            using (writer.Context) value.FormatTo(writer.Context, mimeType);
            return writer.ToString();
        }
        catch (Exception error) when (Cause(error) is FormatLimitException limit)
        {
            return mimeType switch
            {
                HtmlFormatter.MimeType => Preformatted(PlainText(value)), // Cut HTML would break the page.
                PlainTextFormatter.MimeType => Cut(writer, limit),
                _ => null,
            };
        }
        catch (Exception error) when (SafeText.IsOfToString(Cause(error)))
        {
            var failure = SafeText.Failure(value!, Cause(error));
            return mimeType switch
            {
                HtmlFormatter.MimeType => Preformatted(failure),
                PlainTextFormatter.MimeType => failure,
                _ => null,
            };
        }
    }

    private static bool HasFormatterOfText(string mimeType) => Formatter.RegisteredFormatters().Any(formatter =>
        formatter.MimeType == mimeType && formatter.Type.IsAssignableFrom(typeof(string)));

    private static string Cut(BoundedWriter writer, Exception limit) => $"{writer} …\n({limit.Message})";

    private static string Preformatted(string text) =>
        $"<div class=\"dni-plaintext\"><pre>{WebUtility.HtmlEncode(text)}</pre></div>";

    // The package calls some of its functions by reflection.
    private static Exception Cause(Exception error) =>
        error is TargetInvocationException { InnerException: { } inner } ? Cause(inner) : error;

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
