using System.Text.Json.Nodes;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Adr.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Notebooks;

/// <summary>
/// A file with broken structure is refused with a reason, or else everything that reads notebooks can go on with it.
/// </summary>
public class BrokenNotebookTests
{
    private const string Whole = """
        {"cells":[
          {"cell_type":"markdown","id":"a","metadata":{"tags":["x"]},"source":["# T\n","text"],
           "attachments":{"i.png":{"image/png":"aGk="}}},
          {"cell_type":"code","id":"b","metadata":{"tags":["parameters"],"jupyter":{"source_hidden":true},
            "execution":{"iopub.execute_input":"2026-01-01T00:00:00Z"},"papermill":{"duration":2}},
           "source":"var n = 1; // how many","execution_count":1,
           "outputs":[{"output_type":"stream","name":"stdout","text":["a\n"]},
           {"output_type":"display_data","data":{"text/html":["<b>"],"image/svg+xml":"<svg/>","text/plain":"p",
             "application/vnd.plotly.v1+json":{"data":[],"layout":{}}},"metadata":{}},
           {"output_type":"error","ename":"E","evalue":"v","traceback":["t"]}]},
          {"cell_type":"code","source":"n","execution_count":null,"outputs":[],
           "metadata":{"polyglot_notebook":{"kernelName":"csharp"},"dotnet_interactive":{"language":"csharp"}}},
          {"cell_type":"raw","metadata":{},"source":"r"}],
         "metadata":{"kernelspec":{"name":".net-csharp","language":"C#","display_name":".NET (C#)"},
          "language_info":{"name":"C#"}},"nbformat":4,"nbformat_minor":5}
        """;

    /// <summary>Another value at one place of the file, or none.</summary>
    public sealed record Damage(int Where, string? Value)
    {
        public static Arbitrary<Damage> Any { get; } = Arb.From(
            from place in Gen.Choose(0, 10_000)
            from value in Gen.Elements<string?>(
                null, "1", "-7", "true", "\"text\"", "[]", "{}", "[1]", "{\"a\":1}", "[[\"x\"]]", "remove")
            select new Damage(place, value));
    }

    [Law(MaxTest = 400, Arbitrary = [typeof(Damage)])]
    public void IsRefusedWithAReasonOrReadByAll(Damage[] damages)
    {
        var root = JsonNode.Parse(Whole)!;
        foreach (var (where, value) in damages) Change(root, where, value);
        Notebook notebook;
        try
        {
            notebook = Notebook.Parse(root.ToJsonString());
        }
        catch (NotebookFormatException refused)
        {
            Assert.NotEmpty(refused.Message);
            return;
        }
        HtmlExporter.Export(notebook);
        MarkdownExporter.Export(notebook);
        Assert.Empty(OutputComparison.Differences(notebook, notebook));
        Told(() => NotebookRunner.ParametersOf(notebook));
        Told(() =>
            NotebookParameter.Inject(notebook, new Dictionary<string, string> { ["n"] = "2" }, new HashSet<string>()));
        Told(() => RunPlan.Of(notebook, allowErrors: false));
        Notebook.Parse(notebook.ToJson());
    }

    // What a person is told, and no other exception.
    private static void Told(Action read)
    {
        try
        {
            read();
        }
        catch (RunUsageException told)
        {
            Assert.NotEmpty(told.Message);
        }
    }

    private static void Change(JsonNode root, int where, string? value)
    {
        var places = Below(root).ToList();
        if (places.Count == 0) return;
        var place = places[where % places.Count];
        var made = value is null or "remove" ? null : JsonNode.Parse(value);
        if (place.Parent is JsonObject holder)
        {
            var key = place.GetPropertyName();
            if (value == "remove") holder.Remove(key);
            else holder[key] = made;
        }
        else if (place.Parent is JsonArray list)
        {
            var index = place.GetElementIndex();
            if (value == "remove") list.RemoveAt(index);
            else list[index] = made;
        }
    }

    private static IEnumerable<JsonNode> Below(JsonNode node) => (node switch
    {
        JsonObject fields => fields.Select(field => field.Value),
        JsonArray items => items,
        _ => [],
    }).OfType<JsonNode>().SelectMany(child => Below(child).Prepend(child));
}
