using System.Globalization;
using Adr.Cli;
using Adr.Kernel.Engine;

// Numbers look the same on every machine. A cell may choose another culture.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// The engine of a notebook is this same program, so that cells share its assemblies and its native libraries.
if (args is not ["engine", ..]) return await Commands.RunAsync(args);
ChartSupport.LoadWithPlotly();
return await EngineHost.RunAsync(args, ChartSupport.ReplacedExtension);
