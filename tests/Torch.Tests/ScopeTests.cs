using TorchSharp;

namespace Adr.Torch.Tests;

public sealed class ScopeTests
{
    [Fact]
    public void DisposesWhatIsMadeInIt()
    {
        torch.Tensor inner;
        using (torch.NewDisposeScope()) inner = torch.ones(2);
        Assert.True(inner.IsInvalid);
    }
}
