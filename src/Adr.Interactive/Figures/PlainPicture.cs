using System.Text;
using Adr.Interactive.Drawing;

namespace Adr.Interactive;

/// <summary>A picture for pages that take inline SVG out, as Jupyter does in a notebook that is not trusted.</summary>
internal static class PlainPicture
{
    /// <summary>An image inside a template. A browser shows none of it; a filter that lets neither svg nor template through, but images, leaves the image.</summary>
    /// <param name="svg">A whole SVG document, with its own size and ink.</param>
    /// <param name="description">What a screen reader says.</param>
    internal static string Html(string svg, string description) =>
        $"<template><img alt=\"{Escape.Xml(description)}\" src=\"data:image/svg+xml;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(svg))}\"/></template>";
}
