using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

[Properties(Arbitrary = [typeof(SafetensorsTests.Content), typeof(SafetensorsTests.Damaged)])]
public static class SafetensorsTests
{
    private static readonly ScalarType[] Types =
    [
        ScalarType.Float64, ScalarType.Float32, ScalarType.Float16, ScalarType.BFloat16,
        ScalarType.Int64, ScalarType.Int32, ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    /// <summary>What a file shall hold: shapes and types of its tensors, and metadata.</summary>
    public sealed record Content(
        (long[] Shape, ScalarType Type)[] Tensors, (string Key, string Value)[] Metadata, int Seed)
    {
        private static readonly Gen<(long[] Shape, ScalarType Type)> AnyTensor =
            from rank in Gen.Choose(0, 3)
            from shape in Gen.Choose(0, 4).ArrayOf(rank)
            from type in Gen.Elements(Types)
            select (shape.Select(size => (long)size).ToArray(), type);

        public static Arbitrary<Content> Any { get; } = Arb.From(
            from tensors in AnyTensor.ArrayOf().Resize(6)
            from values in Gen.Elements("", "text", "ε = 0.3", "{\"json\": [1, 2]}", "two\nlines").ArrayOf().Resize(3)
            from seed in Gen.Choose(0, 1_000_000)
            select new Content(tensors, [.. values.Select((value, i) => ($"key {i}", value))], seed),
            content => from at in Enumerable.Range(0, content.Tensors.Length)
                       select content with { Tensors = [.. content.Tensors[..at], .. content.Tensors[(at + 1)..]] });

        public override string ToString() =>
            $"seed {Seed}: {string.Join(", ", Tensors.Select(t => $"{t.Type}[{string.Join(',', t.Shape)}]"))}; " +
            string.Join(", ", Metadata.Select(pair => $"{pair.Key} = {pair.Value}"));

        internal Dictionary<string, Tensor> Make() =>
            Tensors.Select((t, i) => (Name: Name(i), Value: SplitMix.Tensor(Seed + i, 0, 100, t.Shape).to(t.Type)))
            .ToDictionary(pair => pair.Name, pair => pair.Value);

        private static string Name(int index) =>
            new[] { "a.weight", "b", "schöne/µ", "with \"quotes\"\\", "z" }[index % 5] + (index < 5 ? "" : index);
    }

    /// <summary>A file, and a share of it: where it is damaged.</summary>
    public sealed record Damaged(Content Content, double Place)
    {
        public static Arbitrary<Damaged> Any { get; } = Arb.From(
            from content in Content.Any.Generator
            from place in Gen.Choose(0, 9999)
            select new Damaged(content, place / 10_000.0),
            sample => Content.Any.Shrinker(sample.Content).Select(content => sample with { Content = content }));
    }

    private static void Write(string path, Content content, out Dictionary<string, Tensor> tensors) =>
        Safetensors.Write(path, tensors = content.Make(),
            content.Metadata.ToDictionary(pair => pair.Key, pair => pair.Value));

    public static class RoundTrip
    {
        [Law]
        public static void Gives_every_tensor_and_all_metadata_back(Content content)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Write(folder["file"], content, out var tensors);
            var (read, metadata) = Safetensors.Read(folder["file"]);
            Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
            foreach (var (name, tensor) in tensors)
            {
                Assert.Equal(tensor.dtype, read[name].dtype);
                Close.Same(tensor, read[name], name);
            }
            Assert.Equal(content.Metadata, metadata.Select(pair => (pair.Key, pair.Value)).OrderBy(pair => pair.Key));
            // no temporary file is left
            Assert.Equal(["file"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        }

        [Law(MaxTest = 30)]
        public static void Same_tensors_give_the_same_bytes_in_whatever_order(Content content)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Write(folder["one"], content, out var tensors);
            Safetensors.Write(folder["two"], tensors.Reverse().ToDictionary(),
                content.Metadata.Reverse().ToDictionary(pair => pair.Key, pair => pair.Value));
            Assert.Equal(File.ReadAllBytes(folder["one"]), File.ReadAllBytes(folder["two"]));
        }

        [Fact]
        public static void Tensors_in_another_memory_order_or_with_gradients_are_stored_by_value()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            var plain = arange(24, dtype: ScalarType.Float32).view(2, 3, 4);
            Safetensors.Write(folder["file"], new Dictionary<string, Tensor>
            {
                ["view"] = plain.transpose(0, 2),
                ["slice"] = plain.narrow(1, 1, 2),
                ["leaf"] = plain.clone().requires_grad_(true),
            });
            var (read, _) = Safetensors.Read(folder["file"]);
            Close.Same(plain.transpose(0, 2), read["view"], "view");
            Close.Same(plain.narrow(1, 1, 2), read["slice"], "slice");
            Close.Same(plain, read["leaf"], "leaf");
            Assert.False(read["leaf"].requires_grad);
        }
    }

