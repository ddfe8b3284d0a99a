using System.Text;
using Adr.Cli;
using Adr.Robustness.Damage;

namespace Adr.Robustness.Parsers;

/// <summary>Files with the parameters of a notebook, in YAML and in JSON.</summary>
internal sealed class ParameterFileParser() : Parser("parameters")
{
    private static readonly Form Json = new JsonForm(), Yaml = new TextForm("&a ", "*a ", "!!int ", "!<tag:", "? ",
        "- ", ": ", "{", "[", "}", "]", ",", "|\n", ">\n", "%YAML 9.9\n", "%TAG ! tag:\n", "---\n", "...\n", "\t",
        "\"", "'", "#", "<<: *a\n", "\0", "\uFEFF", "\\xZZ", "\"\\ud800\"", "@", "`");

    internal override IReadOnlyList<Sample> MakeSamples(string folder) =>
    [
        new("p.yaml", Encoding.UTF8.GetBytes(
            "epochs: 5\nrate: 0.1\nname: 'a: b'\nseeds: [1, 2.5, x, '3', ~]\n"
            + "more:\n  - 1\n  - \"ä\\n\"\nlast: |\n  text\n"), Yaml),
        new("p.json", Encoding.UTF8.GetBytes(
            "{\"epochs\": 5, \"rate\": 0.1, \"name\": \"a\\\"b\", \"seeds\": [1, null, \"3\"], \"on\": true}"), Json),
    ];

    internal override string Read(string path) => string.Join('\n', NotebookParameters.ReadFile(path));

    internal override bool Refuses(Exception error) => error is UsageException;
}
