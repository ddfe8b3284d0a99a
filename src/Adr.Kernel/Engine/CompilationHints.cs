using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Scripting;

namespace Adr.Kernel.Engine;

/// <summary>Says what to type where the compiler's message does not: an expression, or a missing import.</summary>
internal static class CompilationHints
{
    private const int MostNamespaces = 3; // A type's name that more of them have says little.

    /// <summary>The hints for a script that does not compile, in full sentences.</summary>
    internal static IReadOnlyList<string> For(ImmutableArray<Diagnostic> errors, Script script)
    {
        if (WithExpression(errors) is { } hint) return [hint];
        if (!errors.Any(IsUnknownName)) return [];
        var root = script.GetCompilation().GlobalNamespace;
        string[] imports = [.. errors.Where(IsUnknownName).Select(error => Import(error, root)).OfType<string>()
            .Distinct()];
        return imports.Length > 0 || !errors.Any(error => error.Id == "CS0103") ? imports
            : ["If a cell above declares this name, run that cell first."];
    }

    // CS0103: a name, CS0246: a type or namespace, CS0234: a part of a namespace.
    private static bool IsUnknownName(Diagnostic error) => error.Id is "CS0103" or "CS0246" or "CS0234";

    /// <summary>At the start of a statement, <c>x with { … }</c> reads as a property <c>with</c> of type x.</summary>
    private static string? WithExpression(ImmutableArray<Diagnostic> errors)
    {
        var property = errors.Where(error => error.Id == "CS1014").Select(NodeOf)
            .SelectMany(node => node?.AncestorsAndSelf().OfType<PropertyDeclarationSyntax>() ?? [])
            .FirstOrDefault(declared => declared.Identifier.ValueText == "with");
        return property is null ? null
            : $"To show a changed copy, put it in parentheses: ({property.Type} with {{ … }}). " +
                $"To keep it, assign it: var copy = {property.Type} with {{ … }};";
    }

    private static string? Import(Diagnostic error, INamespaceSymbol root)
    {
        var node = NodeOf(error);
        if (node?.FirstAncestorOrSelf<UsingDirectiveSyntax>() is { NamespaceOrType: { } wanted })
            return Misspelt(wanted.ToString(), root);
        if (error.Id == "CS0234" || node?.DescendantNodesAndSelf().OfType<SimpleNameSyntax>().FirstOrDefault()
            is not { Identifier.ValueText: { Length: > 0 } name }) return null;
        string[] places = [.. Namespaces(root).Where(place => HasType(place, name)).Select(Name)];
        return places.Length is 0 or > MostNamespaces ? null
            : $"{name} is known in {string.Join(" and in ", places)}. Add this line: using {places[0]};";
    }

    private static string Misspelt(string wanted, INamespaceSymbol root)
    {
        var best = Namespaces(root).Select(Name).Where(name => name.Length > 0)
            .Select(name => (Name: name, Distance: Distance(name, wanted)))
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .First();
        return best.Distance <= Math.Max(1, wanted.Length / 5)
            ? $"There is no namespace {wanted}. Did you mean: using {best.Name};"
            : $"No assembly that the notebook uses has a namespace {wanted}. If it is in a package, add this line " +
                "above: #r \"nuget: NAME\"";
    }

    private static bool HasType(INamespaceSymbol place, string name) =>
        !place.IsGlobalNamespace && place.GetTypeMembers(name).Any(type =>
            type.DeclaredAccessibility == Accessibility.Public);

    private static IEnumerable<INamespaceSymbol> Namespaces(INamespaceSymbol root)
    {
        yield return root;
        foreach (var inner in root.GetNamespaceMembers().SelectMany(Namespaces)) yield return inner;
    }

    private static string Name(INamespaceSymbol place) => place.IsGlobalNamespace ? "" : place.ToDisplayString();

    private static SyntaxNode? NodeOf(Diagnostic error) =>
        error.Location.SourceTree?.GetRoot().FindNode(error.Location.SourceSpan);

    /// <summary>How many letters must be added, removed or replaced; case alone counts as nothing.</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= to.Length; j++)
            {
                var isSame = char.ToUpperInvariant(from[i - 1]) == char.ToUpperInvariant(to[j - 1]);
                var replaced = diagonal + (isSame ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
