namespace Adr.Kernel.Running;

/// <summary>A parameter of a notebook: a variable that its cell tagged <c>parameters</c> declares.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type as declared, or the one that <c>var</c> stands for; <c>var</c> where only the compiler knows.</param>
/// <param name="Default">The code of its default; null where it has none.</param>
/// <param name="Help">The comment behind its declaration; empty where there is none.</param>
public sealed record NotebookParameter(string Name, string Type, string? Default, string Help);
