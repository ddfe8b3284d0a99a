using System.Collections;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Engine;

/// <summary>Calls <c>ToString()</c> of values of which nothing is known.</summary>
internal static class SafeText
{
    private const int DeepestRecord = 1000; // records in records
    private const int LongestSummary = 300; // characters, as in the formatting package

    private static readonly ConditionalWeakTable<Type, object> Guarded = [];

    /// <summary>
    /// The text of a value. If its <c>ToString()</c> throws or would not end, the text says so.
    /// </summary>
    internal static string Of(object value)
    {
        if (PrintsItself(value)) return $"{value.GetType().Name} {{ … }} (nested too deeply, or contains itself)";
        try
        {
            return value.ToString() ?? "";
        }
        catch (Exception problem) when (!IsStop(problem))
        {
            return Failure(value, problem);
        }
    }

    /// <summary>What is shown for a value that cannot be formatted as text.</summary>
    internal static string Failure(object value, Exception problem)
    {
        var owner = OwnerOfToString(problem) ?? value.GetType();
        return $"{owner.Name}: its ToString() threw {problem.GetType().FullName}: {CellErrors.MessageOf(problem)}";
    }

    /// <summary>Whether a <c>ToString()</c> failed, and not a formatter, whose author wants to see the error.</summary>
    internal static bool IsOfToString(Exception problem) =>
        problem is InsufficientExecutionStackException || (!IsStop(problem) && OwnerOfToString(problem) is not null);

    // The stack of a recursion that found no end is too long to search.
    private static Type? OwnerOfToString(Exception problem) => problem is InsufficientExecutionStackException ? null
        : new StackTrace(problem).GetFrames().Select(frame => frame.GetMethod())
            .FirstOrDefault(method => method?.Name == nameof(ToString))?.DeclaringType;

    /// <summary>Whether an exception ends the cell and not only the formatting of a value.</summary>
    internal static bool IsStop(Exception problem) =>
        problem is OperationCanceledException or ThreadInterruptedException or ThreadAbortException;

    /// <summary>
    /// Makes the formatting package use these functions where it calls <c>ToString()</c> of an object: in the summary
    /// of an object, and where objects are nested too deeply to be shown.
    /// </summary>
    internal static void Install()
    {
        var defaults = Formatter.RegisteredFormatters()
            .Where(formatter => formatter.MimeType == PlainTextSummaryFormatter.MimeType)
            .DistinctBy(formatter => formatter.Type).ToDictionary(formatter => formatter.Type);
        Formatter.Register(typeof(object), (value, context) =>
        {
            switch (value)
            {
                case string: return defaults[typeof(string)].Format(value, context);
                case Type: return defaults[typeof(Type)].Format(value, context);
                case null or IEnumerable: return defaults[typeof(IEnumerable)].Format(value, context);
            }
            Guard(value.GetType());
            var text = Of(value).Trim().Replace("\r", "\\r").Replace("\n", "\\n");
            context.Writer.Write(text.Length > LongestSummary ? text[..LongestSummary] + "..." : text);
            return true;
        }, PlainTextSummaryFormatter.MimeType);
    }

    /// <summary>Replaces the formatter that the package uses for a type below its limit of depth.</summary>
    private static void Guard(Type type)
    {
        if (type.IsValueType || !Guarded.TryAdd(type, type)) return;
        typeof(SafeText).GetMethod(nameof(GuardType), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(type).Invoke(null, null);
    }

    private static void GuardType<T>() where T : class => PlainTextFormatter<T>.Default =
        new PlainTextFormatter<T>((value, context) => context.Writer.Write(Of(value)));

    /// <summary>
    /// Whether printing a value would not end, because a record in it is the record itself: records and anonymous types
    /// print their members.
    /// </summary>
    private static bool PrintsItself(object value) => IsPrinter(value)
        && IsCyclic(value, new(ReferenceEqualityComparer.Instance), new(ReferenceEqualityComparer.Instance));

    private static bool IsCyclic(object value, HashSet<object> path, HashSet<object> ended)
    {
        if (ended.Contains(value)) return false;
        if (path.Count == DeepestRecord || !path.Add(value)) return true;
        foreach (var inner in PrintersIn(value))
            if (IsCyclic(inner, path, ended)) return true;
        path.Remove(value);
        ended.Add(value);
        return false;
    }

    private static IEnumerable<object> PrintersIn(object value)
    {
        const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic
            | BindingFlags.DeclaredOnly;
        for (var type = value.GetType(); type is not null; type = type.BaseType)
            foreach (var field in type.GetFields(Own).Where(field => !field.FieldType.IsValueType))
                if (field.GetValue(value) is { } inner && IsPrinter(inner)) yield return inner;
    }

    private static bool IsPrinter(object value)
    {
        var type = value.GetType();
        if (!type.IsClass) return false;
        var isAnonymous = type.Name.Contains("AnonymousType", StringComparison.Ordinal)
            && type.IsDefined(typeof(CompilerGeneratedAttribute));
        // The compiler makes the first method for records, and ToString() unless the author wrote one.
        return isAnonymous || (type.GetMethod("<Clone>$") is not null
            && type.GetMethod(nameof(ToString), [])!.IsDefined(typeof(CompilerGeneratedAttribute)));
    }
}
