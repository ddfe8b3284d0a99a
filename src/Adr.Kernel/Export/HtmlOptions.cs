namespace Adr.Kernel.Export;

/// <summary>How a notebook becomes an HTML page.</summary>
public sealed record HtmlOptions
{
    /// <summary>The page's title; null: the notebook's first heading.</summary>
    public string? Title { get; init; }

    /// <summary>Where images that Markdown names by relative path are looked for; null: such images become links.</summary>
    public string? SourceFolder { get; init; }

    /// <summary>Whether code is folded away until asked for. Default: false.</summary>
    public bool FoldCode { get; init; }

    /// <summary>Whether scripts may run on the page: live figures, and scripts in HTML outputs. Default: true. Without, figures are static.</summary>
    public bool Scripts { get; init; } = true;

    /// <summary>A line at the page's end; null: none.</summary>
    public string? Footer { get; init; }
}
