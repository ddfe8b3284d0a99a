namespace Adr.Data;

/// <summary>Where data sets lie: each has a folder of its own under the one that <c>ADR_DATA</c> names, else under this
/// user's.</summary>
internal static class DataFolder
{
    /// <summary>What <c>ADR_DATA</c> names; null where it is not set.</summary>
    internal static string? Named =>
        Environment.GetEnvironmentVariable("ADR_DATA") is { Length: > 0 } data ? data : null;

    /// <summary><c>$ADR_DATA/NAME</c>, or where that variable is not set <see cref="Cache"/>.</summary>
    internal static string Of(string name) => Named is { } data ? Path.Combine(data, name) : Cache(name);

    /// <summary>A folder of this user's that downloads go to: <c>adr/NAME</c> under the platform's local application
    /// data.</summary>
    internal static string Cache(string name) => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify), "adr", name);
}
