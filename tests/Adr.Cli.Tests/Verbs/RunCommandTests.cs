using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Adr.Kernel.Engine;
using Adr.Kernel.Running;
using Adr.Testing;

namespace Adr.Cli.Tests;

/// <summary><c>adr run</c> from outside: a process, a notebook, an exit code.</summary>
public sealed class RunCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("adr run ").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    public sealed class Refuses : IDisposable
    {
        private readonly RunCommandTests notebooks = new();

        public void Dispose() => notebooks.Dispose();

        [Theory]
        [InlineData("There is no notebook nowhere.ipynb", "nowhere.ipynb")]
        [InlineData("expected name=value", "a.ipynb", "-p", "n")]
        [InlineData("no parameter 'm'", "a.ipynb", "-p", "m=1")]
        [InlineData("-o a.ipynb is the notebook itself", "a.ipynb", "-o", "a.ipynb")]
        [InlineData("-o and --in-place exclude each other", "a.ipynb", "-o", "b.ipynb", "--in-place")]
        [InlineData("--html a.ipynb would overwrite a notebook", "a.ipynb", "--html", "a.ipynb")]
        [InlineData("-o is empty; expected a file to write", "a.ipynb", "-o", "")]
        [InlineData("--html is empty; expected a file to write", "a.ipynb", "--html", "")]
        [InlineData("The folder of a.ipynb/out.html cannot be created", "a.ipynb", "--html", "a.ipynb/out.html")]
        [InlineData("--timeout soon: expected a number of seconds", "a.ipynb", "--timeout", "soon")]
        [InlineData("--timeout 0: expected a number of seconds", "a.ipynb", "--timeout", "0")]
        [InlineData("--run-timeout 0: expected a number of seconds", "a.ipynb", "--run-timeout", "0")]
        [InlineData("--from 0: expected the number of a code cell", "a.ipynb", "--from", "0")]
        [InlineData("The first cell to run cannot be 2: the notebook has 1 code cells", "a.ipynb", "--from", "2")]
        [InlineData("The last cell to run cannot be 3: expected 1 to 1", "a.ipynb", "--to", "3")]
        [InlineData("--markdown a.ipynb would overwrite a notebook", "a.ipynb", "--markdown", "a.ipynb")]
        [InlineData("-f nowhere.yaml: the file does not exist", "a.ipynb", "-f", "nowhere.yaml")]
        [InlineData("-r n: expected", "a.ipynb", "-r", "n")]
        [InlineData("--input x: expected prompt=value", "a.ipynb", "--input", "x")]
        [InlineData("--watch and --in-place exclude each other", "a.ipynb", "--watch", "--in-place")]
        [InlineData("--static and --in-place exclude each other", "a.ipynb", "--static", "--in-place")]
        [InlineData("--watch takes one notebook", "a.ipynb", "b.ipynb", "--watch")]
        [InlineData("--fold-code needs --html", "a.ipynb", "--fold-code")]
        [InlineData("--no-scripts needs --html", "a.ipynb", "--no-scripts", "--markdown", "a.md")]
        [InlineData("There is no notebook 'b.ipynb'", "a.ipynb", "b.ipynb")]
        [InlineData("Two of the notebooks have the same name", "a.ipynb", "b/a.ipynb")]
        [InlineData("Required argument 'NOTEBOOK' missing")]
        public void What_cannot_be_meant_before_anything_runs(string message, params string[] arguments)
        {
            var before = notebooks.Write("a.ipynb", Parameters("var n = 1;"));

            var (code, output, errors) = notebooks.Run(arguments);

            Assert.Equal(ExitCode.Usage, code);
            Assert.Contains(message, errors);
            Assert.Empty(output);
            Assert.Equal(before, File.ReadAllText(Path.Combine(notebooks.folder, "a.ipynb")));
        }

        [UnixTheory]
        [InlineData("-o link.ipynb is the notebook itself", "a.ipynb", "-o", "link.ipynb")]
        [InlineData("-o link/a.ipynb is the notebook itself", "a.ipynb", "-o", "link/a.ipynb")]
        [InlineData("-o ./b/../a.ipynb is the notebook itself", "a.ipynb", "-o", "./b/../a.ipynb")]
        [InlineData("-o a.ipynb is the notebook itself", "link.ipynb", "-o", "a.ipynb")]
        [InlineData("-o b/link/a.ipynb is the notebook itself", "link/a.ipynb", "-o", "b/link/a.ipynb")]
        [InlineData("-o a.ipynb is the notebook itself", "a.ipynb", "-o", "a.ipynb", "--static")]
        [InlineData("--html link.ipynb would overwrite a notebook", "a.ipynb", "--html", "link.ipynb")]
        [InlineData("--html link/a.ipynb would overwrite a notebook", "a.ipynb", "--in-place",
            "--html", "link/a.ipynb")]
        [InlineData("--markdown link.ipynb would overwrite a notebook", "a.ipynb", "--markdown", "link.ipynb")]
        [InlineData("--html link/out would overwrite a notebook", "a.ipynb", "-o", "out", "--html", "link/out")]
        [InlineData("--markdown link/out would overwrite the file of --html", "a.ipynb", "--html", "out",
            "--markdown", "link/out")]
        [InlineData("-o link/p.yaml would overwrite p.yaml, which is read", "a.ipynb", "-f", "p.yaml",
            "-o", "link/p.yaml")]
        [InlineData("--html p.yaml would overwrite p.yaml, which is read", "a.ipynb", "-f", "p.yaml",
            "--html", "p.yaml")]
        [InlineData("The links of round lead in a circle", "a.ipynb", "-o", "round")]
        public void An_output_that_is_a_file_it_reads_under_whatever_name(string message, params string[] arguments)
        {
            var before = notebooks.Write("a.ipynb", Parameters("var n = 1;"));
            var folder = notebooks.folder;
            Directory.CreateDirectory(Path.Combine(folder, "b"));
            File.WriteAllText(Path.Combine(folder, "p.yaml"), "n: 2");
            File.CreateSymbolicLink(Path.Combine(folder, "link.ipynb"), "a.ipynb");
            Directory.CreateSymbolicLink(Path.Combine(folder, "link"), folder);
            Directory.CreateSymbolicLink(Path.Combine(folder, "b", "link"), "..");
            File.CreateSymbolicLink(Path.Combine(folder, "round"), "round");

            var (code, output, errors) = notebooks.Run(arguments);

            Assert.NotEqual(ExitCode.Fine, code);
            Assert.Contains(message, errors);
            Assert.DoesNotContain("   at ", errors);
            Assert.Empty(output);
            Assert.Equal(before, File.ReadAllText(Path.Combine(folder, "a.ipynb")));
            Assert.Equal("n: 2", File.ReadAllText(Path.Combine(folder, "p.yaml")));
        }

        [Theory]
        [InlineData("-o ./a.ipynb is the notebook itself", "a.ipynb", "b.ipynb", "-o", ".")]
        [InlineData("-o c/b.ipynb is the notebook itself", "a.ipynb", "c/b.ipynb", "-o", "c")]
        [InlineData("--in-place would replace ./a.ipynb twice", "a.ipynb", "b.ipynb", "./a.ipynb", "--in-place")]
        [InlineData("made/a.html is a folder; expected a file to write", "b.ipynb", "a.ipynb", "-o", "out",
            "--html", "made")]
        [InlineData("The folder of b.ipynb/b.md cannot be created", "b.ipynb", "a.ipynb", "-o", "out",
            "--markdown", "b.ipynb")]
        [InlineData("d.ipynb: expected a notebook, but this is not JSON", "a.ipynb", "d.ipynb", "-o", "out")]
        public void Several_notebooks_of_which_one_cannot_run_before_the_first_runs(
            string message, params string[] arguments)
        {
            Directory.CreateDirectory(Path.Combine(notebooks.folder, "c"));
            Directory.CreateDirectory(Path.Combine(notebooks.folder, "made", "a.html"));
            File.WriteAllText(Path.Combine(notebooks.folder, "d.ipynb"), "{");
            string[] names = ["a.ipynb", "b.ipynb", "c/b.ipynb"];
            var before = names.ToDictionary(
                name => name, name => notebooks.Write(name, Code($"System.IO.File.Create(\"{name[0]}.ran\");")));

            var (code, output, errors) = notebooks.Run(arguments);

            Assert.Equal(ExitCode.Usage, code);
            Assert.Contains(message, errors);
            Assert.Empty(output);
            Assert.Empty(Directory.GetFiles(notebooks.folder, "*.ran", SearchOption.AllDirectories));
            foreach (var (name, text) in before)
                Assert.Equal(text, File.ReadAllText(Path.Combine(notebooks.folder, name)));
        }

        [Theory]
        [InlineData("a.ipynb", "--in-place")]
        [InlineData("a.ipynb", "-o", "out.ipynb")]
        [InlineData("a.ipynb", "--check")]
        [InlineData("a.ipynb", "--help-notebook")]
        [InlineData("a.dib", "-o", "out.ipynb")]
        [InlineData("a.ipynb", "-f", "p.yaml")]
        public void Text_that_is_not_in_utf8_and_rewrites_nothing(params string[] arguments)
        {
            var text = notebooks.Write("a.ipynb", Parameters("var n = \"\u00e9\";")).Replace("\\u00E9", "\u00e9");
            if (!arguments.Contains("-f")) // the notebook or else the parameters
                File.WriteAllText(Path.Combine(notebooks.folder, "a.ipynb"), text, Encoding.Latin1);
            const string Dib = "#!csharp\nvar n = \"\u00e9\";";
            File.WriteAllText(Path.Combine(notebooks.folder, "a.dib"), Dib, Encoding.Latin1);
            File.WriteAllText(Path.Combine(notebooks.folder, "p.yaml"), "n: \u00e9", Encoding.Latin1);
            var before = File.ReadAllBytes(Path.Combine(notebooks.folder, arguments[0]));

            var (code, _, errors) = notebooks.Run(arguments);

            Assert.Equal(ExitCode.Usage, code);
            Assert.Matches(
                "(a.ipynb|a.dib|p.yaml): line [12]: expected text in UTF-8, but there are the bytes E9", errors);
            Assert.Equal(before, File.ReadAllBytes(Path.Combine(notebooks.folder, arguments[0])));
            Assert.False(File.Exists(Path.Combine(notebooks.folder, "out.ipynb")));
        }

        [Fact]
        public void A_file_that_is_no_notebook()
        {
            File.WriteAllText(Path.Combine(notebooks.folder, "a.ipynb"), "hello");

            Assert.Equal(ExitCode.Usage, notebooks.Run("a.ipynb", "-o", "out.ipynb").Code);
            Assert.False(File.Exists(Path.Combine(notebooks.folder, "out.ipynb")));
        }
    }

    [Fact]
    public void A_good_notebook_ends_with_0_its_parameters_in_place_and_the_source_untouched()
    {
        const string Sum = """
            #r "Adr.Interactive.dll"
            using static TorchSharp.torch;
            Console.WriteLine($"sum {ones(n, 2).sum().item<float>()}");
            """;
        var before = Write("a.ipynb", Parameters("var n = 1;"), Code(Sum));

        var (code, output, errors) = Run("a.ipynb", "-o", "made/out.ipynb", "-p", "n=3", "--html", "made/out.html");

        Assert.True(code == ExitCode.Fine, errors);
        Assert.Equal(["sum 6\n"], Streams("made/out.ipynb"));
        Assert.Contains("sum 6", File.ReadAllText(Path.Combine(folder, "made/out.html")));
        Assert.Equal(before, File.ReadAllText(Path.Combine(folder, "a.ipynb")));
        Assert.Matches(@"(?m)^\[3/3\] +[\d.]+ s  Console\.WriteLine", output);
    }

    [Fact]
    public void In_place_replaces_the_notebook()
    {
        Write("a.ipynb", Code("Console.Write(6 * 7);"));

        Assert.Equal(ExitCode.Fine, Run("a.ipynb", "--in-place").Code);
        Assert.Equal(["42"], Streams("a.ipynb"));
    }

    [Fact]
    public void Without_an_output_it_goes_to_the_artifacts_under_its_own_name()
    {
        var name = $"test-{Guid.NewGuid():N}.ipynb";
        var expected = Repository.Artifact("run", name);
        Write(name, Code("1"));
        try
        {
            Assert.Equal(ExitCode.Fine, Run(name).Code);
            Assert.True(File.Exists(expected));
        }
        finally
        {
            File.Delete(expected);
        }
    }

    [Fact]
    public void A_cell_that_fails_ends_the_run_with_1_and_what_came_before_is_kept()
    {
        Write("a.ipynb",
            Code("Console.Write(\"before\");"),
            Code("throw new InvalidOperationException(\"it is broken\");"),
            Code("Console.Write(\"after\");"));

        var (code, output, errors) = Run("a.ipynb", "-o", "out.ipynb");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("it is broken", errors);
        Assert.Contains("it is broken", output); // with its traceback, under the cell
        Assert.Equal(["before"], Streams("out.ipynb"));
    }

    [Fact]
    public void Allowed_errors_do_not_end_the_run_but_are_told()
    {
        Write("a.ipynb",
            Code("throw new InvalidOperationException(\"it is broken\");"),
            Code("Console.Write(\"after\");"));

        Assert.Equal(ExitCode.Failed, Run("a.ipynb", "-o", "out.ipynb", "--allow-errors").Code);
        Assert.Equal(["after"], Streams("out.ipynb"));
    }

    [Fact]
    public void A_cell_that_loops_forever_ends_with_3_and_what_came_before_is_kept()
    {
        Write("a.ipynb", Code("Console.Write(\"before\");"), Code("Console.Write(\"begun\"); while (true) { }"));

        var (code, _, errors) = Run("a.ipynb", "-o", "out.ipynb", "--timeout", "8", "--html", "out.html");

        Assert.Equal(ExitCode.Timeout, code);
        Assert.Contains("longer than its 8 s", errors);
        Assert.Equal(["before", "begun"], Streams("out.ipynb"));
        Assert.Contains("before", File.ReadAllText(Path.Combine(folder, "out.html")));
    }

    public static TheoryData<int> StoppingSignals =>
        [.. new[] { UnixSignal.Term, UnixSignal.HangUp, UnixSignal.Interrupt }
            .Where(signal => !UnixSignal.IsIgnored(signal))];

    [UnixTheory]
    [MemberData(nameof(StoppingSignals))]
    public async Task A_run_that_is_stopped_by_a_signal_writes_the_notebook_and_its_pages(int signal)
    {
        Write("a.ipynb", Code("Console.Write(\"before\");"),
            Code("System.IO.File.WriteAllText(\"begun\", \"\"); await Task.Delay(-1);"));
        string[] command = [Path.Combine(AppContext.BaseDirectory, "Adr.Cli.dll"), "run", "a.ipynb", "-o", "out.ipynb"];
        var start = new ProcessStartInfo("dotnet", [.. command, "--html", "out.html", "--markdown", "out.md"])
        {
            RedirectStandardOutput = true, WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            while (!File.Exists(Path.Combine(folder, "begun"))) await Task.Delay(50, patience.Token);
            UnixSignal.Send(process.Id, signal);
            await process.WaitForExitAsync(patience.Token);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
        Assert.Equal(ExitCode.Interrupted, process.ExitCode);
        Assert.Equal(["before"], Streams("out.ipynb"));
        foreach (var page in new[] { "out.html", "out.md" })
        {
            var text = File.ReadAllText(Path.Combine(folder, page));
            Assert.Contains("before", text);
            Assert.Contains("Interrupted", text);
        }
    }

    [Fact]
    public void An_engine_that_dies_ends_with_4_and_what_came_before_is_kept()
    {
        Write("a.ipynb",
            Code("Console.Write(\"before\");"),
            Code("System.Diagnostics.Process.GetCurrentProcess().Kill();"));

        var (code, _, _) = Run("a.ipynb", "-o", "out.ipynb");

        Assert.Equal(ExitCode.EngineDied, code);
        Assert.Equal(["before"], Streams("out.ipynb"));
    }

    [Theory]
    [InlineData(ExitCode.Failed, "1")]
    [InlineData(ExitCode.EngineDied, "System.Diagnostics.Process.GetCurrentProcess().Kill();")]
    public void A_page_that_cannot_be_written_fails_a_good_run_and_hides_no_other_failure(int expected, string last)
    {
        // in the way since the check
        Write("a.ipynb", Code("System.IO.Directory.CreateDirectory(\"out.html\");"), Code(last));

        var (code, _, errors) = Run("a.ipynb", "-o", "out.ipynb", "--html", "out.html");

        Assert.Equal(expected, code);
        Assert.Contains("out.html could not be written", errors);
        Assert.True(File.Exists(Path.Combine(folder, "out.ipynb")));
    }

    [Fact]
    public void A_notebook_that_can_no_longer_be_saved_is_a_failure_and_no_usage()
    {
        const string Block = """
            System.IO.Directory.Delete("made", true); System.IO.File.WriteAllText("made", "in the way");
            """;
        Write("a.ipynb", Code(Block), Code("1"));

        var (code, _, errors) = Run("a.ipynb", "-o", "made/out.ipynb");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Matches("^adr: .*made", errors);
    }

    [Fact]
    public void Several_notebooks_run_one_after_the_other_and_one_that_fails_does_not_stop_the_rest()
    {
        Write("a.ipynb", Parameters("var n = 1;"), Code("Console.Write(n);"));
        Write("b.ipynb", Parameters("var n = 1;"), Code("throw new Exception(\"no\");"));
        Write("c.ipynb", Parameters("var n = 1;"), Code("Console.Write(n + 1);"));

        var (code, output, _) = Run("a.ipynb", "b.ipynb", "c.ipynb", "-p", "n=4",
            "-o", "made", "--html", "pages", "--markdown", "pages");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Equal(["4"], Streams("made/a.ipynb"));
        Assert.Equal(["5"], Streams("made/c.ipynb"));
        Assert.True(File.Exists(Path.Combine(folder, "pages/b.html")));
        Assert.True(File.Exists(Path.Combine(folder, "pages/c.md")));
        Assert.Matches(@"a\.ipynb\W+success", output);
        Assert.Matches(@"b\.ipynb\W+failed", output);
        Assert.Matches(@"c\.ipynb\W+success", output);
    }

    [Fact]
    public void Where_one_of_several_cannot_run_none_does()
    {
        Write("a.ipynb", Parameters("var n = 1;"));
        Write("b.ipynb", Code("1"));

        var (code, output, errors) = Run("a.ipynb", "b.ipynb", "-p", "n=4", "-o", "made");

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains("b.ipynb: The notebook takes no parameters", errors);
        Assert.Empty(output);
        Assert.False(Directory.Exists(Path.Combine(folder, "made")));
    }

    [Fact]
    public void Parameters_come_from_a_file_and_from_the_command_line_which_wins()
    {
        Write("a.ipynb", Parameters("var n = 1; var name = \"\"; double[] rates = []; object free = new object();"),
            Code("Console.Write($\"{n} {name} {string.Join('|', rates)} {free.GetType().Name}\");"));
        File.WriteAllText(Path.Combine(folder, "p.yaml"), "n: 2\nname: 'from: file'\nrates: [0.5, 2]\n");
        File.WriteAllText(Path.Combine(folder, "p.json"), "{\"n\": 3, \"name\": \"from JSON\"}");

        Assert.Equal(ExitCode.Fine, Run("a.ipynb", "-o", "out.ipynb", "-f", "p.yaml").Code);
        Assert.Equal(["2 from: file 0.5|2 Object"], Streams("out.ipynb"));
        string[] files = ["-f", "p.yaml", "-f", "p.json"];
        Assert.Equal(ExitCode.Fine, Run(["a.ipynb", "-o", "out.ipynb", .. files, "-p", "rates=7"]).Code);
        Assert.Equal(["3 from JSON 7 Object"], Streams("out.ipynb"));
    }

    [Fact]
    public void Cells_that_ask_get_the_given_answers()
    {
        const string Asks = """
            #!set --name city --value @input:city
            Console.Write(city + await GetInputAsync("Your name?"));
            """;
        Write("a.ipynb", Code(Asks));
        string[] inputs = ["--input", "city=Hanoi, ", "--input", "Your name?=An"];

        Assert.Equal(ExitCode.Fine, Run(["a.ipynb", "-o", "out.ipynb", .. inputs]).Code);
        Assert.Equal(["Hanoi, An"], Streams("out.ipynb"));
    }

    [Fact]
    public void Only_the_cells_from_and_to_run_and_others_keep_their_outputs()
    {
        Write("a.ipynb", Code("Console.Write(1);"), Code("Console.Write(2);"), Code("Console.Write(3);"));
        Assert.Equal(ExitCode.Fine, Run("a.ipynb", "-o", "all.ipynb").Code);

        Assert.Equal(ExitCode.Fine, Run("a.ipynb", "-o", "out.ipynb", "--from", "2", "--to", "2").Code);
        Assert.Equal(["2"], Streams("out.ipynb"));
        Assert.Equal(ExitCode.Fine, Run("all.ipynb", "-o", "out.ipynb", "--from", "3").Code);
        Assert.Equal(["1", "2", "3"], Streams("out.ipynb"));
    }

    [Fact]
    public void A_run_that_takes_longer_than_it_may_ends_with_3()
    {
        Write("a.ipynb", Code("Console.Write(1);"), Code("await Task.Delay(-1);"));

        Assert.Equal(ExitCode.Timeout, Run("a.ipynb", "-o", "out.ipynb", "--run-timeout", "8").Code);
        Assert.Equal(["1"], Streams("out.ipynb"));
    }

    [Theory]
    [InlineData("new Pgd(threat, 1_000_000).Run(model, digits.Images, digits.Labels, ExampleSeeds.Sequence(1, 4));")]
    [InlineData("AutoAttackReport.Evaluate(new Evaluator(model, digits), new AutoAttack(ThreatModel.Linf(0.001)));")]
    [InlineData("new Trainer(model, new AdversarialTraining(new Pgd(threat, 5)), endless).Fit(digits);")]
    public async Task Training_and_attacks_stop_at_their_next_step_when_a_cell_is_stopped(string work)
    {
        Write("a.ipynb", Code($$"""
            #r "Adr.Interactive.dll"
            using Adr.Attacks; using Adr.Data; using Adr.Evaluation; using Adr.Models; using Adr.Training;
            using static TorchSharp.torch;
            var model = new MnistCnn(1); model.eval();
            var images = rand(4, 1, 28, 28);
            var names = Enumerable.Range(0, 10).Select(i => $"{i}").ToArray();
            var digits = new Dataset("noise", images, model.call(images).argmax(1), names);
            var threat = ThreatModel.Linf(0.1);
            var endless = new TrainingOptions { Epochs = 1_000_000 };
            """), Code($$"""
            Console.WriteLine("begun");
            try { {{work}} }
            catch (OperationCanceledException) { Console.Write("stopped at a step"); throw; }
            """));
        using var stop = new CancellationTokenSource();

        var result = await NotebookRunner.RunAsync(new RunOptions
        {
            NotebookPath = Path.Combine(folder, "a.ipynb"),
            OutputPath = Path.Combine(folder, "out.ipynb"),
            Engine = EngineCommand.ForHost(Path.Combine(AppContext.BaseDirectory, "Adr.Cli.dll")),
            StopGrace = TimeSpan.FromMinutes(2), // a step may be long on a busy machine
            Progress = happened =>
            {
                if (happened is StreamText { Text: "begun\n" }) stop.CancelAfter(TimeSpan.FromSeconds(1));
            },
        }, stop.Token);

        Assert.True(result.Outcome == RunOutcome.Interrupted, result.Message);
        Assert.Equal("begun\nstopped at a step", string.Concat(Streams("out.ipynb")));
    }

    [Fact]
    public void A_check_ends_with_1_where_outputs_are_no_longer_what_they_were()
    {
        const string Shows = """
            Console.WriteLine(DateTime.UtcNow.ToString("u"));
            Console.Write(Environment.GetEnvironmentVariable("SHOWN") ?? "one");
            """;
        Write("a.ipynb", Code(Shows));
        Assert.Equal(ExitCode.Fine, Run("a.ipynb", "-o", "first.ipynb").Code);

        var same = Run("first.ipynb", "-o", "out.ipynb", "--check");
        Assert.True(same.Code == ExitCode.Fine, same.Errors);
        Assert.Contains("The outputs are the same as before.", same.Output);
        string[] again = ["run", "first.ipynb", "-o", "out.ipynb", "--check"];
        var (code, _, errors) = CommandLine.Run(again, folder, ("SHOWN", "two"));
        Assert.Equal(ExitCode.Failed, code);
        Assert.Contains("Cell 1, from line 3 of its outputs:\n  - one\n  + two", errors);
    }

    [Fact]
    public void A_static_notebook_has_no_scripts_and_no_times_and_its_page_is_live()
    {
        const string Show = """
            using Microsoft.DotNet.Interactive.Formatting;
            new[]
            {
                new FormattedValue("application/vnd.plotly.v1+json", "{\"data\": [], \"layout\": {}}"),
                new FormattedValue("text/html", "<script>draw()</script>"),
                new FormattedValue("image/svg+xml", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
            }
            """;
        Write("a.ipynb", Code(Show), new JsonObject
        {
            ["cell_type"] = "markdown", ["metadata"] = new JsonObject(), ["source"] = "[b](b.md)",
        });

        Directory.CreateDirectory(Path.Combine(folder, "pages"));
        var (code, output, errors) = Run("a.ipynb", "--static", "-o", "made/", "--html", "pages");

        Assert.True(code == ExitCode.Fine, errors);
        Assert.EndsWith($"\npages/a.html\n{Path.Combine(folder, "made", "a.ipynb")}\n", output);
        var text = File.ReadAllText(Path.Combine(folder, "made/a.ipynb"));
        Assert.Contains("src=\\\"data:image/svg+xml;base64,", text);
        Assert.Contains("[b](../b.md)", text);
        string[] gone = ["\"image/svg+xml\": [", "vnd.plotly.v1+json\": {", "end_time", "iopub"];
        Assert.All(gone, words => Assert.DoesNotContain(words, text));
        Assert.Contains("data-plotly", File.ReadAllText(Path.Combine(folder, "pages/a.html")));
    }

    [Fact]
    public void A_page_has_the_scripts_of_outputs_or_none_at_all()
    {
        const string Show = """
            using Microsoft.DotNet.Interactive.Formatting;
            new[] { new FormattedValue("text/html", "<b onclick='run()'>shown</b><script>run()</script>") }
            """;
        Write("a.ipynb", Code(Show));

        var (code, _, errors) = Run("a.ipynb", "-o", "a1.ipynb", "--html", "with.html");
        Assert.True(code == ExitCode.Fine, errors);
        (code, _, errors) = Run("a.ipynb", "-o", "a2.ipynb", "--html", "without.html", "--no-scripts");
        Assert.True(code == ExitCode.Fine, errors);

        var page = File.ReadAllText(Path.Combine(folder, "with.html"));
        Assert.Contains("<b onclick=\"run()\">shown</b><script>run()</script>", page);
        page = File.ReadAllText(Path.Combine(folder, "without.html"));
        Assert.Contains("<b>shown</b>", page);
        Assert.Contains("script-src 'none'", page);
        Assert.DoesNotContain("<script", page);
    }

    [Fact]
    public void A_notebook_says_which_parameters_it_takes()
    {
        Write("a.ipynb", Parameters("var budget = \"quick\"; // smoke | quick\nint? seed = null;"));
        Write("b.ipynb", Code("1"));

        var (code, output, _) = Run("a.ipynb", "b.ipynb", "--help-notebook");

        Assert.Equal(ExitCode.Fine, code);
        Assert.Matches("""-p budget: string \(default "quick"\) +smoke \| quick""", output);
        Assert.Contains("-p seed: int? (default null)", output);
        Assert.Contains("The notebook takes no parameters", output);
    }

    [UnixFact]
    public async Task A_watched_notebook_runs_again_when_it_is_saved()
    {
        Write("a.ipynb", Code("Console.Write(1);"));
        string[] command = [Path.Combine(AppContext.BaseDirectory, "Adr.Cli.dll"), "run", "a.ipynb", "-o", "out.ipynb"];
        var start = new ProcessStartInfo("dotnet", [.. command, "--watch"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder,
        };
        using var process = Process.Start(start)!;
        try
        {
            await UntilWaiting(process);
            Assert.Equal(["1"], Streams("out.ipynb"));
            File.WriteAllText(Path.Combine(folder, "a.ipynb"), "half of an edit");
            await UntilWaiting(process);
            Write("a.ipynb", Code("Console.Write(2);"));
            await UntilWaiting(process);
            Assert.Equal(["2"], Streams("out.ipynb"));
            UnixSignal.Terminate(process.Id);
            Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
            Assert.Equal(ExitCode.Fine, process.ExitCode);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static async Task UntilWaiting(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
            if (line.StartsWith("Waiting until a.ipynb is saved", StringComparison.Ordinal)) return;
        Assert.Fail("The command ended: " + await process.StandardError.ReadToEndAsync(patience.Token));
    }

    [Fact]
    public void Runs_are_kept_with_the_artifacts_and_not_beside_the_notebook()
    {
        Write("a.ipynb", Code("Console.Write(Environment.GetEnvironmentVariable(\"ADR_RUNS\"));"));

        Assert.Equal(ExitCode.Fine, Run("a.ipynb", "-o", "out.ipynb").Code);
        Assert.Equal([Repository.Artifact("runs")], Streams("out.ipynb"));
    }

    private (int Code, string Output, string Errors) Run(params string[] arguments) =>
        CommandLine.Run(["run", .. arguments], folder);

    private static JsonObject Code(string source) => new()
    {
        ["cell_type"] = "code",
        ["metadata"] = new JsonObject(),
        ["execution_count"] = null,
        ["outputs"] = new JsonArray(),
        ["source"] = source,
    };

    private static JsonObject Parameters(string source)
    {
        var cell = Code(source);
        cell["metadata"]!["tags"] = new JsonArray("parameters");
        return cell;
    }

    private string Write(string name, params JsonObject[] cells)
    {
        var notebook = new JsonObject
        {
            ["cells"] = new JsonArray([.. cells]),
            ["metadata"] = new JsonObject
            {
                ["kernelspec"] = new JsonObject
                {
                    ["display_name"] = ".NET (C#)", ["language"] = "C#", ["name"] = ".net-csharp",
                },
            },
            ["nbformat"] = 4, ["nbformat_minor"] = 4,
        }.ToJsonString();
        File.WriteAllText(Path.Combine(folder, name), notebook);
        return notebook;
    }

    // What the cells wrote to standard output, cell by cell.
    private List<string> Streams(string name)
    {
        using var notebook = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, name)));
        return [.. notebook.RootElement.GetProperty("cells").EnumerateArray()
            .SelectMany(cell => cell.TryGetProperty("outputs", out var outputs) ? outputs.EnumerateArray() : [])
            .Where(output => Text(output, "output_type") == "stream" && Text(output, "name") == "stdout")
            .Select(output => output.GetProperty("text"))
            .Select(text => text.ValueKind == JsonValueKind.Array
                ? string.Concat(text.EnumerateArray().Select(line => line.GetString()))
                : text.GetString()!)];

            static string? Text(JsonElement output, string name) => output.GetProperty(name).GetString();
    }
}
