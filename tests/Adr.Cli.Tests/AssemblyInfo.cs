using System.Runtime.Versioning;

// ./adr is bash.
[assembly: UnsupportedOSPlatform("windows")]
