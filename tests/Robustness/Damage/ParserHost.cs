using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Adr.Robustness.Parsers;

namespace Adr.Robustness.Damage;

/// <summary>One parser in a process of its own: inputs come on stdin, each answered by a line of JSON on
/// stdout.</summary>
internal static class ParserHost
{
    // What a thread has on Windows; with Linux' 8 MiB, deep nesting that is fatal elsewhere would pass.
    private const int StackSize = 1 << 20;

    /// <summary>Serves until stdin ends, which it also does when the test's process dies.</summary>
    internal static int Run(string name, string folder)
    {
        using var input = new BinaryReader(Console.OpenStandardInput());
        using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        Console.SetOut(TextWriter.Null); // of the parser
        using var cases = new BlockingCollection<(string File, byte[] Bytes)>();
        var parser = Parser.All.Single(parser => parser.Name == name);
        new Thread(() => Serve(parser, folder, cases, output), StackSize) { IsBackground = true }.Start();
        try
        {
            while (true)
            {
                var file = input.ReadString();
                cases.Add((file, input.ReadBytes(input.ReadInt32())));
            }
        }
        catch (EndOfStreamException)
        {
            return 0;
        }
    }

    /// <summary>Sends an input, as <see cref="Run"/> reads it.</summary>
    internal static void Send(BinaryWriter to, string file, byte[] bytes)
    {
        to.Write(file);
        to.Write(bytes.Length);
        to.Write(bytes);
        to.Flush();
    }

    private static void Serve(
        Parser parser, string folder, BlockingCollection<(string File, byte[] Bytes)> cases, StreamWriter output)
    {
        parser.Begin(folder);
        output.WriteLine("ready");
        using var own = Process.GetCurrentProcess();
        foreach (var (file, bytes) in cases.GetConsumingEnumerable())
        {
            var clock = Stopwatch.StartNew();
            var verdict = Judge(parser, folder, file, bytes);
            own.Refresh();
            output.WriteLine(JsonSerializer.Serialize(verdict with
            {
                Milliseconds = clock.Elapsed.TotalMilliseconds, PeakMebibytes = own.PeakWorkingSet64 / 1048576.0,
            }));
        }
    }

    private static Verdict Judge(Parser parser, string folder, string file, byte[] bytes)
    {
        try
        {
            var content = parser.Read(parser.Place(folder, file, bytes));
            return new(Outcome.Accepted, "", Content: Convert.ToHexString(
                SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..16]);
        }
        catch (Exception error)
        {
            if (!parser.Refuses(error)) return new(Outcome.Problem, error.ToString(), error.GetType().Name);
            return !error.Message.Contains(parser.Named(file), StringComparison.Ordinal)
                ? new(Outcome.Problem, error.Message, "no file named")
                : new(Outcome.Refused, error.Message);
        }
    }
}
