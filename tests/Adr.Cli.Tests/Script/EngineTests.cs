namespace Adr.Cli.Tests.Script;

/// <summary>Which engine <c>./adr</c> takes, in which order, and what it says when there is none.</summary>
public sealed class EngineTests : IDisposable
{
    private const string Packages = "libtorch-dev libopenblas0-pthread g++";
    private readonly StubbedMachine machine = new();

    public void Dispose() => machine.Dispose();

    public sealed class Asked : IDisposable
    {
        private readonly StubbedMachine machine = new();

        public void Dispose() => machine.Dispose();

        [Theory]
        [InlineData("cpu")]
        [InlineData("cuda")]
        public void A_package_is_taken_as_asked_even_where_Debian_has_a_libtorch(string kind)
        {
            var (code, _, errors) = machine.WithDebiansLibtorch().With("ADR_TORCH", kind).Adr("doctor");

            Assert.Equal(0, code);
            Assert.Contains($"engine: {kind} (ADR_TORCH asks", errors);
            Assert.Equal(kind, machine.Remembered["torch"]);
            Assert.Contains(machine.Calls, call => call.StartsWith("dotnet build src/Adr.Cli", StringComparison.Ordinal) && call.EndsWith($"-p:Torch={kind}", StringComparison.Ordinal));
        }

        [Fact]
        public void System_takes_the_libtorch_that_is_there_and_never_asks_NuGet()
        {
            Assert.Equal(0, machine.WithDebiansLibtorch().With("ADR_TORCH", "system").Adr("doctor").Code);
            Assert.Equal("system", machine.Remembered["torch"]);
            Assert.DoesNotContain(machine.Calls, call => call.StartsWith("dotnet restore", StringComparison.Ordinal));
        }

        [Fact]
        public void A_folder_of_a_libtorch_becomes_LIBTORCH()
        {
            var folder = machine.Libtorch("my libtorch");

            var (code, output, _) = machine.With("ADR_TORCH", folder).Adr("doctor");

            Assert.Equal(0, code);
            Assert.Equal(folder, machine.Remembered["libtorch"]);
            Assert.Contains($"LIBTORCH={folder}:", output);
        }

        [Fact]
        public void A_folder_without_a_libtorch_is_refused()
        {
            var (code, _, errors) = machine.With("ADR_TORCH", "/nowhere").Adr("doctor");

            Assert.Equal(2, code);
            Assert.Contains("ADR_TORCH=/nowhere: expected system, cpu, cuda", errors);
            Assert.Empty(machine.Remembered);
        }

        [Fact]
        public void A_TorchSharp_assembly_is_passed_to_the_build()
        {
            var dll = Path.Combine(machine.Home, "TorchSharp.dll");
            File.WriteAllText(dll, "");

            Assert.Equal(0, machine.With("ADR_TORCH", dll).Adr("doctor").Code);
            Assert.Equal("custom", machine.Remembered["torch"]);
            Assert.Contains(machine.Calls, call => call.EndsWith($"-p:Torch=custom -p:TorchSharpDll={dll}", StringComparison.Ordinal));
        }

        [Fact]
        public void An_assembly_that_is_not_there_is_refused()
        {
            var (code, _, errors) = machine.With("ADR_TORCH", "/nowhere/TorchSharp.dll").Adr("doctor");

            Assert.Equal(2, code);
            Assert.Contains("/nowhere/TorchSharp.dll is not a file", errors);
        }
    }

    public sealed class Found : IDisposable
    {
        private readonly StubbedMachine machine = new();

        public void Dispose() => machine.Dispose();

        [Fact]
        public void LIBTORCH_comes_before_Debians()
        {
            var folder = machine.Libtorch("libtorch");

            Assert.Equal(0, machine.WithDebiansLibtorch().With("LIBTORCH", folder).Adr("doctor").Code);
            Assert.Equal(folder, machine.Remembered["libtorch"]);
        }

        [Fact]
        public void A_LIBTORCH_that_is_none_is_an_error_and_not_passed_over()
        {
            var (code, _, errors) = machine.WithDebiansLibtorch().With("LIBTORCH", "/nowhere").Adr("doctor");

            Assert.Equal(5, code);
            Assert.Contains("LIBTORCH=/nowhere: expected a folder with lib/libtorch_cpu.so", errors);
        }

