using Adr.Kernel.Packages;

namespace Adr.Kernel.Tests.Packages;

public class PackageRequestTests
{
    [Theory]
    [InlineData("MathNet.Numerics, 5.0.0", "MathNet.Numerics", "5.0.0")]
    [InlineData(" Plotly.NET , 4.0.0-preview.1 ", "Plotly.NET", "4.0.0-preview.1")]
    [InlineData("XPlot.Plotly", "XPlot.Plotly", "*")]
    [InlineData("X,*-*", "X", "*-*")]
    [InlineData("X, [1.0,2.0)", "X", "[1.0,2.0)")]
    public void ReadsANameAndAVersion(string text, string id, string version) =>
        Assert.Equal(new PackageRequest(id, version), PackageRequest.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData(" , 1.0")]
    [InlineData("a b")]
    [InlineData("X, <evil>")]
    public void WhatIsNoPackageIsToldWithAnExample(string text) =>
        Assert.Contains(
            "expected a name, and after a comma a version",
            Assert.Throws<FormatException>(() => PackageRequest.Parse(text)).Message);
}
