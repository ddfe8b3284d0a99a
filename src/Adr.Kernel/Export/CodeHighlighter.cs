using System.Text;
using Adr.Kernel.Engine;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Adr.Kernel.Export;

/// <summary>Marks the parts of C# code for colouring. Roslyn's parser also accepts code with errors.</summary>
internal static class CodeHighlighter
{
    private static readonly CSharpParseOptions Script = new(CSharpSession.Language, kind: SourceCodeKind.Script);

    /// <summary>
    /// The code as HTML with spans of these classes: k (keyword), s (string), n (number), c (comment), d (directive),
    /// t (type) and m (method).
    /// </summary>
    internal static string Highlight(string code)
    {
        var html = new StringBuilder();
        var root = CSharpSyntaxTree.ParseText(code, Script).GetRoot();
        foreach (var token in root.DescendantTokens().Where(token => token.FullSpan.Length > 0))
        {
            foreach (var trivia in token.LeadingTrivia) Append(html, trivia.ToFullString(), ClassOf(trivia));
            Append(html, token.Text, ClassOf(token));
            foreach (var trivia in token.TrailingTrivia) Append(html, trivia.ToFullString(), ClassOf(trivia));
        }
        return html.ToString();
    }

    /// <summary>The code as <see cref="Highlight(string)"/> gives it, or uncoloured if that cannot be done.</summary>
    internal static string Highlight(string code, RenderLimits limits)
    {
        try
        {
            if (CodeNesting.Find(code) is not null) throw new RenderException("it is nested too deeply");
            return limits.Run(() => Highlight(code));
        }
        catch (RenderException problem)
        {
            return Html.Escape(Html.Shortened(code))
                + Html.InlineNote($"\n(This code is not coloured, because {problem.Message}.)");
        }
    }

    private static void Append(StringBuilder html, string text, string? kind)
    {
        if (text.Length == 0) return;
        if (kind is null) html.Append(Html.Escape(text));
        else html.Append($"<span class=\"{kind}\">{Html.Escape(text)}</span>");
    }

    private static string? ClassOf(SyntaxTrivia trivia) => trivia.Kind() switch
    {
        SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
            or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia => "c",
        _ => trivia.IsDirective || trivia.IsKind(SyntaxKind.PreprocessingMessageTrivia) ? "d" : null,
    };

    private static string? ClassOf(SyntaxToken token) => token.Kind() switch
    {
        SyntaxKind.StringLiteralToken or SyntaxKind.CharacterLiteralToken or SyntaxKind.Utf8StringLiteralToken
            or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
            or SyntaxKind.InterpolatedStringStartToken or SyntaxKind.InterpolatedStringEndToken
            or SyntaxKind.InterpolatedStringTextToken or SyntaxKind.InterpolatedVerbatimStringStartToken
            or SyntaxKind.InterpolatedRawStringEndToken or SyntaxKind.InterpolatedSingleLineRawStringStartToken
            or SyntaxKind.InterpolatedMultiLineRawStringStartToken => "s",
        SyntaxKind.NumericLiteralToken => "n",
        SyntaxKind.IdentifierToken => OfIdentifier(token),
        var kind => SyntaxFacts.IsKeywordKind(kind) || SyntaxFacts.IsContextualKeyword(kind) ? "k" : null,
    };

    // Only the compiler knows what an identifier means. Its place in the tree and its first letter allow a good guess.
    private static string? OfIdentifier(SyntaxToken token) => token.Parent switch
    {
        BaseTypeDeclarationSyntax or TypeParameterSyntax => "t",
        MethodDeclarationSyntax or LocalFunctionStatementSyntax => "m",
        SimpleNameSyntax { Parent: InvocationExpressionSyntax } => "m",
        SimpleNameSyntax { Parent: MemberAccessExpressionSyntax access } name when access.Name == name =>
            access.Parent is InvocationExpressionSyntax ? "m" : null,
        IdentifierNameSyntax { IsVar: true } => "k",
        SimpleNameSyntax { Parent: QualifiedNameSyntax or UsingDirectiveSyntax } => null,
        SimpleNameSyntax { Parent: not (NameColonSyntax or NameEqualsSyntax) }
            when token.ValueText.Length > 0 && char.IsUpper(token.ValueText, 0) => "t",
        _ => null,
    };
}
