using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.DotNet.Interactive.Formatting;

namespace Adr.Kernel.Tests.InteractiveApi;

/// <summary>Two libraries, one of which needs the other, as a user's folder holds them.</summary>
internal static class TestAssemblies
{
    internal static void Compile(string folder)
    {
        Directory.CreateDirectory(folder);
        var inner = Compile(folder, "Inner", "namespace Testing { public class Inner { public int Value => 42; } }");
        Compile(folder, "Outer", """
            namespace Testing { public static class Outer {
                public static int Answer() => new Inner().Value;
                public static Inner Made() => new Inner();
                public static System.Type FormatterType() =>
                    typeof(Microsoft.DotNet.Interactive.Formatting.Formatter); } }
            """, inner);
        // A later version of an assembly that the host has.
        Compile(folder, "Markdig", """
            [assembly: System.Reflection.AssemblyVersion("999.0.0.0")]
            namespace Markdig { public static class Newer { public static int Answer() => 1; } }
            """);
        // A copy of the host's own assembly beside them must not become a second one.
        File.Copy(
            typeof(Formatter).Assembly.Location, Path.Combine(folder, "Microsoft.DotNet.Interactive.Formatting.dll"));
    }

    internal static string Compile(string folder, string name, string source, params string[] references)
    {
        var path = Path.Combine(folder, name + ".dll");
        var framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var result = CSharpCompilation.Create(name, [CSharpSyntaxTree.ParseText(source)],
            framework.Concat(references).Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)).Emit(path);
        Assert.True(result.Success, string.Join('\n', result.Diagnostics));
        return path;
    }
}
