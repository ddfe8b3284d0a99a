
namespace Adr.Cli.Tests;

public sealed class TorchFactsTests
{
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

            var files = TorchFacts.FilesInMaps(maps);

            Assert.Equal(["/opt/my torch/libtorch_cpu.so"], files);
            Assert.Equal("/opt/my torch/libtorch_cpu.so", TorchFacts.LibtorchAmong(files));
        }
    }
}