    public static class Format
    {
        [Law] // the bytes, read here by the specification and nothing of ours
        public static void Is_the_specifications(Content content)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Write(folder["file"], content, out var tensors);
            var bytes = File.ReadAllBytes(folder["file"]);
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            Assert.Equal((byte)'{', bytes[8]);
            Assert.Equal(0, (8 + length) % 8);
            using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
            var expected = 0L;
            foreach (var entry in header.RootElement.EnumerateObject().Where(e => e.Name != "__metadata__")
                .OrderBy(e => e.Value.GetProperty("data_offsets")[1].GetInt64()))
            {
                var (begin, end) = (entry.Value.GetProperty("data_offsets")[0].GetInt64(),
                    entry.Value.GetProperty("data_offsets")[1].GetInt64());
                Assert.Equal(expected, begin);
                expected = end;
                var tensor = tensors[entry.Name];
                Assert.Equal(tensor.shape,
                    entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()));
                if (tensor.dtype != ScalarType.Float32) continue;
                Assert.Equal("F32", entry.Value.GetProperty("dtype").GetString());
                var values = Enumerable.Range(0, (int)tensor.numel())
                    .Select(i => 8 + length + (int)begin + 4 * i)
                    .Select(at => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(at)));
                Assert.Equal(Close.Doubles(tensor), values);
            }
            Assert.Equal(bytes.Length - 8 - length, expected);
        }

        [Fact]
        public static void Written_by_Python_is_read_here()
        {
            using var fixture = Fixture.Load("wilson");
            Assert.Equal(ScalarType.Int64, fixture["cases"].dtype);
            Assert.Equal([0L, 1L, 1L, 1L], Close.Longs(fixture["cases"]).Take(4));
            using var network = Fixture.Load("mnist_cnn");
            Assert.Equal("seed 1", network.Metadata["weights"]);
            Assert.Equal([3L, 1L, 28L, 28L], network["images"].shape);
        }

        [PythonFact]
        public static void Written_here_is_read_by_Python()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            var single = tensor(new[] { 1.5f, -0.1f, 3e-38f }).view(3, 1);
            Safetensors.Write(folder["file"], new Dictionary<string, Tensor>
            {
                ["f32/ä"] = single,
                ["f64"] = single.to(ScalarType.Float64) / 3,
                ["i64"] = tensor(new[] { long.MinValue, -1, long.MaxValue }),
                ["bool"] = tensor(new[] { true, false }), ["empty"] = zeros(0, 4), ["scalar"] = tensor(7),
            }, new Dictionary<string, string> { ["note"] = "ε = 0.3" });

            using var answer = Python.Run(Python.Script("safetensors_format.py"), folder["file"]);
            var tensors = answer.RootElement.GetProperty("tensors");
            Assert.Equal("ε = 0.3", answer.RootElement.GetProperty("metadata").GetProperty("note").GetString());
            Assert.Equal(6, tensors.EnumerateObject().Count());
            Assert.Equal([1.5, -0.1f, 3e-38f], Values("f32/ä").Select(v => v.GetDouble()));
            Assert.Equal([3, 1],
                tensors.GetProperty("f32/ä").GetProperty("shape").EnumerateArray().Select(v => v.GetInt32()));
            Assert.Equal(Close.Doubles(single).Select(v => v / 3), Values("f64").Select(v => v.GetDouble()));
            Assert.Equal([long.MinValue, -1, long.MaxValue], Values("i64").Select(v => v.GetInt64()));
            Assert.Equal([1, 0], Values("bool").Select(v => v.GetInt32()));
            Assert.Empty(Values("empty"));
            Assert.Equal(7, Assert.Single(Values("scalar")).GetInt32());

            IEnumerable<JsonElement> Values(string name) =>
                tensors.GetProperty(name).GetProperty("values").EnumerateArray();
        }
    }

    public static class Corruption
    {
        [Law]
        public static void A_file_cut_anywhere_is_refused(Damaged sample)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Write(folder["file"], sample.Content, out _);
            var bytes = File.ReadAllBytes(folder["file"]);
            Refused(folder, bytes[..(int)(sample.Place * bytes.Length)]);
        }

        [Law(MaxTest = 30)]
        public static void Bytes_after_the_end_are_refused(Damaged sample)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Write(folder["file"], sample.Content, out _);
            Refused(folder, [.. File.ReadAllBytes(folder["file"]), .. new byte[1 + sample.Content.Seed % 9]]);
        }

        // a byte changed in the header may leave another valid file; what must not happen is any other exception
        [Law(MaxTest = 200)]
        public static void A_changed_byte_of_the_header_gives_a_clear_error_or_a_valid_file(Damaged sample)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Write(folder["file"], sample.Content, out _);
            var bytes = File.ReadAllBytes(folder["file"]);
            var header = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            bytes[(int)(sample.Place * header)] ^= (byte)(1 + sample.Content.Seed % 255);
            File.WriteAllBytes(folder["file"], bytes);
            try
            {
                Safetensors.Read(folder["file"]);
            }
            catch (InvalidDataException error)
            {
                Assert.Contains(folder["file"], error.Message, StringComparison.Ordinal);
            }
        }

        [Law] // but for how a letter is spelt in the header
        public static void One_changed_bit_is_refused_or_changes_nothing(Damaged sample)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Write(folder["file"], sample.Content, out var tensors);
            var bytes = File.ReadAllBytes(folder["file"]);
            bytes[(int)(sample.Place * bytes.Length)] ^= (byte)(1 << sample.Content.Seed % 8);
            File.WriteAllBytes(folder["file"], bytes);
            try
            {
                var (read, metadata) = Safetensors.Read(folder["file"]);
                Assert.Equal(tensors.Keys.Order(), read.Keys.Order());
                foreach (var (name, tensor) in tensors) Close.Same(tensor, read[name], name);
                Assert.Equal(sample.Content.Metadata, metadata.Select(pair => (pair.Key, pair.Value)).Order());
            }
            catch (InvalidDataException error)
            {
                Assert.Contains(folder["file"], error.Message, StringComparison.Ordinal);
            }
        }

        [Fact] // the law above would hold without a seal where the header takes most of the file
        public static void One_changed_bit_of_a_value_is_refused()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Safetensors.Write(folder["file"], new Dictionary<string, Tensor> { ["a"] = ones(100) });
            var whole = File.ReadAllBytes(folder["file"]);
            for (var bit = 0; bit < 32; bit++)
            {
                var bytes = (byte[])whole.Clone();
                bytes[^(1 + bit * 12)] ^= (byte)(1 << bit % 8);
                Assert.Contains("does not fit its seal", Refused(folder, bytes), StringComparison.Ordinal);
            }
        }

        [Theory]
        [InlineData("adr.seal", "adr.seaL")]
        [InlineData("sha256:", "sha255:")]
        public static void A_seal_that_is_damaged_itself_is_refused(string from, string to)
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Safetensors.Write(folder["file"], new Dictionary<string, Tensor> { ["a"] = ones(2) });
            var text = Encoding.Latin1.GetString(File.ReadAllBytes(folder["file"]));
            Assert.Contains(from, text, StringComparison.Ordinal);
            Refused(folder, Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal)));
        }

        public static TheoryData<byte[], string> OtherFiles => new()
        {
            { [], "It is empty" },
            { [.. "version https://git-lfs.github.com/spec/v1\noid sha256:0a\nsize 9\n"u8], "git lfs pull" },
            { [.. "<!DOCTYPE html><html></html>"u8], "a web page" },
            { [.. "\n  <HTML lang=\"en\">"u8], "a web page" },
            { [.. "<html>"u8], "a web page" },
            { [.. "<?xml version=\"1.0\"?><Error>AccessDenied</Error>"u8], "XML" },
            { [.. "PK\u0003\u0004"u8, 20, 0, 8, 8, 0, 0, 1, 2, 3], "torch.save" },
            { [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20], "a Python pickle" },
            { [0x80, 4, 0x95, 16, 0, 0, 0, 0, 0, 0, 0, 0x7d], "a Python pickle" },
            { [0x80, 3, 0x7d, 0x71, 0, 0x2e], "a Python pickle" },
            { [0x89, .. "HDF\r\n\u001a\n"u8, 0, 0], "HDF5" },
            { [0x93, .. "NUMPY"u8, 1, 0, 0x76, 0], "NumPy" },
            { [.. "GGUF"u8, 3, 0, 0, 0, 1], "GGUF" },
            { [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], "gzip" },
            { [.. "{\"metadata\": {\"total_size\": 9}, \"weight_map\": {}}"u8], "JSON text" },
        };

        [Theory]
        [InlineData('{')]
        [InlineData('<')]
        public static void A_length_that_looks_like_text_is_none(char length)
        {
            using var folder = new TemporaryFolder();
            File.WriteAllBytes(folder["file"], [(byte)length, 0, 0, 0, 0, 0, 0, 0, .. new byte[length]]);
            var message = Assert.Throws<InvalidDataException>(() => Safetensors.Read(folder["file"])).Message;
            Assert.Contains("not valid JSON", message, StringComparison.Ordinal);
        }

        [Theory, MemberData(nameof(OtherFiles))]
        public static void A_file_that_is_something_else_is_named(byte[] bytes, string what)
        {
            using var folder = new TemporaryFolder();
            Assert.Contains(what, Refused(folder, bytes), StringComparison.Ordinal);
        }

        [Theory]
        [InlineData("[]", 0)]
        [InlineData("{\"a\":3}", 0)]
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"I32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4)]
        [InlineData("{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}", 0)]
        [InlineData("{\"__metadata__\":{\"k\":\"\\ud800\"}}", 0)]
        [InlineData("{\"\\ud800\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":1}", 4)]
        [InlineData("{\"__metadata__\":null}", 0)]
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":null,\"data_offsets\":[0,4]}}", 4)]
        [InlineData("{\"a\":{\"dtype\":null,\"shape\":[1],\"data_offsets\":[0,4]}}", 4)]
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4)]
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,1e1]}}", 4)]
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}", 4)] // not closed
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4)]
        [InlineData("{\"a\":{\"dtype\":\"F31\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4)]
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4)]
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4)]
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,6]}}", 6)]
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8)] // a hole
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4)]
        // overlap
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4)]
        // twice
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", 8)]
        // the product overflows to 0
        [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}", 0)]
        [InlineData("{\"__metadata__\":{\"k\":1}}", 0)]
        [InlineData("{\"__metadata__\":\"k\"}", 0)]
        public static void A_header_that_breaks_a_rule_is_refused(string header, int data)
        {
            using var folder = new TemporaryFolder();
            var text = Encoding.UTF8.GetBytes(header);
            var length = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
            Refused(folder, [.. length, .. text, .. new byte[data]]);
        }

        [Theory, InlineData(ulong.MaxValue), InlineData(1UL << 62), InlineData(100_000_001UL), InlineData(17UL)]
        public static void A_header_longer_than_the_file_is_refused_without_reading_it(ulong length)
        {
            using var folder = new TemporaryFolder();
            var bytes = new byte[24];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
            Refused(folder, bytes);
        }

        [Fact]
        public static void More_dimensions_than_there_can_be_are_refused()
        {
            using var folder = new TemporaryFolder();
            var ones = string.Join(",", Enumerable.Repeat(1, 65));
            var text = Encoding.UTF8.GetBytes(
                $$$"""{"a":{"dtype":"U8","shape":[{{{ones}}}],"data_offsets":[0,1]}}""");
            var length = BitConverter.GetBytes((long)text.Length);
            Assert.Contains("65 dimensions", Refused(folder, [.. length, .. text, 7]), StringComparison.Ordinal);
        }

        private static string Refused(TemporaryFolder folder, byte[] bytes)
        {
            File.WriteAllBytes(folder["broken"], bytes);
            var error = Assert.Throws<InvalidDataException>(() => Safetensors.Read(folder["broken"]));
            Assert.Contains(folder["broken"], error.Message, StringComparison.Ordinal);
            return error.Message;
        }
    }

    public static class Arguments
    {
        [Fact]
        public static void A_missing_file_or_folder_is_named()
        {
            using var folder = new TemporaryFolder();
            Assert.Throws<FileNotFoundException>(() => Safetensors.Read(folder["nowhere"]));
            Assert.ThrowsAny<IOException>(
                () => Safetensors.Write(Path.Combine(folder["nowhere"], "file"), new Dictionary<string, Tensor>()));
        }

        [Fact] // the name is a folder's: the file is written and cannot be put in its place
        public static void A_write_that_fails_at_the_end_leaves_nothing_behind()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Directory.CreateDirectory(folder["name"]);
            Assert.ThrowsAny<SystemException>(
                () => Safetensors.Write(folder["name"], new Dictionary<string, Tensor> { ["a"] = ones(2) }));
            Assert.Empty(Directory.GetFiles(folder.Path));
        }

        [Fact]
        public static void What_the_format_cannot_hold_is_refused_and_the_old_file_stays()
        {
            using var scope = NewDisposeScope();
            using var folder = new TemporaryFolder();
            Safetensors.Write(folder["file"], new Dictionary<string, Tensor> { ["a"] = ones(2) });
            Assert.ThrowsAny<ArgumentException>(
                () => Safetensors.Write(
                    folder["file"],
                    new Dictionary<string, Tensor> { ["a"] = zeros(2, dtype: ScalarType.ComplexFloat32) }));
            Assert.ThrowsAny<ArgumentException>(
                () => Safetensors.Write(folder["file"], new Dictionary<string, Tensor> { ["__metadata__"] = ones(2) }));
            Assert.ThrowsAny<ArgumentException>(
                () => Safetensors.Write(folder["file"], new Dictionary<string, Tensor>(),
                    new Dictionary<string, string> { ["adr.seal"] = "mine" }));
            Assert.Equal([1.0, 1.0], Close.Doubles(Safetensors.Read(folder["file"]).Tensors["a"]));
            Assert.Equal(["file"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        }
    }
}
