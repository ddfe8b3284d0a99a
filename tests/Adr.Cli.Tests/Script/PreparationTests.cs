namespace Adr.Cli.Tests.Script;

/// <summary>What <c>./adr</c> does again on a second call, and what it does not.</summary>
public sealed class PreparationTests : IDisposable
{
    private readonly StubbedMachine machine = new();

    public void Dispose() => machine.Dispose();

    private int Builds => machine.Calls.Count(call => call.StartsWith("dotnet build", StringComparison.Ordinal));

    [Fact]
    public void A_second_call_neither_chooses_nor_builds()
    {
        machine.WithDebiansLibtorch().Adr("doctor");

        var (code, output, errors) = machine.Adr("run", "a notebook.ipynb", "-p", "x=1");

        Assert.Equal(0, code);
        Assert.Equal("command ran with LIBTORCH=: run a notebook.ipynb -p x=1\n", output);
        Assert.Empty(errors);
        Assert.Equal(1, Builds);
    }

    [Theory]
    [InlineData("src/Adr.Cli/New.cs")]
    [InlineData("Directory.Packages.props")]
    [InlineData("data/digits.gz")]
    public void A_changed_source_is_built_again(string source)
    {
        machine.WithDebiansLibtorch().Adr("doctor");
        File.WriteAllText(Path.Combine(machine.Repository, source), "changed");

        machine.Adr("doctor");

        Assert.Equal(2, Builds);
    }

    [Fact]
    public void A_deleted_source_is_built_again()
    {
        var source = Path.Combine(machine.Repository, "src/Adr.Cli/Old.cs");
        File.WriteAllText(source, "");
        machine.WithDebiansLibtorch().Adr("doctor");
        File.Delete(source);

        machine.Adr("doctor");

        Assert.Equal(2, Builds);
    }

    [Fact]
    public void Another_engine_is_built_again_and_its_build_remembered()
    {
        machine.WithDebiansLibtorch().Adr("doctor");
        machine.With("ADR_TORCH", "cpu");

        machine.Adr("doctor");
        machine.Adr("doctor");

        Assert.Equal("cpu", machine.Remembered["torch"]);
        Assert.Equal(2, Builds);
    }

    [Fact]
    public void A_libtorch_that_was_upgraded_is_built_against_again()
    {
        var header = Path.Combine(machine.Libtorch("libtorch"), "include/ATen/ATen.h");
        machine.With("LIBTORCH", Path.Combine(machine.Home, "libtorch")).Adr("doctor");
        File.WriteAllText(header, "newer");
        File.SetLastWriteTimeUtc(header, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc)); // packages bring the times of their own build

        machine.Adr("doctor");
        machine.Adr("doctor");

        Assert.Equal(2, Builds);
    }

    [Fact]
    public void A_TorchSharp_that_was_built_anew_is_built_against_again()
    {
        var dll = Path.Combine(machine.Home, "TorchSharp.dll");
        File.WriteAllText(dll, "");
        machine.With("ADR_TORCH", dll).Adr("doctor");
        File.WriteAllText(dll, "newer");

        machine.Adr("doctor");
        machine.Adr("doctor");

        Assert.Equal(2, Builds);
    }

    [Fact]
    public void The_same_relative_path_from_another_folder_is_another_engine()
    {
        var first = machine.Libtorch("libtorch");
        var second = machine.Libtorch("elsewhere/libtorch");
        machine.With("LIBTORCH", "libtorch").Adr("doctor");
        Assert.Equal(first, machine.Remembered["libtorch"]);

        machine.From("elsewhere").Adr("doctor");

        Assert.Equal(second, machine.Remembered["libtorch"]);
    }

    [Fact]
    public void A_libtorch_that_is_gone_is_forgotten()
    {
        var folder = machine.Libtorch("site-packages/torch");
        machine.Stub("python3", $"echo '{folder}'").Adr("doctor");
        Directory.Delete(folder, recursive: true);
        machine.WithDebiansLibtorch();

        var (code, _, errors) = machine.Adr("doctor");

        Assert.Equal(0, code);
        Assert.Contains("is gone; choosing again", errors);
        Assert.Equal("", machine.Remembered["libtorch"]);
    }

    [Fact]
    public void A_failed_build_shows_its_errors_and_is_tried_again()
    {
        machine.WithDebiansLibtorch().With("STUB_BUILD", "fails");

        var (code, output, errors) = machine.Adr("doctor");

        Assert.Equal(6, code);
        Assert.Contains("error CS0001: it is wrong", errors);
        Assert.Empty(output);
        machine.With("STUB_BUILD", "works");
        Assert.Equal(0, machine.Adr("doctor").Code);
    }

    [Fact]
    public void A_missing_SDK_is_named()
    {
        var (code, _, errors) = machine.Without("dotnet").Adr("doctor");

        Assert.Equal(5, code);
        Assert.Contains("Install the .NET 10 SDK", errors);
    }

    [Fact]
    public void An_SDK_in_the_home_folder_is_found()
    {
        Directory.CreateDirectory(Path.Combine(machine.Home, ".dotnet"));
        File.Move(Path.Combine(machine.Tools, "dotnet"), Path.Combine(machine.Home, ".dotnet", "dotnet"));

        Assert.Equal(0, machine.WithDebiansLibtorch().Adr("doctor").Code);
    }

    [Theory]
    [InlineData(".dotnet")]
    [InlineData("sdk 10")]
    public void A_good_SDK_is_found_behind_an_old_one_on_PATH(string folder)
    {
        var place = Path.Combine(machine.Home, folder);
        Directory.CreateDirectory(place);
        File.Move(Path.Combine(machine.Tools, "dotnet"), Path.Combine(place, "dotnet"));
        machine.Stub("dotnet", "exit 1").With("DOTNET_ROOT", Path.Combine(machine.Home, "sdk 10")).WithDebiansLibtorch();

        var (code, output, _) = machine.Adr("doctor");

        Assert.Equal(0, code);
        Assert.Contains("command ran", output);
    }

    [Fact]
    public void Without_a_HOME_PATH_is_enough()
    {
        machine.WithDebiansLibtorch().With("HOME", null);

        Assert.Equal(0, machine.Adr("doctor").Code);
    }

    [Fact]
    public void An_SDK_that_global_json_refuses_is_named_with_what_there_is()
    {
        machine.Stub("dotnet", """[[ $1 == --list-sdks ]] && echo "9.0.1 [/x]" || exit 1""");

        var (code, _, errors) = machine.Adr("doctor");

        Assert.Equal(5, code);
        Assert.Contains("this machine has: 9.0.1", errors);
    }

    [Fact]
    public void The_SDK_is_chosen_by_the_clone_and_not_by_the_callers_folder()
    {
        machine.With("STUB_NUGET", "serves").Adr("doctor");

        Assert.Contains(machine.Places, place => place.Tool == "dotnet restore");
        Assert.All(machine.Places, place => Assert.Equal(machine.Repository, place.Folder));
    }

    [Theory]
    [InlineData("./adr demo")]
    [InlineData("./adr demo", "help")]
    [InlineData("./adr demo", "--help")]
    [InlineData("./adr test [PROJECT", "test", "--help")]
    [InlineData("One.Tests Two.Tests", "test", "-h")]
    public void Help_prepares_nothing(string says, params string[] arguments)
    {
        var (code, output, _) = machine.Without("dotnet").Adr(arguments);

        Assert.Equal(0, code);
        Assert.Contains(says, output);
        Assert.DoesNotContain(machine.Calls, call => !call.StartsWith("readlink", StringComparison.Ordinal));
    }
}
