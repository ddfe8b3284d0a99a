@echo off
rem Builds the command and runs it. All else is C#: src\Adr.Cli. On Linux and macOS: adr.
setlocal
set "root=%~dp0"
set "built=%root%artifacts\adr.built"
where dotnet >nul 2>nul
if errorlevel 1 (
  echo adr: there is no dotnet. Install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
  exit /b 5
)
set DOTNET_NOLOGO=1
set DOTNET_CLI_TELEMETRY_OPTOUT=1
rem The package that the last build took, unless another is asked for: cpu or cuda.
if not defined ADR_TORCH if exist "%built%" set /p ADR_TORCH=<"%built%"
if not defined ADR_TORCH (
  set ADR_TORCH=cpu
  nvidia-smi -L >nul 2>nul && dotnet restore "%root%src\Adr.Cli" -p:Torch=cuda >nul 2>nul && set ADR_TORCH=cuda
)
dotnet build "%root%src\Adr.Cli" -c Release -nologo -v q -clp:NoSummary
if errorlevel 1 exit /b 6
>"%built%" echo %ADR_TORCH%
dotnet "%root%artifacts\bin\Adr.Cli\release\Adr.Cli.dll" %*
