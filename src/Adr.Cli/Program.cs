using System.Globalization;
using Adr.Cli;
using Adr.Kernel.Engine;

// Numbers look the same on every machine. A cell may choose another culture.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

// The engine of a notebook is this same program, so that cells share its assemblies and its native libraries.
// Adr.Interactive shows the charts of Plotly.NET. Their own extension would do it by a script from the network.
if (args is ["engine", ..]) return await EngineHost.RunAsync(args, shownByHost: "Plotly.NET.Interactive");

var output = ResilientOutput.Install();
var code = await Commands.RunAsync(args);
return code == ExitCode.Fine && output.IsLost ? ExitCode.Failed : code;
