using Adr.Robustness.Damage;

namespace Adr.Robustness.Parsers;

/// <summary>A parser of this project: valid samples, the exception by which it refuses, and a way to read.</summary>
internal abstract class Parser(string name)
{
    /// <summary>All of them.</summary>
    internal static IReadOnlyList<Parser> All { get; } =
    [
        new IdxParser(isGzip: false), new IdxParser(isGzip: true), new CifarParser(), new CifarArchiveParser(),
        new SafetensorsParser(), new WeightsParser(), new TorchFileParser(), new NotebookParser(), new DibParser(),
        new MatrixParser(), new RunFolderParser(), new AttackStateParser(), new ReportParser(),
        new ParameterFileParser(), new ConnectionFileParser(), new MessageParser(), new DatasetFileParser(),
        new PositionsFileParser(),
    ];

    /// <summary>What tests and reports call it.</summary>
    internal string Name { get; } = name;

    /// <summary>What the words of a refusal must have in them; empty where there is no file to name.</summary>
    internal virtual string Named(string file) => file;

    /// <summary>Valid inputs. They may need files in <paramref name="folder"/>, which stay there.</summary>
    internal abstract IReadOnlyList<Sample> MakeSamples(string folder);

    /// <summary>Whether a checksum that the damaged file still has covers all that a parser reads of it.</summary>
    /// <remarks>The library's own files have a seal. Where the damage took it out, it is as in a file from elsewhere.
    /// </remarks>
    internal virtual bool IsCovered(Sample sample, Damaged damaged) =>
        damaged.IsCovered || IsSealed(sample.Bytes) && IsSealed(damaged.Bytes);

    /// <summary>Called once in the process that reads, with the folder of <see cref="MakeSamples"/>.</summary>
    internal virtual void Begin(string folder)
    {
    }

    /// <summary>Puts an input where it is read from; returns the path.</summary>
    internal virtual string Place(string folder, string file, byte[] bytes)
    {
        var path = Path.Combine(folder, "case", file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    /// <summary>Reads a file, as users do.</summary>
    /// <returns>What was read: the same text for the same content.</returns>
    internal abstract string Read(string path);

    /// <summary>Whether an exception is the one by which this parser refuses.</summary>
    internal abstract bool Refuses(Exception error);

    private static bool IsSealed(ReadOnlySpan<byte> file) => file.IndexOf("\"sha256:"u8) >= 0
        || file.IndexOf("\"seal\""u8) >= 0 || file.IndexOf("\"adr.seal\""u8) >= 0;
}
