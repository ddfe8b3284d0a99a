using System.Text;
using Adr.Kernel.Notebooks;
using Adr.Kernel.Running;
using Adr.Robustness.Damage;

namespace Adr.Robustness.Parsers;

/// <summary>Notebooks, read and looked at as a run does, and written again.</summary>
internal sealed class NotebookParser() : Parser("notebook")
{
    private static readonly Form Json = new JsonForm();

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        var notebook = Notebook.Create();
        notebook.Add(Cell.Markdown("# A title\n\nwith $x^2$ and a [link](https://example.org)"));
        var parameters = Cell.Code("int epochs = 5; // how many\nstring name = \"a\";");
        parameters.AddTag("parameters");
        notebook.Add(parameters);
        var code = Cell.Code("Console.WriteLine(\"ä\");\nepochs");
        notebook.Add(code);
        var path = Path.Combine(folder, "new.ipynb");
        notebook.Save(path);
        const string Old = """
            {"cells":[{"cell_type":"code","execution_count":2,"metadata":{"dotnet_interactive":{"language":"csharp"},
            "tags":["nbval-ignore-output"]},"outputs":[{"name":"stdout","output_type":"stream","text":["a\n","b\n"]},
            {"data":{"text/plain":"3","text/html":["<b>3</b>"],"application/json":{"a":[1,2.50]}},"execution_count":2,
            "metadata":{},"output_type":"execute_result"},{"ename":"E","evalue":"v","output_type":"error",
            "traceback":["t"]}],"source":["1 +\n","2"]},{"cell_type":"raw","metadata":{},"source":"raw"}],
            "metadata":{"kernelspec":{"display_name":".NET (C#)","language":"C#","name":".net-csharp"}},
            "nbformat":4,"nbformat_minor":2}
            """;
        return [new("new.ipynb", File.ReadAllBytes(path), Json), new("old.ipynb", Encoding.UTF8.GetBytes(Old), Json)];
    }

    internal override string Read(string path) => Look(Notebook.Load(path));

    internal override bool Refuses(Exception error) => error is NotebookFormatException;

    /// <summary>Everything that a run or a page asks of a notebook.</summary>
    internal static string Look(Notebook notebook)
    {
        var text = new StringBuilder(notebook.ToJson());
        text.AppendLine($"{notebook.Title} {notebook.KernelName} {notebook.KernelLanguage} {notebook.MinorVersion}");
        foreach (var cell in notebook.Cells)
        {
            text.AppendLine($"{cell.Kind} {cell.Id} {cell.KernelName} {cell.ExecutionCount} {cell.Source}");
            text.AppendJoin(',', cell.Tags);
            foreach (var output in cell.Outputs) text.Append(output.Type).Append(output.Data("text/plain"));
        }
        try
        {
            text.AppendJoin(',', NotebookRunner.ParametersOf(notebook).Select(one => one.Name));
        }
        catch (RunUsageException problem) // a valid notebook, of which adr says that it cannot be run
        {
            text.Append(problem.Message);
        }
        if (Notebook.Parse(notebook.ToJson()).ToJson() != notebook.ToJson())
            throw new InvalidOperationException("What was written is not what is read again.");
        return text.ToString();
    }
}

/// <summary>Notebooks in .NET Interactive's text form.</summary>
internal sealed class DibParser() : Parser("dib")
{
    private static readonly Form Text = new TextForm("#!", "#!meta\n", "#!csharp\n", "#!markdown", "#!fsharp\n",
        "#!set --name a --value @b\n", "#!share", "\r", "\u2028", "\0", "{\"a\":", "#r \"nuget:", "\uFEFF", "'''");

    internal override IReadOnlyList<Sample> MakeSamples(string folder) =>
    [
        new("a.dib", Encoding.UTF8.GetBytes("#!meta\n\n{\"kernelInfo\":{\"defaultKernelName\":\"csharp\",\"items\":[]}}"
            + "\n\n#!markdown\n\n# A title\n\n#!csharp\n\nvar x = 1;\nx\n\n#!fsharp\n\nlet y = 1\n"), Text),
        new("b.dib", Encoding.UTF8.GetBytes("1 + 1\r\n#!html\r\n<b>ä</b>\r\n"), Text),
    ];

    internal override string Read(string path) => NotebookParser.Look(Notebook.Load(path));

    internal override bool Refuses(Exception error) => error is NotebookFormatException;
}
