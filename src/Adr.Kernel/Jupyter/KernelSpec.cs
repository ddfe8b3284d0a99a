using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Adr.Kernel.Export;
using Adr.Kernel.Notebooks;

namespace Adr.Kernel.Jupyter;

/// <summary>
/// A kernel as Jupyter's clients find it: a folder with a <c>kernel.json</c> that says how to start it.
/// </summary>
/// <param name="Name">The name of the folder, by which notebooks ask for the kernel.</param>
/// <param name="Folder">The folder.</param>
/// <param name="Json">The content of <c>kernel.json</c>.</param>
public sealed partial record KernelSpec(string Name, string Folder, JsonObject Json)
{
    /// <summary>The name of .NET Interactive's C# kernel, for which existing notebooks ask.</summary>
    public const string DefaultName = ".net-csharp";

    // Marks the kernels that this library installed. It neither replaces nor removes others.
    private const string Mark = "adr_notebooks";

    private static readonly string[] Served = ["plotly-cartesian.min.js"];

    private static readonly JsonSerializerOptions Writing = new()
    {
        WriteIndented = true, IndentSize = 1, NewLine = "\n", Encoder = MinimalJsonEncoder.Instance,
    };

    /// <summary>The name in menus.</summary>
    public string DisplayName => JupyterMessage.Text(Json, "display_name");

    /// <summary>The command that starts the kernel.</summary>
    public IReadOnlyList<string> Command =>
        Json["argv"] is JsonArray words ? [.. words.Select(word => word?.ToString() ?? "")] : [];

    /// <summary>Whether this library installed the kernel.</summary>
    public bool IsOurs => Json["metadata"] is JsonObject metadata && metadata.ContainsKey(Mark);

    /// <summary>The files in the command that do not exist. If there are none, the kernel can start.</summary>
    public IReadOnlyList<string> Missing =>
        [.. Command.Where(word => Path.IsPathRooted(word) && !File.Exists(word))];

    /// <summary>The folder of this user's kernels: <c>$JUPYTER_DATA_DIR/kernels</c>, or Jupyter's default.</summary>
    public static string UserFolder => Path.Combine(UserData(), "kernels");

    /// <summary>The folder of the kernels of an installation, such as a Python environment.</summary>
    /// <param name="prefix">The folder of the installation: <c>/usr</c>, or a virtual environment.</param>
    public static string FolderOf(string prefix) =>
        Path.Combine(Path.GetFullPath(prefix), "share", "jupyter", "kernels");

    /// <summary>Installs a kernel, or replaces one that this library installed.</summary>
    /// <param name="kernels">The folder of kernels, such as <see cref="UserFolder"/>.</param>
    /// <param name="name">Letters, digits, dots, dashes and underscores.</param>
    /// <param name="displayName">The name in menus.</param>
    /// <param name="command">
    /// The command that starts the kernel. <c>{connection_file}</c> stands for the client's file.
    /// </param>
    /// <param name="environment">Environment variables that the kernel needs.</param>
    /// <param name="replace">Whether to replace a kernel that another program installed.</param>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    /// <exception cref="InvalidOperationException">Another program installed a kernel of this name.</exception>
    public static KernelSpec Install(
        string kernels, string name, string displayName, IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment, bool replace = false)
    {
        if (!NamePattern().IsMatch(name))
        {
            throw new ArgumentException(
                $"'{name}' is not a valid name for a kernel: expected letters, digits, '.', '-' and '_'.",
                nameof(name));
        }
        var folder = Path.Combine(kernels, name);
        if (Directory.Exists(folder) && !replace && Find(folder) is not { IsOurs: true })
            throw new InvalidOperationException($"{folder} holds another kernel. Choose another name, or replace it.");
        var json = new JsonObject
        {
            ["argv"] = new JsonArray([.. command.Select(word => (JsonNode)JsonValue.Create(word))]),
            ["display_name"] = displayName,
            ["language"] = "C#",
            ["interrupt_mode"] = "message",
            ["env"] = new JsonObject(
                environment.Select(variable => KeyValuePair.Create(variable.Key, (JsonNode?)variable.Value))),
            ["metadata"] = new JsonObject { [Mark] = typeof(KernelSpec).Assembly.GetName().Version?.ToString(3) },
        };
        // Jupyter's server serves the files of this folder, so figures find plotly here without a network.
        foreach (var file in Served) AtomicFile.Write(Path.Combine(folder, file), Assets.Bytes(file));
        var text = json.ToJsonString(Writing) + "\n";
        AtomicFile.Write(Path.Combine(folder, "kernel.json"), text);
        return new KernelSpec(name, folder, json);
    }

    /// <summary>The kernels in a folder of kernels, by name. Anything else in the folder is left out.</summary>
    public static IReadOnlyList<KernelSpec> In(string kernels) => !Directory.Exists(kernels) ? []
        : [.. Directory.GetDirectories(kernels).Order(StringComparer.Ordinal).Select(Find).OfType<KernelSpec>()];

    /// <summary>The folders of kernels that Jupyter's clients search, this user's first.</summary>
    public static IReadOnlyList<string> SearchPath()
    {
        var given = Environment.GetEnvironmentVariable("JUPYTER_PATH") ?? "";
        string[] system = OperatingSystem.IsWindows()
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "jupyter")]
            : ["/usr/local/share/jupyter", "/usr/share/jupyter"];
        return
        [
            .. given.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Append(UserData()).Concat(system)
                .Select(path => Path.Combine(path, "kernels")).Distinct(),
        ];
    }

    /// <summary>Removes the kernel.</summary>
    /// <exception cref="InvalidOperationException">Another program installed it.</exception>
    public void Remove()
    {
        if (!IsOurs)
        {
            throw new InvalidOperationException(
                $"{Folder} was not installed by this program. Remove it with: jupyter kernelspec remove {Name}");
        }
        Directory.Delete(Folder, recursive: true);
    }

    private static KernelSpec? Find(string folder)
    {
        var file = Path.Combine(folder, "kernel.json");
        if (!File.Exists(file)) return null;
        try
        {
            return JsonNode.Parse(File.ReadAllText(file)) is JsonObject json
                ? new KernelSpec(Path.GetFileName(folder), folder, json)
                : null;
        }
        catch (JsonException)
        {
            return null; // Jupyter leaves it out as well.
        }
    }

    private static string UserData()
    {
        if (Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } given) return given;
        if (OperatingSystem.IsWindows())
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.ApplicationData), "jupyter");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS()) return Path.Combine(home, "Library", "Jupyter");
        var data = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        return Path.Combine(string.IsNullOrEmpty(data) ? Path.Combine(home, ".local", "share") : data, "jupyter");
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]+$")]
    private static partial Regex NamePattern();
}