        [Fact]
        public void A_relative_LIBTORCH_is_the_callers_and_not_the_clones()
        {
            var folder = machine.Libtorch("libtorch");

            var (code, output, _) = machine.With("LIBTORCH", "libtorch").Adr("doctor"); // called from another folder than the clone

            Assert.Equal(0, code);
            Assert.Equal(folder, machine.Remembered["libtorch"]);
            Assert.Contains($"LIBTORCH={folder}:", output);
        }

        [Fact]
        public void Debians_comes_before_Pythons()
        {
            var python = machine.Libtorch("site-packages/torch");

            Assert.Equal(0, machine.WithDebiansLibtorch().Stub("python3", $"echo '{python}'").Adr("doctor").Code);
            Assert.Equal("", machine.Remembered["libtorch"]);
            Assert.Equal("libtorch-dev 1.13.1+dfsg-4 is installed", machine.Remembered["why"]);
        }

        [Fact]
        public void A_removed_package_whose_configuration_stayed_is_not_a_libtorch()
        {
            machine.Stub("dpkg-query", "echo 'config-files 1.13.1+dfsg-4'");

            Assert.Equal(5, machine.Adr("doctor").Code);
        }

        [Fact]
        public void Pythons_comes_before_NuGets()
        {
            var python = machine.Libtorch("site-packages/torch");

            Assert.Equal(0, machine.With("STUB_NUGET", "serves").Stub("python3", $"echo '{python}'").Adr("doctor").Code);
            Assert.Equal(python, machine.Remembered["libtorch"]);
        }

        [Fact]
        public void A_python_torch_without_headers_is_passed_over()
        {
            Assert.Equal(0, machine.With("STUB_NUGET", "serves").Stub("python3", $"echo '{machine.Home}'").Adr("doctor").Code);
            Assert.Equal("cpu", machine.Remembered["torch"]);
        }
    }

    [Fact]
    public void NuGets_TorchSharp_is_taken_where_it_restores()
    {
        var (code, _, errors) = machine.AsDebianRoot().With("STUB_NUGET", "serves").Adr("doctor");

        Assert.Equal(0, code);
        Assert.Contains("engine: cpu (NuGet serves TorchSharp-cpu)", errors);
        Assert.DoesNotContain(machine.Calls, call => call.StartsWith("apt-get", StringComparison.Ordinal));
    }

    [Fact]
    public void NuGets_CUDA_build_is_taken_where_a_GPU_answers()
    {
        machine.With("STUB_NUGET", "serves").Stub("nvidia-smi", "echo GPU 0");

        Assert.Equal(0, machine.Adr("doctor").Code);
        Assert.Equal("cuda", machine.Remembered["torch"]);
    }

    [Fact]
    public void NuGets_TorchSharp_is_passed_over_where_its_native_part_cannot_be_loaded()
    {
        machine.AsDebianRoot().With("STUB_NUGET", "serves").Stub("ldd", "echo \"libLibTorchSharp.so: version GLIBCXX_3.4.32 not found\"");

        var (code, _, errors) = machine.Adr("doctor");

        Assert.Equal(0, code);
        Assert.Contains("cannot be loaded here: version GLIBCXX_3.4.32 not found", errors);
        Assert.Equal("system", machine.Remembered["torch"]);
    }

    [Fact]
    public void NuGet_is_not_asked_on_Arm_because_TorchSharp_has_no_build_for_it()
    {
        machine.With("STUB_NUGET", "serves").Stub("uname", "case $1 in -m) echo aarch64 ;; *) echo Linux aarch64 ;; esac");

        Assert.Equal(5, machine.Adr("doctor").Code);
        Assert.DoesNotContain(machine.Calls, call => call.StartsWith("dotnet restore", StringComparison.Ordinal));
    }

    [Fact]
    public void On_Debian_root_installs_what_is_missing()
    {
        var (code, _, errors) = machine.AsDebianRoot().Adr("doctor");

        Assert.Equal(0, code);
        Assert.Equal(["apt-get -q update", $"apt-get -q -y --no-install-recommends install {Packages}"], machine.Calls.Where(call => call.StartsWith("apt-get", StringComparison.Ordinal)));
        Assert.Contains("NuGet does not serve TorchSharp here", errors);
        Assert.Equal("installed Debian's libtorch-dev", machine.Remembered["why"]);
    }

