using System.Net;
using System.Net.Sockets;

namespace Adr.Tests.Data;

/// <summary>Serves one file on this machine, as badly as it is told to.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;
    private int _requests;

    internal LoopbackServer(byte[] content)
    {
        Content = content;
        var port = FreePort();
        Address = new Uri($"http://127.0.0.1:{port}/");
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = Serve();
    }

    internal Uri Address { get; }

    /// <summary>What is sent.</summary>
    internal byte[] Content { get; set; }

    /// <summary>After how many bytes of the body the connection breaks, by number of the request from 0; null for
    /// never.</summary>
    internal Func<int, int?> BreaksAfter { get; init; } = _ => null;

    /// <summary>Whether it knows the Range header.</summary>
    internal bool KnowsRanges { get; init; } = true;

    /// <summary>What it answers instead of the file; null for the file.</summary>
    internal HttpStatusCode? Refuses { get; init; }

    /// <summary>Answers a request in its own way, by number of the request from 0; false leaves it to the
    /// others.</summary>
    internal Func<HttpListenerResponse, int, bool> Answers { get; init; } = (_, _) => false;

    /// <summary>The Range headers that came, "" for none.</summary>
    internal List<string> Ranges { get; } = [];

    public void Dispose()
    {
        _listener.Stop();
        _serving.Wait(TimeSpan.FromSeconds(5));
        _listener.Close();
    }

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            try
            {
                await Answer(context, _requests++);
            }
            catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException)
            {
                // The client went away, or the test is over. What a test asserts is what its own client got.
                if (!_listener.IsListening) return;
            }
        }
    }

    private async Task Answer(HttpListenerContext context, int number)
    {
        var range = context.Request.Headers["Range"] ?? "";
        lock (Ranges) Ranges.Add(range);
        var response = context.Response;
        if (Answers(response, number)) return;
        if (Refuses is { } refusal)
        {
            response.StatusCode = (int)refusal;
            response.Close();
            return;
        }
        var from = KnowsRanges && range.Length > 0 ? int.Parse(range["bytes=".Length..^1]) : 0;
        if (from >= Content.Length)
        {
            response.StatusCode = (int)HttpStatusCode.RequestedRangeNotSatisfiable;
            response.Close();
            return;
        }
        if (from > 0)
        {
            response.StatusCode = (int)HttpStatusCode.PartialContent;
            response.Headers["Content-Range"] = $"bytes {from}-{Content.Length - 1}/{Content.Length}";
        }
        response.ContentLength64 = Content.Length - from;
        var count = Math.Min(BreaksAfter(number) ?? int.MaxValue, Content.Length - from);
        await response.OutputStream.WriteAsync(Content.AsMemory(from, count));
        await response.OutputStream.FlushAsync();
        if (count == Content.Length - from)
        {
            response.Close();
            return;
        }
        await Task.Delay(50); // what was sent arrives before the reset does
        response.Abort();
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
