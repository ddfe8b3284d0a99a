using Adr.Kernel.Engine;
using Adr.Kernel.Jupyter;

if (args is not ["kernel", var connectionFile]) return await EngineHost.RunAsync(args);
await JupyterKernel.RunAsync(connectionFile, EngineCommand.Default, []);
return 0;
