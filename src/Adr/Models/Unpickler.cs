using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace Adr.Models;

/// <summary>A run of numbers in a file of PyTorch's, of which tensors are views.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Of each number.</param>
/// <param name="Count">How many numbers there are.</param>
internal sealed record TorchStorage(string Key, ScalarType Type, long Count);

/// <summary>A tensor as a pickle describes it: element i is number Offset + Σ iₖ·Strideₖ of the storage.</summary>
internal sealed record TorchTensor(TorchStorage Storage, long Offset, long[] Shape, long[] Strides);

/// <summary>Reads the pickles in which <c>torch.save</c> describes its tensors, and no others.</summary>
/// <remarks>
/// A pickle is a program for a machine with a stack. Python's machine calls whatever the program names, which is how
/// files of weights run commands. This one calls nothing: it knows the names in <see cref="Known"/>, which make
/// numbers, text, lists, dictionaries and descriptions of tensors, and refuses a program at the first other one. It
/// knows the instructions that PyTorch's own loader knows with <c>weights_only=True</c>, but for sets, and those by
/// which protocol 4 writes the same. What it makes of a program is bounded, whatever the program says.</remarks>
internal sealed class Unpickler(Stream program)
{
    internal const int MostBytes = 1 << 26;

    private const int MostValues = 1 << 21, MostDimensions = 64, LongestName = 1000;
    private const string CutShort = "its pickle is cut short";

    // What Python makes of numpy's numbers, of argparse's options and the like beside the weights. Nothing needs them.
    private static readonly object Nothing = new();

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private static readonly Dictionary<string, object> Known = KnownNames();

    private readonly List<object?> _stack = [];
    private readonly Stack<int> _marks = [];
    private readonly Dictionary<int, object?> _memo = [];
    private byte[] _buffer = new byte[256];
    private int _bytes, _values;

    private delegate object Make(Unpickler machine, object?[] arguments);

    /// <summary>The storages that were named, by their keys.</summary>
    internal Dictionary<string, TorchStorage> Storages { get; } = [];

    /// <summary>Runs one pickle to its end; the stream is left behind it.</summary>
    /// <returns>Null, a bool, long, double, string, <see cref="BigInteger"/>, <see cref="TorchTensor"/>,
    /// <c>object?[]</c> (a tuple), <c>List&lt;object?&gt;</c>, <c>Dictionary&lt;object, object?&gt;</c>, or something
    /// that is of no use here.</returns>
    /// <exception cref="InvalidDataException">The pickle is damaged, or asks for something else.</exception>
    internal object? Load()
    {
        _stack.Clear();
        _marks.Clear();
        _memo.Clear();
        (_bytes, _values) = (0, 0);
        while (true)
        {
            var instruction = Byte();
            if (instruction == '.') return Pop();
            Do(instruction);
        }
    }

