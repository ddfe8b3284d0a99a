using System.Text;
using System.Text.Json.Nodes;
using Adr.Kernel.Notebooks;
using Adr.Testing;

namespace Adr.Kernel.Tests.Notebooks;

public class NotebookTests
{
    private const string Old = """
        {
          "cells": [
            {"cell_type": "markdown", "source": "# A title\nand text", "metadata": {}},
            {"cell_type": "code", "source": ["var x = 1;\n", "x"],
             "metadata": {"dotnet_interactive": {"language": "csharp"}, "odd": {"n": 1.50, "e": 1e5}},
             "execution_count": 3, "outputs": [
               {"output_type": "unknown", "whatever": [1, {"a": null}]},
               {"output_type": "execute_result", "execution_count": 3, "metadata": {},
                "data": {"text/plain": "1", "image/png": "aGk=", "application/vnd.x+json": {"k": [1.0]}}},
               {"output_type": "stream", "name": "stdout", "text": "a\nb"}]},
            {"cell_type": "future", "source": "kept", "metadata": {}}],
          "metadata": {
            "kernelspec": {"display_name": ".NET (C#)", "language": "C#", "name": ".net-csharp"},
            "language_info": {"name": "polyglot-notebook"}},
          "nbformat": 4, "nbformat_minor": 2, "extra": {"top": true}
        }
        """;

    public class Parse
    {
        [Fact]
        public void ReadsCellsOutputsAndOldMetadata()
        {
            var notebook = Notebook.Parse(Old);
            Assert.Equal(2, notebook.MinorVersion);
            Assert.Equal(".net-csharp", notebook.KernelName);
            Assert.Equal("A title", notebook.Title);
            Assert.Equal([CellKind.Markdown, CellKind.Code, CellKind.Other], notebook.Cells.Select(cell => cell.Kind));
            var code = notebook.Cells[1];
            Assert.Equal("var x = 1;\nx", code.Source);
            Assert.Equal("csharp", code.KernelName);
            Assert.Equal(3, code.ExecutionCount);
            Assert.Equal(["unknown", "execute_result", "stream"], code.Outputs.Select(output => output.Type));
            Assert.Equal("""{"k":[1.0]}""", code.Outputs[1].Data("application/vnd.x+json"));
            Assert.Equal("a\nb", code.Outputs[2].StreamText);
        }

        [Fact]
        public void NewKernelNameWinsOverOld()
        {
            var cell = new Cell(JsonNode.Parse("""
                {"cell_type": "code", "source": [], "metadata": {
                  "dotnet_interactive": {"language": "csharp"}, "polyglot_notebook": {"kernelName": "fsharp"}}}
                """)!.AsObject());
            Assert.Equal("fsharp", cell.KernelName);
        }

