using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Jupyter;

/// <summary>A kernel as Jupyter's clients find it: a folder with a <c>kernel.json</c> that says how to start it.</summary>
/// <param name="Name">The folder's name, by which notebooks ask for it.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Json">What <c>kernel.json</c> says.</param>
public sealed partial record KernelSpec(string Name, string Folder, JsonObject Json)
{
    /// <summary>The name that .NET Interactive's C# kernel had: notebooks written for it find this one.</summary>
    public const string DefaultName = ".net-csharp";

    // Who wrote the file: what others installed is not ours to replace or remove.
    private const string Mark = "adr_notebooks";

    private static readonly string[] Served = ["plotly-basic.min.js"];

    private static readonly JsonSerializerOptions Writing = new() { WriteIndented = true, IndentSize = 1, NewLine = "\n", Encoder = MinimalJsonEncoder.Instance };

    /// <summary>What people read in a menu.</summary>
    public string DisplayName => JupyterMessage.Text(Json, "display_name");

    /// <summary>The command that starts it.</summary>
    public IReadOnlyList<string> Command => Json["argv"] is JsonArray words ? [.. words.Select(word => word?.ToString() ?? "")] : [];

    /// <summary>Whether this library wrote it.</summary>
    public bool IsOurs => Json["metadata"] is JsonObject metadata && metadata.ContainsKey(Mark);

    /// <summary>The files that its command names and that are gone; empty where it can start.</summary>
    public IReadOnlyList<string> Missing => [.. Command.Where(word => Path.IsPathRooted(word) && !File.Exists(word))];

    /// <summary>Where this user's kernels are: <c>$JUPYTER_DATA_DIR/kernels</c>, or what Jupyter takes on this system.</summary>
    public static string UserFolder => Path.Combine(UserData(), "kernels");

    /// <summary>Where the kernels of an installation are, such as a Python environment.</summary>
    /// <param name="prefix">Its folder, <c>/usr</c> or that of a virtual environment.</param>
    public static string FolderOf(string prefix) => Path.Combine(Path.GetFullPath(prefix), "share", "jupyter", "kernels");

    /// <summary>Writes a kernel's folder, or replaces one that this library wrote.</summary>
    /// <param name="kernels">The folder of kernels, such as <see cref="UserFolder"/>.</param>
    /// <param name="name">Letters, digits, dots, dashes and underscores.</param>
    /// <param name="displayName">What people read in a menu.</param>
    /// <param name="command">What starts it; <c>{connection_file}</c> stands for the client's file.</param>
    /// <param name="environment">Variables that it needs.</param>
    /// <param name="replace">Replaces what others wrote, too.</param>
    /// <exception cref="ArgumentException">The name is none.</exception>
    /// <exception cref="InvalidOperationException">Others' kernel of this name is there.</exception>
    public static KernelSpec Install(string kernels, string name, string displayName, IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, bool replace = false)
    {
        if (!NamePattern().IsMatch(name)) throw new ArgumentException($"'{name}' is no kernel's name: expected letters, digits, '.', '-' and '_'.", nameof(name));
        var folder = Path.Combine(kernels, name);
        if (Directory.Exists(folder) && !replace && Find(folder) is not { IsOurs: true })
            throw new InvalidOperationException($"{folder} holds another kernel. Choose another name, or replace it.");
        var json = new JsonObject
        {
            ["argv"] = new JsonArray([.. command.Select(word => (JsonNode)JsonValue.Create(word))]),
            ["display_name"] = displayName,
            ["language"] = "C#",
            ["interrupt_mode"] = "message",
            ["env"] = new JsonObject(environment.Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)variable.Value))),
            ["metadata"] = new JsonObject { [Mark] = typeof(KernelSpec).Assembly.GetName().Version?.ToString(3) },
        };
        // A Jupyter server serves the files of this folder: figures find plotly here, without a network.
        foreach (var file in Served) AtomicFile.Write(Path.Combine(folder, file), Assets.Bytes(file));
        AtomicFile.Write(Path.Combine(folder, "kernel.json"), Encoding.UTF8.GetBytes(json.ToJsonString(Writing) + "\n"));
        return new KernelSpec(name, folder, json);
    }

    /// <summary>The kernels in a folder of kernels, by name; what is none is left out.</summary>
    public static IReadOnlyList<KernelSpec> In(string kernels) => !Directory.Exists(kernels) ? []
        : [.. Directory.GetDirectories(kernels).Order(StringComparer.Ordinal).Select(Find).OfType<KernelSpec>()];

    /// <summary>The folders of kernels that Jupyter's clients look through, this user's first.</summary>
    public static IReadOnlyList<string> SearchPath()
    {
        string[] given = Environment.GetEnvironmentVariable("JUPYTER_PATH")?.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) ?? [];
        string[] system = OperatingSystem.IsWindows() ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "jupyter")] : ["/usr/local/share/jupyter", "/usr/share/jupyter"];
        return [.. given.Select(path => Path.Combine(path, "kernels")).Append(UserFolder).Concat(system.Select(path => Path.Combine(path, "kernels"))).Distinct()];
    }

    /// <summary>Removes it.</summary>
    /// <exception cref="InvalidOperationException">Others wrote it.</exception>
    public void Remove()
    {
        if (!IsOurs) throw new InvalidOperationException($"{Folder} was not written by this program; remove it by: jupyter kernelspec remove {Name}");
        Directory.Delete(Folder, recursive: true);
    }

    private static KernelSpec? Find(string folder)
    {
        var file = Path.Combine(folder, "kernel.json");
        if (!File.Exists(file)) return null;
        try
        {
            return JsonNode.Parse(File.ReadAllText(file)) is JsonObject json ? new KernelSpec(Path.GetFileName(folder), folder, json) : null;
        }
        catch (JsonException)
        {
            return null; // Jupyter leaves it out, too
        }
    }

    private static string UserData()
    {
        if (Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } given) return given;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsWindows()) return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter");
        if (OperatingSystem.IsMacOS()) return Path.Combine(home, "Library", "Jupyter");
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(home, ".local", "share");
        return Path.Combine(data, "jupyter");
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]+$")]
    private static partial Regex NamePattern();
}
