using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Adr.Cli;
using Adr.Data;
using Adr.Models;
using Adr.Robustness.Damage;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Robustness.Parsers;

/// <summary>MNIST's files, plain or compressed.</summary>
internal sealed class IdxParser(bool isGzip) : Parser(isGzip ? "idx-gz" : "idx")
{
    private static readonly Form Plain = new ByteForm(), Packed = new GzipForm(Plain);

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, .. Values(60)];
        byte[] labels = [0, 0, 8, 1, 0, 0, 0, 70, .. Values(70)];
        if (!isGzip) return [new("images-idx3-ubyte", images, Plain), new("labels-idx1-ubyte", labels, Plain)];
        return
        [
            new("images-idx3-ubyte.gz", GzipForm.Pack(images), Packed),
            new("labels-idx1-ubyte.gz", GzipForm.Pack(labels, CompressionLevel.NoCompression), Packed),
        ];
    }

    internal override string Read(string path)
    {
        var (values, shape) = IdxReader.Read(path);
        return $"{string.Join('×', shape)} {Convert.ToHexString(values)}";
    }

    internal override bool Refuses(Exception error) => error is InvalidDataException;

    private static byte[] Values(int count) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * 37 % 10))];
}

/// <summary>The files of CIFAR-10 and CIFAR-100, two records each.</summary>
internal sealed class CifarParser() : Parser("cifar")
{
    private const string OfTen = "data_batch_1.bin", OfHundred = "train.bin";

    private static readonly Form Bytes = new ByteForm();

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "case"));
        File.WriteAllBytes(Path.Combine(folder, "case", "test_batch.bin"), Records(1, 1));
        File.WriteAllBytes(Path.Combine(folder, "case", "test.bin"), Records(1, 2));
        return [new(OfTen, Records(2, 1), Bytes), new(OfHundred, Records(2, 2), Bytes)];
    }

    internal override string Read(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        using var scope = NewDisposeScope();
        var (train, test) = Path.GetFileName(path) == OfTen
            ? Cifar10.Load(folder)
            : Cifar100.Load(CifarLabels.Fine, folder);
        using (train)
        using (test)
            return Convert.ToHexString(train.Images.bytes) + Convert.ToHexString(train.Labels.bytes);
    }

    internal override bool Refuses(Exception error) => error is InvalidDataException;

    internal static byte[] Records(int count, int labels) =>
        [.. Enumerable.Range(0, count * (labels + 3072)).Select(i => (byte)(i % (labels + 3072) < labels ? 7 : i))];
}

/// <summary>CIFAR's archive: with the hash that is expected, and as if the damaged file had been published.</summary>
internal sealed class CifarArchiveParser() : Parser("cifar-archive"), IDisposable
{
    private const string Checked = "cifar-100-binary.tar.gz", Published = "cifar-100-binary.published.tar.gz";
    private const string Inside = "cifar-100-binary", Train = "train.bin", Test = "test.bin";

    private static readonly Form Bytes = new ByteForm(), Packed = new GzipForm(new TarForm());

    private readonly TcpListener mirror = new(IPAddress.Loopback, 0);
    private string sha256 = "";

    // That is the name that it has on the web.
    internal override string Named(string file) => Checked;

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var file in new[] { Train, "fine_label_names.txt", Test })
            {
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{Inside}/{file}")
                {
                    DataStream = new MemoryStream(CifarParser.Records(1, 2)),
                    ModificationTime = DateTimeOffset.UnixEpoch,
                });
            }
        }
        var packed = GzipForm.Pack(tar.ToArray());
        File.WriteAllText(Path.Combine(folder, "sha256"), Convert.ToHexStringLower(SHA256.HashData(packed)));
        return [new(Checked, packed, Bytes), new(Published, packed, Packed)];
    }

    internal override bool IsCovered(Sample sample, Damaged damaged) => sample.File == Checked;

    internal override void Begin(string folder)
    {
        sha256 = File.ReadAllText(Path.Combine(folder, "sha256"));
        mirror.Start();
        _ = RefuseAsync();
    }

    internal override string Read(string path)
    {
        var folder = Path.Combine(Path.GetDirectoryName(path)!, "unpacked");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        var hash = Path.GetFileName(path) == Checked ? sha256 : Convert.ToHexStringLower(
            SHA256.HashData(File.ReadAllBytes(path)));
        File.Move(path, Path.Combine(folder, Checked));
        var set = new CifarSet("CIFAR-100", Inside, Checked, hash, [20, 100],
            [new CifarFile(Train, 1, "")], new CifarFile(Test, 1, ""));
        set.Download(folder, [$"http://127.0.0.1:{((IPEndPoint)mirror.LocalEndpoint).Port}/"], null, default);
        return string.Join('\n', Directory.GetFiles(folder).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(File.ReadAllBytes(file))}"));
    }

    // What cannot be fetched, and what was fetched and is no archive.
    internal override bool Refuses(Exception error) => error is IOException or InvalidDataException;

    public void Dispose() => mirror.Dispose();

    // a mirror that has nothing
    private async Task RefuseAsync()
    {
        while (true)
        {
            using var client = await mirror.AcceptTcpClientAsync();
            var stream = client.GetStream();
            _ = await stream.ReadAsync(new byte[4096]);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"));
        }
    }
}

/// <summary>Images and labels in a safetensors file, as other programs write them.</summary>
internal sealed class DatasetFileParser() : Parser("data-set-file")
{
    private static readonly Form Form = new SafetensorsForm();

    internal override IReadOnlyList<Sample> MakeSamples(string folder)
    {
        using var scope = NewDisposeScope();
        var pixels = arange(12, dtype: ScalarType.Byte).view(3, 1, 2, 2);
        return
        [
            Sample("floats.safetensors", pixels.to(ScalarType.Float32) / 12, ScalarType.Int64),
            Sample("bytes.safetensors", pixels, ScalarType.Int16),
        ];

        Sample Sample(string file, Tensor images, ScalarType labels)
        {
            var path = Path.Combine(folder, file);
            Safetensors.Write(path, new Dictionary<string, Tensor>
            {
                ["images"] = images, ["labels"] = tensor(new[] { 2, 0, 1 }).to(labels),
            });
            return new(file, File.ReadAllBytes(path), Form);
        }
    }

    internal override string Read(string path)
    {
        using var data = DatasetFile.Read(path, 3);
        return SafetensorsParser.Text([new("images", data.Images), new("labels", data.Labels)]);
    }

    internal override bool Refuses(Exception error) => error is InvalidDataException;
}

/// <summary>Lists of positions, one in a line.</summary>
internal sealed class PositionsFileParser() : Parser("positions")
{
    private static readonly Form Text = new TextForm("#", "\n", "\r", " ", "\t", "+", "-", ",", "\0", "\uFEFF");

    internal override IReadOnlyList<Sample> MakeSamples(string folder) =>
        [new("positions.txt", Encoding.UTF8.GetBytes("12 # a comment\n\n7\r\n0\n499\n"), Text)];

    internal override string Read(string path) => string.Join(' ', PositionsFile.Read(path, 500));

    internal override bool Refuses(Exception error) => error is UsageException;
}
