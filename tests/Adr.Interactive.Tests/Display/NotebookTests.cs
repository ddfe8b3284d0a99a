namespace Adr.Interactive.Tests.Display;

public class NotebookTests
{
    [Fact]
    public void Says_what_the_notebook_runs_with()
    {
        var setting = Notebook.Setup("01", budget: "smoke", device: "cpu", seed: 7, ("ε", "0.3"));
        Assert.Equal(("smoke", "cpu", 7L), (setting.Budget, setting.Device, setting.Seed));
        var text = setting.ToString();
        string[] parts = ["smoke", "cpu", "7", "ε", "0.3", "libtorch", "threads", ".NET"];
        Assert.All(parts, part => Assert.Contains(part, text));
    }

    [Fact]
    public void A_device_that_is_not_there_is_refused_with_what_to_do()
    {
        if (TorchSharp.torch.cuda.is_available()) return;
        var error = Assert.Throws<ArgumentException>(() => Notebook.Setup("01", device: "cuda:0"));
        Assert.Contains("\"cpu\"", error.Message);
    }
}
