using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Adr.Cli.Tests;

/// <summary>No assembly of ours calls what ends the process when libtorch throws: docs/torchsharp.md.</summary>
public sealed class UnsafeCallsTests
{
    private static readonly HashSet<string> Unsafe =
    [
        "autograd.grad", "Tensor.matmul", "torch.matmul", "Tensor.cummax", "torch.cummax", "Tensor.cummin",
        "torch.cummin",
        "torch.set_num_threads", "torch.set_num_interop_threads", "Generator.set_state", "torch.set_rng_state",
        "random.set_rng_state",
        "ScalarExtensionMethods.ToInt32", "ScalarExtensionMethods.ToInt64", "ScalarExtensionMethods.ToSingle",
        "ScalarExtensionMethods.ToDouble", "ScalarExtensionMethods.ToBoolean",
    ];

    [Theory]
    [InlineData("Adr.dll")]
    [InlineData("Adr.Interactive.dll")]
    [InlineData("Adr.Kernel.dll")]
    [InlineData("Adr.Cli.dll")]
    public void There_are_none(string assembly) => Assert.Empty(Calls(assembly).Intersect(Unsafe));

    [Fact] // so that the test above sees what it looks for
    public void Calls_into_TorchSharp_are_seen()
    {
        var calls = Calls("Adr.dll");
        Assert.Contains("autograd.backward", calls);
        Assert.Contains("Tensor.mm", calls);
    }

    private static HashSet<string> Calls(string assembly)
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly)));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => (Type: metadata.GetTypeReference((TypeReferenceHandle)member.Parent), member.Name))
            .Select(call => $"{metadata.GetString(call.Type.Name)}.{metadata.GetString(call.Name)}")];
    }
}