    [Fact]
    public void On_Debian_a_user_with_sudo_installs_through_it()
    {
        machine.Stub("apt-get", "").Stub("sudo", "[[ $2 == true ]] || \"${@:2}\"");

        Assert.Equal(0, machine.Adr("doctor").Code);
        Assert.Contains($"sudo -n env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install {Packages}", machine.Calls);
    }

    [Fact]
    public void On_Debian_a_user_who_may_not_install_is_told_the_line()
    {
        var (code, output, errors) = machine.Stub("apt-get", "").Stub("sudo", "exit 1").Adr("doctor");

        Assert.Equal(5, code);
        Assert.Contains($"sudo apt-get install --no-install-recommends {Packages}", errors);
        Assert.Empty(output);
        Assert.Empty(machine.Remembered);
        Assert.DoesNotContain(machine.Calls, call => call.Contains(" install ", StringComparison.Ordinal));
    }

    [Fact]
    public void When_apt_fails_its_last_words_are_shown()
    {
        machine.AsDebianRoot().Stub("apt-get", "echo E: Unable to locate package; exit 100");

        var (code, _, errors) = machine.Adr("doctor");

        Assert.Equal(5, code);
        Assert.Contains("E: Unable to locate package", errors);
        Assert.Contains($"could not install: {Packages}", errors);
        Assert.Empty(machine.Remembered);
    }

    [Fact]
    public void Elsewhere_LIBTORCH_is_named_as_the_way()
    {
        var (code, _, errors) = machine.Adr("doctor");

        Assert.Equal(5, code);
        Assert.Contains("LIBTORCH=/path/to/libtorch ./adr", errors);
    }

    [Fact]
    public void The_slow_reference_BLAS_is_replaced_where_we_may()
    {
        machine.AsDebianRoot().WithDebiansLibtorch().With("STUB_BLAS", "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0");

        Assert.Equal(0, machine.Adr("doctor").Code);
        Assert.Contains("apt-get -q -y --no-install-recommends install libopenblas0-pthread", machine.Calls);
    }

    [Fact]
    public void The_slow_reference_BLAS_is_named_where_we_may_not_replace_it()
    {
        var (code, _, errors) = machine.WithDebiansLibtorch().With("STUB_BLAS", "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0").Adr("doctor");

        Assert.Equal(0, code);
        Assert.Contains("slow reference BLAS", errors);
        Assert.Contains("sudo apt-get install libopenblas0-pthread", errors);
    }

    [Fact]
    public void The_slow_reference_BLAS_stops_nothing_where_apt_fails()
    {
        machine.AsDebianRoot().WithDebiansLibtorch().With("STUB_BLAS", "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0").Stub("apt-get", "echo E: no network; exit 100");

        var (code, output, errors) = machine.Adr("doctor");

        Assert.Equal(0, code);
        Assert.Contains("E: no network", errors);
        Assert.Contains("slow reference BLAS", errors);
        Assert.Contains("command ran", output);
        Assert.DoesNotContain("BLAS", machine.Adr("doctor").Errors); // and it is not tried at every call
    }

    [Fact]
    public void A_missing_compiler_is_installed_where_we_may()
    {
        Assert.Equal(0, machine.AsDebianRoot().WithDebiansLibtorch().Without("g++").Adr("doctor").Code);
        Assert.Contains("apt-get -q -y --no-install-recommends install g++", machine.Calls);
    }

    [Fact]
    public void A_missing_compiler_is_named_where_we_may_not()
    {
        var (code, _, errors) = machine.WithDebiansLibtorch().Without("g++").Adr("doctor");

        Assert.Equal(5, code);
        Assert.Contains("g++ is missing", errors);
    }

    [Fact]
    public void A_missing_compiler_is_named_where_apt_fails()
    {
        machine.AsDebianRoot().WithDebiansLibtorch().Without("g++").Stub("apt-get", "exit 100");

        var (code, _, errors) = machine.Adr("doctor");

        Assert.Equal(5, code);
        Assert.Contains("g++ is missing", errors);
    }

    [Fact]
    public void A_package_needs_no_compiler()
    {
        Assert.Equal(0, machine.Without("g++").With("ADR_TORCH", "cpu").Adr("doctor").Code);
    }
}
