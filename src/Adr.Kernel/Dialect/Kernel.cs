using System.Text.Json;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive.Formatting;

namespace Microsoft.DotNet.Interactive;

/// <summary>What every cell can call without naming a class.</summary>
public static class Kernel
{
    /// <summary>The running cell.</summary>
    internal static KernelInvocationContext Running =>
        KernelInvocationContext.Current ?? throw new InvalidOperationException("A value can be displayed only while a notebook's cell runs.");

    /// <summary>Shows a value below the cell.</summary>
    /// <param name="value">Any object.</param>
    /// <param name="mimeTypes">The MIME types to show it in; none for its type's preferred ones.</param>
    /// <returns>The shown value, which can be updated.</returns>
    public static DisplayedValue display(object? value, params string[] mimeTypes) => Running.Display(value, mimeTypes);

    /// <summary>Text that is HTML.</summary>
    public static IHtmlContent HTML(string content) => new HtmlString(content);

    /// <summary>Runs a script where the notebook is shown.</summary>
    public static void Javascript(string scriptContent) =>
        Running.DisplayAs($"<script type=\"text/javascript\">{scriptContent}</script>", HtmlFormatter.MimeType);

    /// <summary>Adds a style sheet to the page where the notebook is shown.</summary>
    public static void CSS(string content) => Javascript($$"""
        var style = document.createElement('style');
        style.textContent = {{JsonSerializer.Serialize(content)}};
        document.head.appendChild(style);
        """);

    /// <summary>Takes away what the cell has shown so far.</summary>
    /// <param name="wait">Only when the cell shows something else, so that the page does not flicker.</param>
    public static void ClearOutput(bool wait = false) => Running.ClearOutput(wait);

    /// <summary>Asks whoever sits before the notebook.</summary>
    /// <param name="prompt">The question.</param>
    /// <param name="typeHint"><c>password</c> hides what is typed; any other asks for text.</param>
    /// <exception cref="NotSupportedException">Nobody is there, as in a headless run; the message says how to do without.</exception>
    public static Task<string> GetInputAsync(string prompt = "", string typeHint = "text") => Running.AskAsync(prompt, isPassword: typeHint == "password");

    /// <summary>Asks for text that nobody may read over a shoulder.</summary>
    /// <param name="prompt">The question.</param>
    /// <exception cref="NotSupportedException">Nobody is there, as in a headless run; the message says how to do without.</exception>
    public static Task<string> GetPasswordAsync(string prompt = "") => Running.AskAsync(prompt, isPassword: true);
}
