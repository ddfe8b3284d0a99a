namespace Adr.Kernel.Notebooks;

/// <summary>What a notebook's cell holds.</summary>
public enum CellKind
{
    /// <summary>Code, with outputs.</summary>
    Code,

    /// <summary>Text in Markdown.</summary>
    Markdown,

    /// <summary>Text that no front end renders.</summary>
    Raw,

    /// <summary>A type this version of the format does not name; kept, with its source and metadata in their written form.</summary>
    Other,
}
