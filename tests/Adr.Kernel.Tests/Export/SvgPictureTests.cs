using System.Text;
using System.Text.RegularExpressions;
using Adr.Kernel.Export;

namespace Adr.Kernel.Tests.Export;

public class SvgPictureTests
{
    private const string Start = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">";

    [Theory]
    [InlineData("<g transform=\"scale(2)\"><path d=\"M0 0\" fill=\"currentColor\"/></g>")]
    [InlineData("<text x=\"1\">a &amp; &lt;b&gt;</text><title>tip</title>")]
    [InlineData("<rect fill=\"url(#a)\" style=\"stroke:red;clip-path:url(&quot;#b&quot;)\"/><use href=\"#a\"/>")]
    [InlineData("<image href=\"data:image/png;base64,AAAA\"/>")]
    [InlineData("<linearGradient id=\"a\"><stop offset=\"1\"/></linearGradient>")]
    public void Of_shapes_and_text_stands_in_the_page(string content) =>
        Assert.Equal($"{Start}{content}</svg>", SvgPicture.ToHtml($"{Start}{content}</svg>", null));

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<g onload=\"alert(1)\"/>")]
    [InlineData("<g ONCLICK=\"alert(1)\"/>")]
    [InlineData("<a href=\"javascript:alert(1)\"><text>x</text></a>")]
    [InlineData("<image href=\"https://example.org/a.png\"/>")]
    [InlineData("<image href=\"data:image/svg+xml;base64,AAAA\"/>")]
    [InlineData("<use href=\"https://example.org/a.svg#b\"/>")]
    [InlineData("<g xmlns:x=\"http://www.w3.org/1999/xlink\"><use x:href=\"https://example.org/\"/></g>")]
    [InlineData("<style>@import 'https://example.org/a.css'; body { display: none }</style>")]
    [InlineData("<rect fill=\"url(https://example.org/a)\"/>")]
    [InlineData("<rect fill=\"URL ( 'https://example.org/a')\"/>")]
    [InlineData("<rect style=\"fill:u\\72l(https://example.org/a)\"/>")]
    [InlineData("<rect style=\"position:fixed;inset:0\"/>")]
    [InlineData("<foreignObject><body xmlns=\"http://www.w3.org/1999/xhtml\"/></foreignObject>")]
    [InlineData("<animate attributeName=\"href\" to=\"javascript:alert(1)\"/>")]
    [InlineData("<set attributeName=\"onclick\" to=\"alert(1)\"/>")]
    [InlineData("<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\">alert(1)</h:script>")]
    public void With_anything_else_becomes_an_image(string content)
    {
        var svg = $"{Start}{content}</svg>";
        Assert.Equal(
            $"<img alt=\"a &lt;b&gt;\" src=\"data:image/svg+xml;base64,{Base64(svg)}\">",
            SvgPicture.ToHtml(svg, "a <b>"));
    }

    [Theory] // A comment, an instruction and CDATA end elsewhere in XML than in HTML.
    [InlineData("<!--><script>alert(1)</script>-->")]
    [InlineData("<?x ><script>alert(1)</script>?>")]
    [InlineData("<title><![CDATA[<script>alert(1)</script>]]></title>")]
    [InlineData("<title>&#60;script>alert(1)&#60;/script></title>")]
    [InlineData("<g class=\"&quot;>&lt;script>alert(1)&lt;/script>\"/>")]
    public void No_text_of_it_becomes_an_element(string content) =>
        Assert.DoesNotContain("<script", SvgPicture.ToHtml($"{Start}{content}</svg>", null));

    [Fact]
    public void Its_prolog_does_not_reach_the_page() => Assert.Equal(
        $"{Start}</svg>",
        SvgPicture.ToHtml($"<?xml version=\"1.0\"?>\n<!DOCTYPE svg PUBLIC \"a\" \"b\">\n{Start}</svg>", null));

    [Theory]
    [InlineData("", "not an SVG picture")]
    [InlineData("<p>x</p>", "it begins with 'p'")]
    [InlineData("<svg><g></svg>", "not an SVG picture")]
    [InlineData("<!DOCTYPE svg [<!ENTITY a \"b\">]><svg>&a;</svg>", "not an SVG picture")]
    public void What_is_not_SVG_is_told(string svg, string reason) => Assert.Contains(
        reason, Assert.Throws<RenderException>(() => SvgPicture.ToHtml(svg, null)).Message);

    [Fact]
    public void Nesting_has_an_end()
    {
        string Nested(int depth) => Start + string.Concat(Enumerable.Repeat("<g>", depth))
            + string.Concat(Enumerable.Repeat("</g>", depth)) + "</svg>";
        Assert.Equal(100, Regex.Count(SvgPicture.ToHtml(Nested(100), null), "<g>"));
        Assert.Contains("too deeply", Assert.Throws<RenderException>(
            () => SvgPicture.ToHtml(Nested(100_000), null)).Message);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
