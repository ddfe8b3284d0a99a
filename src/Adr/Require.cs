using System.Runtime.CompilerServices;

namespace Adr;

/// <summary>Checks of the settings that a user gives.</summary>
internal static class Require
{
    /// <summary>Throws unless the condition holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not hold; the message says what was expected.</exception>
    internal static void That(
        bool condition,
        object value,
        string message,
        [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!condition) throw new ArgumentOutOfRangeException(name, value, message);
    }

    /// <summary>Throws unless the value is a member of its type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not.</exception>
    internal static void Defined<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : struct, Enum =>
        That(Enum.IsDefined(value), value, $"{name} must be one of {string.Join(", ", Enum.GetNames<T>())}.", name);
}