    // Named in the comments as in Python's pickletools.
    private void Do(byte instruction)
    {
        switch (instruction)
        {
            case 0x80: CheckProtocol(Byte()); break;                                                // PROTO
            case 0x95: Skipped(8); break;                                                           // FRAME
            case (byte)'(': Mark(); break;                                                          // MARK
            case (byte)'0': Pop(); break;                                                           // POP
            case (byte)'N': Push(null); break;                                                      // NONE
            case 0x88: Push(true); break;                                                           // NEWTRUE
            case 0x89: Push(false); break;                                                          // NEWFALSE
            case (byte)'J': Push((long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4))); break;    // BININT
            case (byte)'K': Push((long)Byte()); break;                                              // BININT1
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2))); break;   // BININT2
            case 0x8A: Push(Whole(Bytes(Byte()))); break;                                           // LONG1
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Bytes(8))); break;            // BINFLOAT
            case (byte)'X': Push(Text(Utf8, Length())); break;                                      // BINUNICODE
            case 0x8C: Push(Text(Utf8, Byte())); break;                                             // SHORT_BINUNICODE
            case (byte)'T': Push(Text(Encoding.Latin1, Length())); break;                           // BINSTRING
            case (byte)'U': Push(Text(Encoding.Latin1, Byte())); break;                             // SHORT_BINSTRING
            case (byte)'B': Push(Skipped(Length())); break;                                         // BINBYTES
            case (byte)'C': Push(Skipped(Byte())); break;                                           // SHORT_BINBYTES
            case (byte)']': Push(new List<object?>()); break;                                       // EMPTY_LIST
            case (byte)'}': Push(Empty()); break;                                                   // EMPTY_DICT
            case (byte)')': Push(Array.Empty<object?>()); break;                                    // EMPTY_TUPLE
            case (byte)'t': Push(SinceMark()); break;                                               // TUPLE
            case 0x85: Push(Last(1)); break;                                                        // TUPLE1
            case 0x86: Push(Last(2)); break;                                                        // TUPLE2
            case 0x87: Push(Last(3)); break;                                                        // TUPLE3
            case (byte)'a': Append(Last(1)); break;                                                 // APPEND
            case (byte)'e': Append(SinceMark()); break;                                             // APPENDS
            case (byte)'s': SetItems(Last(2)); break;                                               // SETITEM
            case (byte)'u': SetItems(SinceMark()); break;                                           // SETITEMS
            case (byte)'q': Keep(Byte()); break;                                                    // BINPUT
            case (byte)'r': Keep(Length()); break;                                                  // LONG_BINPUT
            case 0x94: Keep(_memo.Count); break;                                                    // MEMOIZE
            case (byte)'h': Push(Recalled(Byte())); break;                                          // BINGET
            case (byte)'j': Push(Recalled(Length())); break;                                        // LONG_BINGET
            case (byte)'c': Push(Named(Line(), Line())); break;                                     // GLOBAL
            case 0x93: Push(Last(2) is [string module, string name] ? Named(module, name)           // STACK_GLOBAL
                : throw Wrong("its pickle asks Python for what has no name")); break;
            case (byte)'R' or 0x81: Push(Last(2) is [Make make, object?[] values]    // REDUCE, NEWOBJ
                ? make(this, values)
                : throw Wrong("its pickle calls what cannot be called")); break;
            case (byte)'b': Pop(); Peek(); break; // BUILD: attributes of an object, such as a state_dict's versions
            case (byte)'Q': Push(Storage(Pop())); break;                                            // BINPERSID
            default: throw Wrong($"its pickle has the instruction 0x{instruction:X2}, which weights do not need");
        }
    }

    private static void CheckProtocol(byte protocol)
    {
        if (protocol is < 2 or > 5) throw Wrong($"its pickle is of protocol {protocol}; known are 2 to 5");
    }

    private static Dictionary<string, object> KnownNames()
    {
        var known = new Dictionary<string, object>
        {
            ["torch._utils._rebuild_tensor"] = (Make)Tensor,
            ["torch._utils._rebuild_tensor_v2"] = (Make)Tensor,
            ["torch._utils._rebuild_parameter"] = (Make)Parameter,
            ["collections.OrderedDict"] = (Make)Ordered,
            ["torch.Size"] = (Make)((_, arguments) => arguments is [object?[] sizes] ? sizes : Nothing),
        };
        foreach (var name in new[]
        {
            "argparse.Namespace", "torch.device", "_codecs.encode", "numpy.dtype", "numpy.ndarray",
            "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.core.multiarray._reconstruct",
            "numpy._core.multiarray._reconstruct",
        })
            known[name] = (Make)((_, _) => Nothing);
        foreach (var type in new[] { "float16", "float32", "float64", "bfloat16", "int64" })
            known["torch." + type] = Nothing;
        foreach (var (name, type) in new[]
        {
            ("Double", ScalarType.Float64), ("Float", ScalarType.Float32), ("Half", ScalarType.Float16),
            ("BFloat16", ScalarType.BFloat16), ("Long", ScalarType.Int64), ("Int", ScalarType.Int32),
            ("Short", ScalarType.Int16), ("Char", ScalarType.Int8), ("Byte", ScalarType.Byte),
            ("Bool", ScalarType.Bool),
        })
            known[$"torch.{name}Storage"] = known[$"torch.cuda.{name}Storage"] = type;
        return known;
    }

    private static object Named(string module, string name) =>
        Known.TryGetValue($"{module}.{name}", out var known)
            ? known
            : throw Wrong($"its pickle asks Python for {Shown($"{module}.{name}")}, which weights alone do not need. "
                + "Nothing was run. If you trust the file, load it in Python and save its state_dict alone, by "
                + "torch.save or safetensors.torch.save_file");

    // storage, offset, shape, strides, and what training needs
    private static TorchTensor Tensor(Unpickler machine, object?[] arguments)
    {
        if (arguments is not [TorchStorage storage, long offset, object?[] sizes, object?[] steps, ..])
            throw Wrong("its pickle makes a tensor of something else than a storage, an offset, a shape and strides");
        var (shape, strides) = (Numbers(sizes), Numbers(steps));
        if (shape.Length != strides.Length || shape.Length > MostDimensions)
            throw Wrong($"it has a tensor of {shape.Length} sizes and {strides.Length} strides");
        // 128 bits hold a product of two numbers of 64 bits, and no third one is multiplied after a large one
        UInt128 most = (ulong)(shape.Contains(0) ? long.MaxValue : storage.Count), count = 1, last = (ulong)offset;
        for (var i = 0; i < shape.Length && count <= most && last < most; i++)
        {
            if (shape[i] == 0) continue;
            count *= (ulong)shape[i];
            last += (UInt128)(ulong)(shape[i] - 1) * (ulong)strides[i];
        }
        return offset >= 0 && count <= most && last < most
            ? new(storage, offset, shape, strides)
            : throw Wrong($"it has a tensor [{string.Join(",", shape)}] with strides [{string.Join(",", strides)}] "
                + $"from number {offset} of a storage, whose {storage.Count} numbers are too few");
    }

    private static long[] Numbers(object?[] values) => [.. values.Select(value => value is long and >= 0 and var number
        ? number
        : throw Wrong("it has a tensor with sizes or strides that are no whole numbers from 0 to 2⁶³ − 1"))];

    private static TorchTensor Parameter(Unpickler machine, object?[] arguments) =>
        arguments is [TorchTensor tensor, ..]
            ? tensor
            : throw Wrong("its pickle makes a parameter of what is no tensor");

    // empty, or as Python 2 has it, with a list of its pairs
    private static Dictionary<object, object?> Ordered(Unpickler machine, object?[] arguments)
    {
        if (arguments.Length == 0) return Empty();
        if (arguments is not [List<object?> pairs])
            throw Wrong("its pickle makes an OrderedDict of something else than pairs");
        machine.Count(pairs.Count); // a program may do this to one long list again and again
        var made = Empty(pairs.Count);
        foreach (var pair in pairs) Set(made, pair is IList<object?> two ? two : []);
        return made;
    }

    // ("storage", type, key, device, count), and in older files None
    private TorchStorage Storage(object? id)
    {
        if (id is not object?[] parts || parts.Length is < 5 or > 6 || parts.ElementAtOrDefault(5) is not null
            || parts is not ["storage", ScalarType type, string key, _, long and >= 0 and var count, ..])
            throw Wrong("its pickle refers to something else than a storage of numbers");
        if (key.Length is 0 or > 32 || !key.All(char.IsAsciiDigit))
            throw Wrong($"its pickle calls a storage '{Shown(key)}', where PyTorch has a number");
        var storage = new TorchStorage(key, type, count);
        return Storages.TryAdd(key, storage) || Storages[key] == storage
            ? Storages[key]
            : throw Wrong($"its pickle describes storage {key} in two ways");
    }

    private void Append(object?[] items)
    {
        if (Peek() is List<object?> list) list.AddRange(items);
        else throw Wrong("its pickle appends to what is no list");
    }

    private void SetItems(object?[] items)
    {
        if (Peek() is not Dictionary<object, object?> target)
            throw Wrong("its pickle sets items of what is no dictionary");
        foreach (var pair in items.Chunk(2)) Set(target, pair);
    }

    private static Dictionary<object, object?> Empty(int capacity = 0) => new(capacity, Keys.Instance);

    private static void Set(Dictionary<object, object?> target, IList<object?> pair) =>
        target[pair is [string or long or double or bool, _] ? pair[0]! : throw Wrong(
            "its pickle has a dictionary with a key that is neither text nor a number, or has no value")] = pair[1];

    // Python numbers what it keeps one after another.
    private void Keep(int index) => _memo[index <= MostValues
        ? index
        : throw Wrong($"its pickle keeps a value as number {index}; at most {MostValues} are possible")] = Peek();

    private object? Recalled(int index) => _memo.TryGetValue(index, out var value)
        ? value
        : throw Wrong($"its pickle recalls value {index}, which it did not keep");

    private void Mark()
    {
        Count();
        _marks.Push(_stack.Count);
    }

    private void Push(object? value)
    {
        Count();
        _stack.Add(value);
    }

    private void Count(int made = 1)
    {
        _values += made;
        if (_values > MostValues) throw Wrong($"its pickle makes more than {MostValues} values");
    }

    private object? Peek() => Last(1, remove: false)[0];

    private object? Pop() => Last(1)[0];

    // The last values, of which none may lie before a mark.
    private object?[] Last(int count, bool remove = true)
    {
        if (_stack.Count - count < (_marks.TryPeek(out var mark) ? mark : 0))
            throw Wrong("an instruction of its pickle lacks its values");
        object?[] values = [.. CollectionsMarshal.AsSpan(_stack)[^count..]];
        if (remove) _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private object?[] SinceMark() => _marks.TryPop(out var mark)
        ? Last(_stack.Count - mark)
        : throw Wrong("an instruction of its pickle lacks its mark");

    private byte Byte() => Bytes(1)[0];

    private int Length() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)) is >= 0 and var length
        ? length
        : throw Wrong("its pickle has a length or an index beyond 2³¹ − 1");

    private static object Whole(ReadOnlySpan<byte> bytes) =>
        new BigInteger(bytes) is var number && number >= long.MinValue && number <= long.MaxValue
            ? (object)(long)number // without the cast to an object it would become a BigInteger again
            : number;

    private object Skipped(int count)
    {
        Bytes(count);
        return Nothing;
    }

    private string Text(Encoding encoding, int length)
    {
        try
        {
            return encoding.GetString(Bytes(length));
        }
        catch (DecoderFallbackException)
        {
            throw Wrong("its pickle has text that is not valid UTF-8");
        }
    }

    private string Line()
    {
        var line = new StringBuilder();
        for (var letter = Byte(); letter != '\n'; letter = Byte())
            if (line.Append((char)letter).Length > LongestName) throw Wrong("its pickle has a name without an end");
        return line.ToString();
    }

    // They last until the next call.
    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > MostBytes - _bytes) throw Wrong($"its pickle has more than {MostBytes} bytes");
        _bytes += count;
        if (count > _buffer.Length)
        {
            if (count > program.Length - program.Position) throw Wrong(CutShort);
            _buffer = new byte[count];
        }
        var bytes = _buffer.AsSpan(0, count);
        return program.ReadAtLeast(bytes, count, throwOnEndOfStream: false) == count ? bytes : throw Wrong(CutShort);
    }

    /// <summary>A name as it may be shown: it comes from a stranger and goes to a terminal.</summary>
    internal static string Shown(string text) =>
        string.Concat(text.Take(80).Select(letter => char.IsAsciiLetterOrDigit(letter) || "._-/ ".Contains(letter)
            ? letter
            : '?'));

    private static InvalidDataException Wrong(string what) => new(what);

    // .NET's hash of a number is its two halves, one XOR the other: a program could give a million keys the same.
    private sealed class Keys : IEqualityComparer<object>
    {
        internal static readonly Keys Instance = new();

        public new bool Equals(object? a, object? b) => object.Equals(a, b);

        public int GetHashCode(object key) => key switch
        {
            long number => HashCode.Combine((int)number, (int)(number >> 32)),
            double number => GetHashCode((object)BitConverter.DoubleToInt64Bits(number + 0.0)), // −0 is 0
            _ => key.GetHashCode(),
        };
    }
}
