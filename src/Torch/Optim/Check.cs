using System.Runtime.CompilerServices;

namespace TorchSharp.Modules;

/// <summary>Ranges of optimiser settings.</summary>
internal static class Check
{
    internal static void NotNegative(double value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= 0)) throw new ArgumentException($"{name} must be at least 0, not {value}.", name);
    }

    internal static void Decay(double value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!(value >= 0 && value < 1)) throw new ArgumentException($"{name} must be in [0,1), not {value}.", name);
    }
}
