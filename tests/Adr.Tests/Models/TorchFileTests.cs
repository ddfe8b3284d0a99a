using System.IO.Compression;
using System.Text;
using Adr.Models;
using Adr.Testing;
using Adr.Tests.Data;
using Adr.Tests.Reference;
using TorchSharp;
using static TorchSharp.torch;

namespace Adr.Tests.Models;

/// <summary>Files of PyTorch: some that it wrote itself (tests/reference/torch_files.py), and some that it never
/// would.</summary>
public static class TorchFileTests
{
    private static string PathOf(string name) =>
        Path.Combine(AppContext.BaseDirectory, "fixtures", "torch", name + ".pt");

    [Theory]
    [InlineData("plain")]
    [InlineData("parameters")]
    [InlineData("checkpoint", "The weights are the file's \"state_dict\".", "\"module.\"")]
    [InlineData("legacy", "The weights are the file's \"state_dict\".", "\"module.\"")]
    [InlineData("protocol4", "The weights are the file's \"state_dict\".", "\"module.\"")]
    [InlineData("two_states", "The weights are the file's \"net\". It also holds others: \"ema_state_dict\".")]
    public static void What_torch_save_wrote_is_read_and_what_was_taken_is_said(string file, params string[] expected)
    {
        using var scope = NewDisposeScope();
        using var model = SplitMix.Fill(new ToyMlp(0), 1);
        var notes = new List<string>();

        using var loaded = Networks.Load(PathOf(file), "toy-mlp", notes.Add);
        using var other = new ToyMlp(7);
        Weights.Load(other, PathOf(file));

        Assert.Equal(expected.Length, notes.Count);
        Assert.All(expected.Zip(notes),
            pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        foreach (var (name, value) in model.state_dict())
        {
            Close.Same(value, loaded.state_dict()[name], name);
            Close.Same(value, other.state_dict()[name], name);
        }
    }

    [Fact]
    public static void A_wide_network_of_TRADES_class_inside_a_wrapper_in_half_precision_is_read()
    {
        using var scope = NewDisposeScope();
        var notes = new List<string>();
        using var model = Assert.IsType<Normalized>(
            Networks.Load(PathOf("wide_resnet_10_1"), "wide-resnet-10-1", notes.Add));
        Assert.Equal("wide-resnet-10-1@cifar-10", model.Architecture);
        Assert.Equal(
        [
            "The weights are the file's \"state_dict\".",
            $"Every other name in '{PathOf("wide_resnet_10_1")}' begins with \"module.\". It was left out.",
            "The weights \"sub_block1.…\" were left out: the network does not use them.",
            "The images are normalised by the file's mean [0.4914, 0.4822, 0.4465] and std [0.2471, 0.2435, 0.2616].",
        ], notes);
        using var expected = SplitMix.Fill(new WideResNet(0, depth: 10, width: 1), 1);
        var own = model.Inner.state_dict();
        foreach (var (name, value) in expected.state_dict())
            Close.Same(value.to(ScalarType.Float16).to(value.dtype), own[name], name);
    }

    [Fact]
    public static void Tensors_are_read_in_every_layout_and_type()
    {
        using var scope = NewDisposeScope();
        var tensors = TorchFile.Read(PathOf("layouts"), _ => Assert.Fail("there is nothing to say"));
        var whole = arange(24, dtype: ScalarType.Float32);
        Close.Same(whole.reshape(2, 3, 2, 2), tensors["channels_last"], "channels_last");
        Close.Same(whole.reshape(4, 6).t(), tensors["transposed"], "transposed");
        Close.Same(whole[5..17], tensors["offset"], "offset");
        Assert.Equal([1, 6, 11, 16, 21], Close.Doubles(tensors["steps"]));
        Close.Same(whole, tensors["shared"], "shared");
        Assert.Equal((7L, 0L), (tensors["scalar"].item<long>(), tensors["scalar"].dim()));
        Assert.Equal([0L, 3], tensors["empty"].shape);
        foreach (var (name, type) in new[]
        {
            ("float64", ScalarType.Float64), ("float16", ScalarType.Float16), ("bfloat16", ScalarType.BFloat16),
            ("int64", ScalarType.Int64), ("int32", ScalarType.Int32), ("int16", ScalarType.Int16),
            ("int8", ScalarType.Int8), ("uint8", ScalarType.Byte),
        })
        {
            Assert.Equal(type, tensors[name].dtype);
            Close.Same(whole, tensors[name].to(ScalarType.Float32), name);
        }
        Close.Same(whole.gt(11).to(ScalarType.Float32), tensors["bool"].to(ScalarType.Float32), "bool");
    }

    [Theory]
    [InlineData("hostile_system", "posix.system")]
    [InlineData("hostile_legacy", "posix.system")]
    [InlineData("hostile_protocol4", "posix.system")]
    [InlineData("hostile_key", "posix.system")]
    [InlineData("hostile_eval", "__builtin__.eval")]
    [InlineData("hostile_exec", "__builtin__.exec")]
    [InlineData("hostile_popen", "commands.Popen")]
    [InlineData("hostile_open", "io.open")]
    [InlineData("hostile_getattr", "__builtin__.getattr")]
    [InlineData("hostile_obj", "posix.system")]
    [InlineData("hostile_abort", "os.abort")]
    [InlineData("hostile_dotted_name", "torch.serialization.os")]
    [InlineData("hostile_model", "__main__.Network")]
    public static void A_pickle_that_asks_for_more_than_weights_is_refused_and_nothing_runs(string file, string what)
    {
        var message = Refused(PathOf(file));
        Assert.Contains($"its pickle asks Python for {what}, which weights alone do not need. Nothing was run.",
            message, StringComparison.Ordinal);
        Assert.Contains("save its state_dict alone", message, StringComparison.Ordinal);
        Assert.False(File.Exists("pwned"));
    }

    [Theory]
    [InlineData("hostile_inst", "0x69, which weights do not need")]
    [InlineData("hostile_extension", "0x82, which weights do not need")]
    public static void So_is_one_with_other_instructions(string file, string message) =>
        Assert.Contains(message, Refused(PathOf(file)), StringComparison.Ordinal);

    [Fact]
    public static void Every_hostile_file_is_tried() => Assert.Equal(15,
        Directory.GetFiles(Path.GetDirectoryName(PathOf("x"))!, "hostile_*.pt").Length);

    [Fact]
    public static void A_checkpoint_with_several_states_of_unknown_names_is_refused() =>
        Assert.Contains("several state_dicts: \"best\", \"final\"", Refused(PathOf("unnamed_states")),
            StringComparison.Ordinal);

    private static readonly byte[] OneTensor = TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), 0, [4, 6]));

    // a pickle of the archive's, and what is wrong with it
    private static readonly (string Name, Func<byte[]> Make, string Message)[] Pickles =
    [
        ("no dictionary", () => TorchZip.Program(TorchZip.Number(3)), "holds no state_dict"),
        ("a tensor", () => TorchZip.Program(TorchZip.Tensor(TorchZip.Storage(), 0, [24])), "a single tensor"),
        ("no tensors", () => TorchZip.Program(TorchZip.Dictionary(TorchZip.Text("a"), TorchZip.Number(1))),
            "but \"a\""),
        ("no pickle at all", () => [], "cut short"),
        ("protocol 9", () => [0x80, 9, .. "}."u8], "protocol 9"),
        ("nothing on the stack", () => [0x80, 2, .. "."u8], "lacks its values"),
        ("no mark", () => [0x80, 2, .. "t."u8], "lacks its mark"),
        ("below a mark", () => [0x80, 2, .. "N(0."u8], "lacks its values"),
        ("a memo that is not there", () => [0x80, 2, .. "h"u8, 3, .. "."u8], "recalls value 3"),
        ("a huge memo", () => [0x80, 2, .. "Nr"u8, 255, 255, 255, 127, .. "."u8], "as number 2147483647"),
        ("a memo beyond", () => [0x80, 2, .. "Nr"u8, 255, 255, 255, 255, .. "."u8], "beyond 2³¹ − 1"),
        ("a long text", () => [0x80, 2, .. "X"u8, 255, 255, 255, 127, .. "abc."u8], "more than 67108864 bytes"),
        ("a text past the end", () => [0x80, 2, .. "X"u8, 0, 0, 255, 0, .. "abc."u8], "cut short"),
        ("bytes that are no text", () => [0x80, 2, .. "X"u8, 2, 0, 0, 0, 0xC3, 0x28, .. "."u8], "not valid UTF-8"),
        ("a name without an end", () => [0x80, 2, .. "c"u8, .. new byte[2000]], "without an end"),
        ("a call of no type", () => [0x80, 2, .. "N)R."u8], "cannot be called"),
        ("a call of a storage type", () => [0x80, 2, .. "ctorch\nFloatStorage\n)R."u8], "cannot be called"),
        ("a list for arguments", () => [0x80, 2, .. "ccollections\nOrderedDict\n]R."u8], "cannot be called"),
        ("items of a list", () => [0x80, 2, .. "]NNs."u8], "no dictionary"),
        ("an odd number of items", () => [0x80, 2, .. "}(Nu."u8], "has no value"),
        ("one list made into a dictionary again and again", () =>
            [0x80, 2, .. "]q\0("u8, .. Enumerable.Range(0, 1000).SelectMany(Pair), .. "e"u8, 0x85, .. "q\u0001"u8,
                .. "0ccollections\nOrderedDict\nq\u00020"u8,
                .. Enumerable.Range(0, 3000).SelectMany(_ => "h\u0002h\u0001R0"u8.ToArray()), .. "N."u8],
            "more than 2097152"),
        ("a list as key", () => [0x80, 2, .. "}]Ns."u8], "neither text nor a number"),
        ("an append to a dictionary", () => [0x80, 2, .. "}Na."u8], "no list"),
        ("too many values", () => [0x80, 2, .. Many('}', 2_200_000), .. "."u8],
            "more than 2097152"),
        ("too many marks", () => [0x80, 2, .. Many('(', 2_200_000), .. "."u8],
            "more than 2097152"),
        ("deep nesting", () => [0x80, 2, .. "N"u8, .. Many('\u0085', 1_000_000), .. "."u8],
            "no state_dict"),
        ("a persistent id of another kind", () => TorchZip.State([.. TorchZip.Text("module"), .. "Q"u8]),
            "something else"),
        ("a storage of another type", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage("QInt8"), 0, [24])),
            "torch.QInt8Storage"),
        ("a storage outside", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(key: "../data.pkl"), 0, [24])),
            "calls a storage '../data.pkl'"),
        ("a storage with a sign", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(key: "-1"), 0, [24])),
            "calls a storage '-1'"),
        ("a storage that is not there", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(key: "1"), 0, [24])),
            "lacks storage 1"),
        ("a storage described in two ways", () => TorchZip.Program(TorchZip.Dictionary(
            TorchZip.Text("a"), TorchZip.Tensor(TorchZip.Storage(), 0, [4]),
            TorchZip.Text("b"), TorchZip.Tensor(TorchZip.Storage("Int"), 0, [4]))), "in two ways"),
        ("a small storage", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(count: 23), 0, [23])), "96 bytes"),
        ("a large storage", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(count: 25), 0, [25])), "96 bytes"),
        ("a storage of gigabytes", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(count: 1L << 28), 0,
            [1L << 28])),
            "96 bytes"),
        ("a storage beyond 2 GiB", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(count: 1L << 40), 0,
            [1L << 40])),
            "can be read"),
        ("the largest storage", () => TorchZip.State(
            TorchZip.Tensor(TorchZip.Storage(count: long.MaxValue), 0, [long.MaxValue])), "can be read"),
        ("a negative storage", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(count: -1), 0, [1])),
            "something else"),
        ("too many numbers", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), 0, [5, 5])), "too few"),
        ("an offset past the end", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), 24, [])), "too few"),
        ("a view past the end", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), 20, [5])), "too few"),
        ("a negative offset", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), -1, [1])), "too few"),
        ("a negative size", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), 0, [-1])), "whole numbers"),
        ("a negative stride", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), 20, [2], [-1])),
            "whole numbers"),
        ("strides past the end", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), 0, [2, 2], [23, 1])),
            "too few"),
        ("a product that overflows", () => TorchZip.State(TorchZip.Tensor(
            TorchZip.Storage(), 0, [1L << 32, 1L << 32], [0, 0])), "too few"),
        ("a product that overflows 128 bits", () => TorchZip.State(TorchZip.Tensor(
            TorchZip.Storage(), 0, [long.MaxValue, long.MaxValue, long.MaxValue], [0, 0, 0])), "too few"),
        ("a position that overflows", () => TorchZip.State(TorchZip.Tensor(
            TorchZip.Storage(), 1, [2, 2], [long.MaxValue, long.MaxValue])), "too few"),
        ("numbers that are repeated", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), 0, [1000, 1000],
            [0, 0])),
            "too few"),
        ("no numbers in sizes that overflow", () => TorchZip.State(TorchZip.Tensor(
            TorchZip.Storage(), 0, [0, long.MaxValue, long.MaxValue])), "too few"),
        ("65 dimensions", () => TorchZip.State(TorchZip.Tensor(
            TorchZip.Storage(), 0, [.. Enumerable.Repeat(1L, 65)])), "65 sizes"),
        ("sizes without strides", () => TorchZip.State(TorchZip.Tensor(TorchZip.Storage(), 0, [2, 2], [1])),
            "2 sizes and 1"),
        ("a tensor of nothing", () => TorchZip.State([.. "ctorch._utils\n_rebuild_tensor_v2\n)R"u8]), "something else"),
        ("a parameter of nothing", () => TorchZip.State([.. "ctorch._utils\n_rebuild_parameter\n)R"u8]), "no tensor"),
        ("a name that is none", () => [0x80, 2, .. "NN"u8, 0x93, .. "."u8], "has no name"),
        ("a name for terminals", () => [0x80, 2, .. "c\u001b[2J\n\u0007\n."u8], "asks Python for ?"),
    ];

    public static TheoryData<string> PickleNames => [.. Pickles.Select(one => one.Name)];

    [Theory, MemberData(nameof(PickleNames))]
    public static void A_pickle_that_is_wrong_is_refused_in_words_and_in_little_memory(string name)
    {
        var (_, make, message) = Pickles.Single(one => one.Name == name);
        CheckRefused(TorchZip.With(make()), message, 400);
    }

    private static readonly (string Name, Func<byte[]> Make, string Message)[] Archives =
    [
        ("no pickle", () => TorchZip.Archive(("a/data/0", new byte[96])), "with 0 pickles"),
        ("two", () => TorchZip.Archive(("a/data.pkl", OneTensor), ("b/data.pkl", OneTensor)), "with 2 pickles"),
        ("the same entry twice", () => TorchZip.Archive(("a/data.pkl", OneTensor), ("a/data.pkl", OneTensor)),
            "same name"),
        ("a way out", () => TorchZip.Archive(("a/data.pkl", OneTensor), ("a/../../b", [1])), "'..'"),
        ("a way out of Windows", () => TorchZip.Archive(("a/data.pkl", OneTensor), ("a\\..\\b", [1])), "'..'"),
        ("TorchScript", () => TorchZip.Archive(("a/data.pkl", OneTensor), ("a/constants.pkl", [1])), "TorchScript"),
        ("big-endian", () => TorchZip.Archive(("a/data.pkl", OneTensor), ("a/data/0", new byte[96]),
            ("a/byteorder", [.. "big"u8])), "big-endian"),
        ("numpy's", () => TorchZip.Archive(("w.npy", [.. "\u0093NUMPY"u8])), "with 0 pickles"),
        ("compressed", () => TorchZip.Archive(CompressionLevel.Optimal, ("a/data.pkl", OneTensor),
            ("a/data/0", new byte[96])),
            "does not compress"),
        ("a bomb", () => TorchZip.Archive(CompressionLevel.SmallestSize, ("a/data.pkl", OneTensor),
            ("a/data/0", new byte[100_000_000])), "does not compress"),
        ("a bomb for a pickle", () => TorchZip.Archive(CompressionLevel.SmallestSize,
            ("a/data.pkl", [0x80, 2, .. Many('}', 60_000_000), .. "."u8])), "does not compress"),
        ("entries over one another", () => Overlapping(), "more bytes than the file has"),
    ];

    public static TheoryData<string> ArchiveNames => [.. Archives.Select(one => one.Name)];

    [Theory, MemberData(nameof(ArchiveNames))]
    public static void An_archive_that_is_wrong_is_refused_in_words_and_in_little_memory(string name)
    {
        var (_, make, message) = Archives.Single(one => one.Name == name);
        CheckRefused(make(), message, 8);
    }

    private static void CheckRefused(byte[] bytes, string message, long mebibytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["weights.pt"], bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains(message, Refused(folder["weights.pt"]), StringComparison.Ordinal);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) >> 20, 0, mebibytes);
    }

    [Fact]
    public static void Content_that_was_changed_does_not_fit_its_checksum()
    {
        using var folder = new TemporaryFolder();
        var whole = TorchZip.With(OneTensor);
        var text = Encoding.Latin1.GetString(whole);
        foreach (var (at, what) in new[] { (text.IndexOf("storage", StringComparison.Ordinal), "data.pkl"),
            (text.IndexOf("a/data/0", StringComparison.Ordinal) + 30, "data/0") })
        {
            var bytes = (byte[])whole.Clone();
            bytes[at] ^= 1;
            File.WriteAllBytes(folder["weights.pt"], bytes);
            Assert.Contains($"its {what} does not fit its checksum", Refused(folder["weights.pt"]),
                StringComparison.Ordinal);
        }
    }

    [Theory, InlineData("plain"), InlineData("legacy")]
    public static void A_file_that_is_cut_short_anywhere_is_refused(string file)
    {
        using var folder = new TemporaryFolder();
        var whole = File.ReadAllBytes(PathOf(file));
        for (var length = 16; length < whole.Length; length += length < whole.Length - 64 ? 61 : 1)
        {
            File.WriteAllBytes(folder["weights.pt"], whole[..length]);
            Refused(folder["weights.pt"]);
        }
    }

    [Fact]
    public static void The_older_form_is_refused_where_it_says_what_it_does_not_hold()
    {
        using var folder = new TemporaryFolder();
        var whole = File.ReadAllBytes(PathOf("legacy"));
        Assert.True(TorchFile.IsOne(PathOf("legacy")));
        Assert.Contains("torch.save did not write it", Changed(bytes => bytes[6] ^= 1), StringComparison.Ordinal);
        Assert.Contains("older form that is not known", Changed(bytes => bytes[18]++), StringComparison.Ordinal);
        var text = Encoding.Latin1.GetString(whole);
        var littleEndian = text.IndexOf("little_endian", StringComparison.Ordinal);
        Assert.Contains("big-endian", Changed(bytes => bytes[littleEndian + 15] = 0x89), StringComparison.Ordinal);
        // behind the list of the storages is the count of the first one
        var list = text.LastIndexOf("\u0080\u0002]q", StringComparison.Ordinal);
        var count = text.IndexOf("e.", list, StringComparison.Ordinal) + 2;
        Assert.Contains("has not the", Changed(bytes => bytes[count]++), StringComparison.Ordinal);
        Assert.Contains("has not the", Changed(bytes => bytes[count + 7] = 0x80), StringComparison.Ordinal);

        string Changed(Action<byte[]> change)
        {
            var bytes = (byte[])whole.Clone();
            change(bytes);
            File.WriteAllBytes(folder["weights.pt"], bytes);
            return Refused(folder["weights.pt"]);
        }
    }

    [Fact]
    public static void Safetensors_whose_header_begins_like_a_pickle_are_read()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var padding = "";
        while (true)
        {
            Safetensors.Write(folder["weights"], new Dictionary<string, Tensor> { ["a"] = ones(2) },
                new Dictionary<string, string> { ["about"] = padding });
            var length = BitConverter.ToInt64(File.ReadAllBytes(folder["weights"]));
            if (length == 0x280) break; // 80 02 00 …
            Assert.InRange(length, 1, 0x280);
            padding += "........";
        }
        Assert.False(TorchFile.IsOne(folder["weights"]));
        Assert.Equal([1.0, 1.0], Close.Doubles(StoredWeights.Read(folder["weights"], null).Tensors["a"]));
    }

    [Fact]
    public static void A_pickle_that_is_no_file_of_PyTorch_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["weights.pt"], [0x80, 3, .. "}q\0X\u0001\0\0\0aK\u0001s."u8]);
        Assert.Contains("a Python pickle, but torch.save did not write it", Refused(folder["weights.pt"]),
            StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => Networks.Load(folder["absent.pt"], "toy-mlp"));
    }

    [Fact]
    public static void What_is_beside_the_tensors_is_left_out_and_said()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["weights.pt"], TorchZip.With(TorchZip.Program(TorchZip.Dictionary(
            TorchZip.Text("w"), TorchZip.Tensor(TorchZip.Storage(), 0, [4, 6]),
            TorchZip.Text("epoch"), TorchZip.Number(3)))));
        var notes = new List<string>();
        Assert.Equal([4L, 6], TorchFile.Read(folder["weights.pt"], notes.Add)["w"].shape);
        Assert.Equal(["What is no tensor was left out of the weights: \"epoch\"."], notes);
    }

    [Theory, InlineData(1), InlineData(3)] // beside a state_dict, whichever key has it, there may be lone tensors
    public static void A_single_state_dict_is_found_beside_fewer_tensors(int others)
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        var tensor = TorchZip.Tensor(TorchZip.Storage(), 0, [4, 6]);
        var state = TorchZip.Dictionary(TorchZip.Text("a"), tensor, TorchZip.Text("b"), tensor);
        File.WriteAllBytes(folder["weights.pt"], TorchZip.With(TorchZip.Program(TorchZip.Dictionary(
            [TorchZip.Text("weights"), state,
            .. Enumerable.Range(0, others).SelectMany(i => new[] { TorchZip.Text($"best{i}"), tensor })]))));
        Assert.Equal(others < 2 ? ["a", "b"] : ["best0", "best1", "best2"],
            TorchFile.Read(folder["weights.pt"]).Keys.Order());
    }

    [Fact] // a dictionary whose keys all have one hash takes a time that grows with their square
    public static void Keys_that_are_chosen_to_have_one_hash_do_not()
    {
        byte[] program = [0x80, 2, .. "}("u8, .. Enumerable.Range(1, 1000).SelectMany(i => (byte[])[0x8A, 8,
            .. BitConverter.GetBytes(((long)i << 32) | (long)i), .. "N"u8]), .. "u."u8];
        var made = (Dictionary<object, object?>)new Unpickler(new MemoryStream(program)).Load()!;
        Assert.Equal(1000, made.Count);
        Assert.Single(made.Keys.Select(key => key.GetHashCode()).Distinct());
        Assert.True(made.Keys.Select(key => made.Comparer.GetHashCode(key)).Distinct().Count() > 900);
    }

    [Fact]
    public static void Names_of_a_strangers_tensors_are_shown_without_what_a_terminal_obeys()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["weights.pt"], TorchZip.With(TorchZip.Program(TorchZip.Dictionary(
            TorchZip.Text("a\u001b[2J"), TorchZip.Tensor(TorchZip.Storage(), 0, [4, 6])))));
        using var model = nn.Flatten();
        var message = Assert.Throws<InvalidDataException>(() => Weights.Load(model, folder["weights.pt"])).Message;
        Assert.Contains("a?", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', message);
    }

    private static byte[] Pair(int key) => [.. "J"u8, .. BitConverter.GetBytes(key), .. "N"u8, 0x86];

    [Fact]
    public static void A_file_that_does_not_say_its_network_asks_for_it() => Assert.Contains(
        "does not say which network it is for",
        Assert.Throws<InvalidDataException>(() => Networks.Load(PathOf("plain"))).Message, StringComparison.Ordinal);

    // 100 entries that are all the bytes of the first one
    private static byte[] Overlapping()
    {
        var entries = Enumerable.Range(0, 100).Select(i => ($"a/data/{i:000}", new byte[i == 0 ? 1000 : 0])).ToArray();
        var archive = TorchZip.Archive([("a/data.pkl", OneTensor), .. entries]);
        var text = Encoding.Latin1.GetString(archive);
        for (var at = text.IndexOf("PK\u0001\u0002", StringComparison.Ordinal); at >= 0;
            at = text.IndexOf("PK\u0001\u0002", at + 4, StringComparison.Ordinal))
        {
            if (!text.AsSpan(at + 46).StartsWith("a/data/0", StringComparison.Ordinal)) continue;
            BitConverter.GetBytes(1000).CopyTo(archive, at + 20); // compressed
            BitConverter.GetBytes(1000).CopyTo(archive, at + 24); // and not
        }
        return archive;
    }

    private static byte[] Many(char instruction, int count)
    {
        var bytes = new byte[count];
        Array.Fill(bytes, (byte)instruction);
        return bytes;
    }

    private static string Refused(string path)
    {
        // Of this thread: the finalizers of tensors that earlier tests left count on their own.
        var (count, message) = (DisposeScopeManager.Statistics.ThreadTotalLiveCount, "");
        foreach (var read in new Action[] { () => TorchFile.Read(path), () => Networks.Load(path, "toy-mlp") })
        {
            message = Assert.Throws<InvalidDataException>(read).Message;
            Assert.StartsWith($"'{path}' cannot be read as weights of PyTorch: ", message, StringComparison.Ordinal);
        }
        Assert.Equal(count, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        return message;
    }
}