        [Theory]
        [InlineData("", "empty")]
        [InlineData("hello", "not JSON")]
        [InlineData("[]", "an array")]
        [InlineData("{}", "nbformat")]
        [InlineData("""{"nbformat": 3, "worksheets": []}""", "nbconvert")]
        [InlineData("""{"nbformat": 5, "cells": []}""", "newer")]
        [InlineData("""{"nbformat": 4}""", "'cells' is missing")]
        [InlineData("""{"nbformat": 4, "cells": [3]}""", "cell 1")]
        [InlineData("""{"nbformat": 4, "cells": [{"source": "x"}]}""", "cell 1: 'cell_type'")]
        [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "source": 5}]}""", "a number")]
        [InlineData(
            """{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": ["x"]}]}""", "output 1")]
        [InlineData("""{"nbformat": 4, "cells": [], "x": NaN}""", "NaN")]
        [InlineData("""{"nbformat": 4, "cells": [], "cells": []}""", "cells")]
        [InlineData("""{"nbformat": 4, "cells": [], "metadata": {"a": 1, "\u0061": 2}}""", "'a'")]
        [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "source": ""}]}""", "source")]
        [InlineData("""{"nbformat": "4", "cells": []}""", "'nbformat' is a string; expected a whole number")]
        [InlineData("""{"nbformat": 4.5, "cells": []}""", "'nbformat' is a number; expected a whole number")]
        [InlineData("""{"nbformat": 1e999, "cells": []}""", "'nbformat' is a number; expected a whole number")]
        [InlineData("""{"nbformat": null, "cells": []}""", "there is none")]
        [InlineData("""{"nbformat": 4, "nbformat_minor": "5", "cells": []}""", "'nbformat_minor' is a string")]
        [InlineData("""{"nbformat": 4, "nbformat_minor": -1, "cells": []}""", "this is 4.-1")]
        [InlineData("""{"nbformat": 4, "cells": [{"cell_type": null}]}""", "cell 1: 'cell_type'")]
        [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["a", 1]}]}""", "an array")]
        [InlineData("""{"nbformat": 4, "cells": [{"cell_type": "code", "metadata": []}]}""", "cell 1: 'metadata'")]
        [InlineData("""{"nbformat": 4, "cells": []} {}""", "not JSON")]
        [InlineData("\0", "not JSON")]
        public void SaysWhatIsWrong(string text, string expected) =>
            Assert.Contains(expected, Assert.Throws<NotebookFormatException>(() => Notebook.Parse(text)).Message);

        [Fact]
        public void SaysThatTextIsHalfACharacter()
        {
            var text = "{\"nbformat\": 4, \"cells\": [], \"metadata\": {\"x\": \"" + '\ud800' + "\"}}";
            var error = Assert.Throws<NotebookFormatException>(() => Notebook.Parse(text));
            Assert.Contains("half of a surrogate pair", error.Message);
        }

        [Theory]
        [InlineData("[", "]")]
        [InlineData("{\"a\":", "}")]
        public void SaysThatItIsTooDeep(string open, string close)
        {
            static string Times(string text, int n) => string.Concat(Enumerable.Repeat(text, n));
            foreach (var depth in new[] { 600, 100_000 })
            {
                foreach (var value in new[] { Times(open, depth) + "1" + Times(close, depth), Times(open, depth) })
                {
                    var text = $"{{\"nbformat\": 4, \"cells\": [], \"metadata\": {{\"x\": {value}}}}}";
                    var error = Assert.Throws<NotebookFormatException>(() => Notebook.Parse(text));
                    Assert.Contains("depth", error.Message);
                }
            }
        }

        [Theory]
        [InlineData("```bash\n# a comment\n```\n# The title", "The title")]
        [InlineData("~~~~\n```\n# a comment\n~~~~\n  # The title  ", "The title")]
        [InlineData("## Only a section", null)]
        public void TheTitleIsAHeadingAndNoCode(string markdown, string? expected)
        {
            var notebook = Notebook.Create();
            notebook.Add(Cell.Markdown(markdown));
            Assert.Equal(expected, notebook.Title);
        }

        [Fact]
        public void MissingFileIsNamed() =>
            Assert.Contains(
                "nowhere.ipynb", Assert.Throws<FileNotFoundException>(() => Notebook.Load("nowhere.ipynb")).Message);
    }

    public class ToJson
    {
        [Fact]
        public void KeepsUnknownKeysNumbersAndMinorVersion()
        {
            var text = Notebook.Parse(Old).ToJson();
            Assert.Contains("\"n\": 1.50", text);
            Assert.Contains("\"e\": 1e5", text);
            Assert.Contains("\"k\": [\n", text);
            Assert.Contains("1.0", text);
            Assert.Contains("\"nbformat_minor\": 2", text);
            Assert.DoesNotContain("\"id\"", text);
            var written = JsonNode.Parse(text)!;
            Assert.True(JsonNode.DeepEquals(written["extra"], JsonNode.Parse("""{"top": true}""")));
            Assert.True(JsonNode.DeepEquals(
                written["cells"]![1]!["outputs"]![0],
                JsonNode.Parse("""{"output_type": "unknown", "whatever": [1, {"a": null}]}""")));
            Assert.Equal("future", written["cells"]![2]!["cell_type"]!.GetValue<string>());
            Assert.Equal("aGk=", written["cells"]![1]!["outputs"]![1]!["data"]!["image/png"]!.GetValue<string>());
        }

        [Fact]
        public void WritesAsNbformatDoes()
        {
            var notebook = Notebook.Create();
            notebook.Add(Cell.Code("a\n\"b\" é 😀 <x>\u2028\u0001"));
            var expected = """
                {
                 "cells": [
                  {
                   "cell_type": "code",
                   "execution_count": null,
                   "id": "ID",
                   "metadata": {},
                   "outputs": [],
                   "source": [
                    "a\n",
                    "\"b\" é 😀 <x>LS\u0001"
                   ]
                  }
                 ],

                """.Replace("LS", "\u2028").Replace("ID", notebook.IdAfterWriting());
            Assert.StartsWith(expected.TrimEnd('\n'), notebook.ToJson());
            Assert.EndsWith("\n \"nbformat_minor\": 5\n}\n", notebook.ToJson());
        }

        [Fact]
        public void GivesValidUniqueIdsFrom45OnOnly()
        {
            var notebook = Notebook.Create();
            for (var i = 0; i < 3; i++) notebook.Add(Cell.Code("same"));
            notebook.Cells[0].Json["id"] = "kept_1";
            notebook.Cells[1].Json["id"] = "not valid!";
            var ids = Notebook.Parse(notebook.ToJson()).Cells.Select(cell => cell.Id!).ToList();
            Assert.Equal("kept_1", ids[0]);
            Assert.Equal(3, ids.Distinct().Count());
            Assert.All(ids, id => Assert.Matches("^[a-zA-Z0-9-_]{1,64}$", id));

            notebook.Json["nbformat_minor"] = 4;
            Assert.DoesNotContain("\"id\"", notebook.ToJson());
        }

        [Fact]
        public void ToleratesHalfOfASurrogatePair()
        {
            var text = Old.Replace("# A title", @"# A \ud83d title \ud83d\ude00 \\ud83d");
            Assert.StartsWith(
                "# A \ufffd title 😀 \\ud83d", Notebook.Parse(Notebook.Parse(text).ToJson()).Cells[0].Source);
        }

        [Theory]
        [InlineData(@"{""half"":""\ud83d""}", "{\"half\":\"\ufffd\"}")]
        [InlineData("{\"a\":1}", "{\"a\":1}")]
        [InlineData("no json", "\"no json\"")]
        public void ValuesOfJsonTypesAreWritten(string text, string expected) =>
            Assert.Equal(expected, Written(text).Data("application/json"));

        [Theory]
        [InlineData(400, '[')]
        [InlineData(505, '"')] // deeper than can be written: kept as text
        public void ValuesOfAnyDepthAreWritten(int depth, char first) =>
            Assert.Equal(first, Written(new string('[', depth) + new string(']', depth)).Data("application/json")![0]);

        private static Output Written(string json)
        {
            var notebook = Notebook.Create();
            notebook.Add(Cell.Code(""));
            notebook.Cells[0].SetOutputs(
                [Output.DisplayData(Output.Bundle([KeyValuePair.Create("application/json", json)]))]);
            return Notebook.Parse(notebook.ToJson()).Cells[0].Outputs[0];
        }

        [Law(MaxTest = 200, Arbitrary = [typeof(NotebookGen)])]
        public void ReadWriteReadIsTheSame(AnyNotebook any)
        {
            var once = Notebook.Parse(any.ToString()).ToJson();
            Assert.Equal(once, Notebook.Parse(once).ToJson());
            var (before, after) = (NotebookGen.Canonical(any.Json), NotebookGen.Canonical(JsonNode.Parse(once)!));
            Assert.Equal(before.ToJsonString(), after.ToJsonString());
        }
    }

    public class Save
    {
        [Fact]
        public void WritesUtf8WithoutMarkAndLeavesNoDraft()
        {
            var folder = Directory.CreateTempSubdirectory();
            try
            {
                var path = Path.Combine(folder.FullName, "sub", "a.ipynb");
                var notebook = Notebook.Create();
                notebook.Save(path);
                notebook.Add(Cell.Markdown("é"));
                notebook.Save(path);
                Assert.Equal(notebook.ToJson(), Encoding.UTF8.GetString(File.ReadAllBytes(path)));
                Assert.Equal((byte)'{', File.ReadAllBytes(path)[0]);
                Assert.Equal(["a.ipynb"], Directory.GetFiles(Path.GetDirectoryName(path)!).Select(Path.GetFileName));
                Assert.Equal("é", Notebook.Load(path).Cells[0].Source);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }
}
