using Adr.Cli;
using Adr.Kernel.Engine;

// The engine of a notebook is this same program, so that cells share its assemblies and its native libraries.
return args is ["engine", ..] ? await EngineHost.RunAsync(args) : await Commands.RunAsync(args);
