using Adr.Kernel.Export;
using Adr.Testing;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using FsCheck;
using FsCheck.Fluent;

namespace Adr.Kernel.Tests.Export;

public class SafeHtmlTests
{
    /// <summary>Pieces of HTML in any order, most of them bad for what comes after or around them.</summary>
    public sealed record Markup(string[] Pieces)
    {
        private static readonly string[] Known =
        [
            "text", "<div>", "</div>", "<!--", "-->", "<p>", "<table>", "<td>", "</table>", "<script>", "</script>",
            "<style>", "</style>", "<textarea>", "</textarea>", "<title>", "<xmp>", "<plaintext>", "<noscript>",
            "<iframe srcdoc='<base href=/>'>", "<template>", "</template>", "<select>", "<option>", "<svg>", "</svg>",
            "<math>", "<mtext>", "<mglyph>", "<![CDATA[", "]]>", "<?x", "<a href=\"javascript:x()\">", "</main>",
            "</body>", "<b onclick=x()>", "<form action=/x>", "\"", "'", ">", "<img src=https://example.org/x>",
            "<meta http-equiv=refresh content=0>", "<base href=https://example.org/>", "<frameset onload=x()>",
            "<link rel=preconnect href=//example.org>", "<a title=\"<!--\">", "&lt;meta&gt;", "<pre>\n\n", "</p>",
            "<foreignObject>", "<annotation-xml encoding=text/html>", "<object data=/x>", "<embed src=/x>", "\0",
        ];

        public static Arbitrary<Markup> Any { get; } =
            Gen.Elements(Known).ToArbitrary().Array().Convert(pieces => new Markup(pieces), html => html.Pieces);

        public override string ToString() => string.Concat(Pieces);
    }

    [Law(MaxTest = 1000, Arbitrary = [typeof(Markup)])]
    public void Contained_HTML_ends_where_it_ends_and_leads_nowhere(Markup markup)
    {
        string html;
        try
        {
            html = SafeHtml.Contained(markup.ToString());
        }
        catch (RenderException refused)
        {
            Assert.Matches("closed|ambiguous", refused.Message);
            return;
        }
        var page = Page($"<main><div>{html}</div><p id=after>the end</p></main>");
        Assert.Equal("MAIN", page.GetElementById("after")?.ParentElement?.TagName);
        Assert.Empty(page.QuerySelectorAll("meta, base, link, noscript, frameset, plaintext, iframe[src]"));
        Assert.Equal(html, SafeHtml.Contained(html));
    }

    [Law(MaxTest = 1000, Arbitrary = [typeof(Markup)])]
    public void Sanitized_HTML_also_runs_and_loads_nothing(Markup markup)
    {
        var html = SafeHtml.Sanitized(markup.ToString());
        var page = Page($"<main><div>{html}</div><p id=after>the end</p></main>");
        Assert.Equal("MAIN", page.GetElementById("after")?.ParentElement?.TagName);
        Assert.Empty(Threats.In(page));
    }

    [Theory]
    [InlineData("<p>x", "<p>x</p>")]
    [InlineData("<!-- x", "")]
    [InlineData("a<div><b>x", "a<div><b>x</b></div>")]
    [InlineData("<script>if (a < b && c > d) e('</p>')", "<script>if (a < b && c > d) e('</p>')</script>")]
    [InlineData("<style>a > b {}</style>", "<style>a > b {}</style>")]
    [InlineData("<div onclick=\"x()\" data-a='\"'>y</div>", "<div onclick=\"x()\" data-a=\"&quot;\">y</div>")]
    [InlineData("<pre>\n\nx</pre><br>", "<pre>\n\nx</pre><br>")]
    [InlineData("<svg viewBox=\"0 0 1 1\"><linearGradient/><title>t</title></svg>",
        "<svg viewBox=\"0 0 1 1\"><linearGradient></linearGradient><title>t</title></svg>")]
    [InlineData("<plaintext>a<b>", "<pre>a&lt;b&gt;</pre>")]
    [InlineData("<!DOCTYPE html><html><head><script>x()</script></head><body onload=y()><p>z",
        "<script>x()</script><p>z</p>")]
    [InlineData("<template><meta http-equiv=refresh><p>x</template>", "<template><p>x</p></template>")]
    [InlineData("<p>a</p></div></main></body></html><p>b</p>", "<p>a</p><p>b</p>")]
    [InlineData("a<script type=\" SpeculationRules \">{}</script>", "a")]
    [InlineData("<iframe src=\"//example.org/\" width=\"9\"></iframe>",
        "<small class=\"note\">(This frame is not in the page, which loads nothing: //example.org/)</small>")]
    [InlineData("<iframe srcdoc=\"<meta http-equiv=refresh content=0><p>x\" src=\"//example.org/\"></iframe>",
        "<iframe srcdoc=\"&lt;!DOCTYPE html&gt;&lt;p&gt;x&lt;/p&gt;\"></iframe>")]
    public void HTML_of_an_output_is_kept_and_closed(string html, string contained) =>
        Assert.Equal(contained, SafeHtml.Contained(html));

    [Fact] // In a script, a comment that begins a script in it hides the end of the script.
    public void HTML_that_cannot_be_closed_is_refused() => Assert.Contains(
        "closed", Assert.Throws<RenderException>(() => SafeHtml.Contained("<script><!-- <script> x()")).Message);

    [Theory]
    [InlineData("<b style=\"color: red; position: fixed; top: 0\">x</b>", "color", "position")]
    [InlineData("<b style=\"font-weight: 700; background: url(//example.org/)\">x</b>", "font-weight", "example.org")]
    [InlineData("<b style=\"width: 9px; background-image: u\\72l(//example.org/)\">x</b>", "width", "example.org")]
    [InlineData("<b style=\"width: 9px; cursor: image-set('https://example.org/')\">x</b>", "width", "example.org")]
    [InlineData("<b style=\"width: 9px; behavior: url(#a); -moz-binding: url(#b)\">x</b>", "width", "#")]
    public void Styles_stay_where_they_are_harmless(string html, string kept, string gone)
    {
        var sanitized = SafeHtml.Sanitized(html);
        Assert.Contains(kept, sanitized);
        Assert.DoesNotContain(gone, sanitized);
    }

    [Fact]
    public void An_image_of_the_network_becomes_a_link_that_says_so()
    {
        var sanitized = SafeHtml.Sanitized(
            "<img src=\"https://example.org/a.png\" srcset=\"b.png\" alt=\"a &lt;plot>\">");
        Assert.StartsWith("<a href=\"https://example.org/a.png\">a &lt;plot&gt;</a>", sanitized);
        Assert.Contains("not in the page, because it is on the network", sanitized);
    }

    [Fact]
    public void Many_elements_side_by_side_take_no_quadratic_time()
    {
        var html = string.Concat(Enumerable.Repeat("<i>x</i> text ", 100_000));
        Assert.Equal(html.TrimEnd(), SafeHtml.Contained(html).TrimEnd());
    }

    internal static IDocument Page(string body) => new HtmlParser().ParseDocument("<!DOCTYPE html><body>" + body);
}
