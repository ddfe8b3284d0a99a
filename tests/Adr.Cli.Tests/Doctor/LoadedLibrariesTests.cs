using Adr.Cli.Doctor;

namespace Adr.Cli.Tests.Doctor;

public sealed class LoadedLibrariesTests
{
    private const string Reference = "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3.11.0";
    private const string OpenBlas = "/usr/lib/x86_64-linux-gnu/openblas-pthread/libblas.so.3";
    private const string OpenBlasItself = "/usr/lib/x86_64-linux-gnu/openblas-pthread/libopenblasp-r0.3.21.so";

    public sealed class Blas
    {
        [Fact]
        public void Debians_reference_BLAS_is_slow() => Assert.Equal((Reference, true), LoadedLibraries.Blas(["/usr/lib/libc.so.6", Reference]));

        [Fact]
        public void It_is_slow_even_when_LAPACK_has_brought_OpenBLAS_along() =>
            Assert.Equal((Reference, true), LoadedLibraries.Blas([OpenBlasItself, Reference]));

        [Fact]
        public void OpenBLAS_behind_the_generic_name_is_fast() => Assert.Equal((OpenBlas, false), LoadedLibraries.Blas([OpenBlas, OpenBlasItself]));

        [Fact]
        public void A_BLAS_loaded_by_its_own_name_is_found() =>
            Assert.Equal(("/opt/mkl/libmkl_core.so.2", false), LoadedLibraries.Blas(["/opt/libtorch_cpu.so", "/opt/mkl/libmkl_core.so.2"]));

        [Fact]
        public void None_means_that_libtorch_carries_its_own() => Assert.Equal((null, false), LoadedLibraries.Blas(["/opt/libtorch_cpu.so"]));
    }

    public sealed class FromMaps
    {
        [Fact]
        public void Takes_each_native_file_once_even_with_spaces_in_its_path()
        {
            string[] maps =
            [
                "7f00-7f01 r-xp 00000000 08:01 12 /opt/my torch/libtorch_cpu.so",
                "7f01-7f02 rw-p 00000000 08:01 12 /opt/my torch/libtorch_cpu.so",
                "7f02-7f03 rw-p 00000000 00:00 0 ",
                "7f03-7f04 r--p 00000000 08:01 13 /usr/share/dotnet/System.dll",
                "7ffd-7ffe rw-p 00000000 00:00 0 [stack]",
            ];

            var files = LoadedLibraries.FromMaps(maps);

            Assert.Equal(["/opt/my torch/libtorch_cpu.so"], files);
            Assert.Equal("/opt/my torch/libtorch_cpu.so", LoadedLibraries.Libtorch(files));
        }
    }
}
