using Adr.Cli;

return await Commands.RunAsync(args);
