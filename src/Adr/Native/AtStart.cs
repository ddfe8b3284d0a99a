using System.Runtime.CompilerServices;

namespace Adr.Native;

/// <summary>Makes <see cref="NativeTorch"/> ready before a program's own code runs; compiled into each program that
/// uses TorchSharp.</summary>
internal static class AtStart
{
    [ModuleInitializer]
    internal static void Run() => RuntimeHelpers.RunModuleConstructor(typeof(NativeTorch).Module.ModuleHandle);
}
