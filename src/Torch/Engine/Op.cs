using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace TorchSharp;

/// <summary>Calls any operator of libtorch by the name its schema has, such as <c>add.Tensor</c> (name.overload).</summary>
/// <remarks>Arguments left out at the end take the schema's defaults. A call and its result cost one to two microseconds beside the operator's own work.</remarks>
internal static unsafe class Op
{
    private const int WordsOnStack = 256;
    private static readonly ConcurrentDictionary<string, nint> Handles = new();

    /// <summary>Calls an operator that returns one tensor.</summary>
    internal static torch.Tensor Call(string name, params ReadOnlySpan<Arg> arguments) => Tensor(Invoke(name, arguments)[0]);

    /// <summary>Calls an operator that returns two tensors.</summary>
    internal static (torch.Tensor, torch.Tensor) Call2(string name, params ReadOnlySpan<Arg> arguments)
    {
        var results = Invoke(name, arguments);
        return (Tensor(results[0]), Tensor(results[1]));
    }

    /// <summary>Calls an operator that returns three tensors.</summary>
    internal static (torch.Tensor, torch.Tensor, torch.Tensor) Call3(string name, params ReadOnlySpan<Arg> arguments)
    {
        var results = Invoke(name, arguments);
        return (Tensor(results[0]), Tensor(results[1]), Tensor(results[2]));
    }

    /// <summary>Calls an operator that returns a list of tensors.</summary>
    internal static torch.Tensor[] CallList(string name, params ReadOnlySpan<Arg> arguments)
    {
        var results = Invoke(name, arguments);
        var tensors = new torch.Tensor[results.Length];
        for (var i = 0; i < tensors.Length; i++) tensors[i] = Tensor(results[i]);
        return tensors;
    }

    /// <summary>Calls an operator that returns a number.</summary>
    internal static Scalar CallScalar(string name, params ReadOnlySpan<Arg> arguments)
    {
        var result = Invoke(name, arguments)[0];
        return result.Tag switch
        {
            Tag.Int => result.Bits,
            Tag.Bool => result.Bits != 0,
            _ => BitConverter.Int64BitsToDouble(result.Bits),
        };
    }

    /// <summary>Calls an operator that returns yes or no.</summary>
    internal static bool CallBool(string name, params ReadOnlySpan<Arg> arguments) => Invoke(name, arguments)[0].Bits != 0;

    /// <summary>Calls an operator that changes its first argument, and returns that same object.</summary>
    internal static torch.Tensor InPlace(string name, torch.Tensor self, params ReadOnlySpan<Arg> others)
    {
        Span<Arg> arguments = [self, default, default, default, default, default, default, default];
        others.CopyTo(arguments[1..]);
        Invoke(name, arguments[..(others.Length + 1)], discard: true);
        return self;
    }

    private static torch.Tensor Tensor(in NativeValue value) => value.Bits == 0 ? null! : new torch.Tensor((nint)value.Bits);

    // The results lie in native memory of this thread until its next call.
    [SkipLocalsInit] // the scratch on the stack is written before it is read
    private static ReadOnlySpan<NativeValue> Invoke(string name, ReadOnlySpan<Arg> arguments, bool discard = false)
    {
        var handle = Handles.TryGetValue(name, out var known) ? known : Handles.GetOrAdd(name, Find);
        var words = 0;
        foreach (ref readonly var argument in arguments) words += argument.Words;
        var values = stackalloc NativeValue[arguments.Length];
        long count;
        NativeValue* results = null;
        fixed (long* scratch = words <= WordsOnStack ? stackalloc long[WordsOnStack] : new long[words])
        {
            var next = scratch;
            for (var i = 0; i < arguments.Length; i++) values[i] = arguments[i].Write(ref next);
            count = Native.Call(handle, values, arguments.Length, discard ? null : &results);
        }
        foreach (ref readonly var argument in arguments) GC.KeepAlive(argument.Held);
        if (count < 0) throw Native.Error();
        return new ReadOnlySpan<NativeValue>(results, (int)count);
    }

    private static nint Find(string name)
    {
        var dot = name.IndexOf('.');
        var handle = Native.Operator("aten::" + (dot < 0 ? name : name[..dot]), dot < 0 ? "" : name[(dot + 1)..]);
        return handle != 0 ? handle : throw Native.Error();
    }
}
