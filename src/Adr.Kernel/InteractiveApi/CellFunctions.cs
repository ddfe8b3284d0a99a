using System.Text.Json;
using Microsoft.AspNetCore.Html;
using Microsoft.DotNet.Interactive;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.InteractiveApi;

/// <summary>The functions that every cell can call without naming a class.</summary>
public static class CellFunctions
{
    /// <summary>Displays a value below the cell.</summary>
    /// <param name="value">Any object.</param>
    /// <param name="mimeTypes">The MIME types to use; none for the preferred ones of the value's type.</param>
    /// <returns>The displayed value, which can be updated.</returns>
    public static DisplayedValue display(object? value, params string[] mimeTypes) =>
        RunningCell.Required.Display(value, mimeTypes);

    /// <summary>Marks text as HTML.</summary>
    public static IHtmlContent HTML(string content) => new HtmlString(content);

    /// <summary>Runs a script on the page that shows the notebook.</summary>
    public static void Javascript(string scriptContent) =>
        RunningCell.Required.DisplayAs(
            $"<script type=\"text/javascript\">{scriptContent}</script>", HtmlFormatter.MimeType);

    /// <summary>Adds a style sheet to the page that shows the notebook.</summary>
    public static void CSS(string content) => Javascript($$"""
        var style = document.createElement('style');
        style.textContent = {{JsonSerializer.Serialize(content)}};
        document.head.appendChild(style);
        """);

    /// <summary>Removes what the cell has shown so far.</summary>
    /// <param name="wait">Whether to wait for the cell's next output, so that the page does not flicker.</param>
    public static void ClearOutput(bool wait = false) => RunningCell.Required.ClearOutput(wait);

    /// <summary>Asks the user for input.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="typeHint"><c>password</c> hides what is typed. Any other hint asks for text.</param>
    /// <exception cref="NotSupportedException">
    /// Nobody can answer, for example in a run without a front end. The message says how to provide the answer.
    /// </exception>
    public static Task<string> GetInputAsync(string prompt = "", string typeHint = "text") =>
        RunningCell.Required.AskAsync(prompt, isPassword: typeHint == "password");

    /// <summary>Asks the user for a password, and hides what is typed.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <exception cref="NotSupportedException">
    /// Nobody can answer, for example in a run without a front end. The message says how to provide the answer.
    /// </exception>
    public static async Task<PasswordString> GetPasswordAsync(string prompt = "") =>
        new(await RunningCell.Required.AskAsync(prompt, isPassword: true).ConfigureAwait(false));
}
