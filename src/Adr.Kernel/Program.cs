using Adr.Kernel.Engine;

return await EngineHost.RunAsync(args);
