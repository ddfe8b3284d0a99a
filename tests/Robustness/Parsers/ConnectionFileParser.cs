using System.Text;
using Adr.Kernel.Jupyter;
using Adr.Robustness.Damage;

namespace Adr.Robustness.Parsers;

/// <summary>The file by which a client tells the kernel where to listen.</summary>
internal sealed class ConnectionFileParser() : Parser("connection")
{
    internal override IReadOnlyList<Sample> MakeSamples(string folder) =>
    [
        new("kernel.json", Encoding.UTF8.GetBytes("""
            {
              "shell_port": 52701, "iopub_port": 52702, "stdin_port": 52703, "control_port": 52704, "hb_port": 52705,
              "ip": "127.0.0.1", "key": "7c1e0a-94", "transport": "tcp", "signature_scheme": "hmac-sha256",
              "kernel_name": ".net-csharp", "jupyter_session": "/home/ä/a.ipynb"
            }
            """), new JsonForm()),
    ];

    internal override string Read(string path) => ConnectionFile.Load(path).ToString();

    internal override bool Refuses(Exception error) => error is ConnectionFileException;
}
