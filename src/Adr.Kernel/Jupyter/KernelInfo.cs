using System.Text.Json.Nodes;
using Adr.Kernel.Engine;
using Microsoft.CodeAnalysis.CSharp;

namespace Adr.Kernel.Jupyter;

/// <summary>What a client is told about this kernel.</summary>
internal static class KernelInfo
{
    /// <summary>The version of Jupyter's protocol that the kernel implements.</summary>
    internal const string Protocol = "5.4";

    private static string Version => typeof(KernelInfo).Assembly.GetName().Version?.ToString(3) ?? "0";

    internal static JsonObject Reply() => new()
    {
        ["status"] = "ok",
        ["protocol_version"] = Protocol,
        ["implementation"] = "adr",
        ["implementation_version"] = Version,
        ["language_info"] = new JsonObject
        {
            ["name"] = "C#", // as in the notebooks of .NET Interactive
            ["version"] = CSharpSession.Language.ToDisplayString(),
            ["mimetype"] = "text/x-csharp",
            ["file_extension"] = ".cs",
            ["pygments_lexer"] = "csharp",
            ["codemirror_mode"] = "text/x-csharp",
        },
        ["banner"] = $"C# on .NET {Environment.Version}, Adr.Notebooks {Version}",
        ["help_links"] = new JsonArray(),
        ["debugger"] = false,
    };
}
