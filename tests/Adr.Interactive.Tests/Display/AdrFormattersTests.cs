using System.Diagnostics;
using Adr.Attacks;
using Adr.Data;
using Adr.Evaluation;
using Adr.Models;
using Microsoft.DotNet.Interactive.Formatting;
using static TorchSharp.torch;

namespace Adr.Interactive.Tests.Display;

public class AdrFormattersTests
{
    private static readonly string[] Table = [Mime.Html, Mime.Text];
    private static readonly string[] Picture = [Mime.Html, Mime.Svg, Mime.Text];
    private static readonly string[] Figure = [Mime.Plotly, Mime.Html, Mime.Svg, Mime.Text];

    /// <summary>One object of each kind, and the types in which a notebook shows it. A new kind gets one row.</summary>
    private static readonly Dictionary<string, (object Value, string[] MimeTypes)> Values = new()
    {
        ["tensor"] = (arange(6).reshape(2, 3), Table),
        ["network"] = (new MnistCnn(seed: 1), Table),
        ["data set"] = (Samples.Digits, Table),
        ["batch"] = (Samples.Digits.Batches(3).First(), Table),
        ["attack"] = (new Pgd(ThreatModel.Linf(0.3), steps: 40), Table),
        ["threat"] = (ThreatModel.L2(0.5), Table),
        ["experiment"] = (Records.Table.Experiment, Table),
        ["history"] = (Records.History, Picture),
        ["progress"] = (Records.Progress(2, 3), Table),
        ["proportion"] = (Records.Proportion, Table),
        ["difference"] = (new PairedDifference(150, 22, 1000), Table),
        ["report"] = (Records.Report, Table),
        ["model result"] = (Records.Table.Rows[0], Table),
        ["auto-attack"] = (Records.AutoAttack, Table),
        ["distances"] = (Records.Distances, Table),
        ["masking"] = (Records.Masking, Table),
        ["table"] = (Records.Table, Table),
        ["confusion"] = (Records.Confusion, Figure),
        ["curve"] = (Records.Curve("ADV"), Figure),
        ["curves"] = (new[] { Records.Curve("ADV"), Records.Curve("TRADES") }, Figure),
        ["latents"] = (Records.Latents, Figure),
        ["regions"] = (Records.Regions, Picture),
    };

    public static TheoryData<string> Kinds => [.. Values.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_type_is_shown_as_its_view(string kind)
    {
        AdrFormatters.Register(); // as it is registered already: twice is once
        var (value, mimeTypes) = Values[kind];
        Assert.Equal(mimeTypes.Order(), Formatter.GetPreferredMimeTypesFor(value.GetType()).Order());
        Assert.All(mimeTypes, type => Assert.Equal(Show.Of(value).As(type), Formatter.ToDisplayString(value, type)));
    }

    [Fact]
    public void A_type_without_a_view_is_named() =>
        Assert.Contains("Version", Assert.Throws<ArgumentException>(() => Show.Of(new Version(1, 2))).Message);

    [Fact]
    public async Task Are_there_in_a_process_that_only_references_the_assembly()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(AdrFormattersTests).Assembly.Location])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        Assert.Equal("", await errors);
        Assert.Equal(
            """
            97.3 % [96.1, 98.1]
            <span>97.3 % [96.1, 98.1]</span>
            [2,3] float32 on cpu
            [[0 1 2]
             [3 4 5]]

            """.ReplaceLineEndings("\n"), output.ReplaceLineEndings("\n"));
    }
}
