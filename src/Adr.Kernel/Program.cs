using System.Globalization;
using Adr.Kernel.Engine;
using Adr.Kernel.Jupyter;

// Numbers look the same on every machine. A cell may choose another culture.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

if (args is not ["kernel", var connectionFile]) return await EngineHost.RunAsync(args);
try
{
    await JupyterKernel.RunAsync(connectionFile, EngineCommand.Default, []);
    return 0;
}
catch (Exception problem) when (problem is ConnectionFileException or IOException)
{
    Console.Error.WriteLine(problem.Message);
    return problem is IOException ? 1 : 2;
}
