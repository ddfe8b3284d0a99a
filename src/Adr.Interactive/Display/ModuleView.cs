using Adr.Interactive.Drawing;
using Adr.Models;
using static TorchSharp.torch;

namespace Adr.Interactive;

/// <summary>A network as its parameters: name, shape and count.</summary>
internal static class ModuleView
{
    internal static TableView Of(nn.Module module)
    {
        var parameters = module.named_parameters().ToArray();
        var rows = parameters.Select(named => (IReadOnlyList<TableCell>)
            [named.name, $"[{string.Join(',', named.parameter.shape)}]", Number.Count(named.parameter.numel())]);
        return new TableView($"{Name(module)}: {Count(module)}", ["parameter", "shape", "count"], rows)
        {
            WordColumns = 2,
        };
    }

    /// <summary>The name of the architecture, or of the class for a network of the user's own.</summary>
    internal static string Name(nn.Module module) =>
        module is Classifier classifier ? classifier.Architecture : module.GetName();

    /// <summary>"312,202 parameters".</summary>
    internal static string Count(nn.Module module) =>
        $"{Number.Count(module.parameters().Sum(parameter => parameter.numel()))} parameters";
}
