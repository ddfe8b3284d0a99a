using System.Net;
using System.Net.Http.Headers;

namespace Adr.Data;

/// <summary>How far a download is.</summary>
/// <param name="File">The name of the file.</param>
/// <param name="Received">Bytes on disk, those of an earlier attempt included.</param>
/// <param name="Total">Bytes in all, where the server says so.</param>
public sealed record DownloadProgress(string File, long Received, long? Total);

/// <summary>Fetches a file over HTTP so that a broken connection costs only what had not arrived, and a wrong file is
/// never kept.</summary>
/// <remarks>
/// Bytes go to <c>NAME.part</c>. A later attempt, in this process or the next, asks for the rest by a Range request.
/// When all is there, the check runs and the file takes its name by a rename; a file under its own name is therefore
/// complete and right.
/// </remarks>
public sealed class ResumableDownload
{
    /// <summary>How often a mirror is tried again after a broken connection, before the next one is. Default
    /// 4.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>How long a server may stay silent. Default 30 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Fetches one file.</summary>
    /// <param name="mirrors">Addresses of the same file, tried in turn.</param>
    /// <param name="target">Where it shall lie.</param>
    /// <param name="problem">Says what is wrong with the fetched file at a path, or null when it is right.</param>
    /// <param name="progress">Told about every chunk.</param>
    /// <param name="cancellation">Stops between chunks; what has come is kept for the next attempt.</param>
    /// <exception cref="IOException">No mirror gave the right file; the message lists what each did.</exception>
    public async Task Fetch(IReadOnlyList<Uri> mirrors, string target, Func<string, string?> problem,
        IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
        var part = target + ".part";
        var failures = new List<string>();
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        foreach (var mirror in mirrors)
        {
            for (var attempt = 0; attempt <= Retries; attempt++)
            {
                try
                {
                    var resumed = await Receive(client, mirror, part, Path.GetFileName(target), progress, cancellation)
                        .ConfigureAwait(false);
                    if (problem(part) is not { } wrong)
                    {
                        File.Move(part, target, overwrite: true);
                        return;
                    }
                    File.Delete(part);
                    failures.Add($"{mirror}: {wrong}");
                    if (!resumed) break; // the mirror itself has the wrong file
                }
                catch (HttpRequestException refused) when (refused.StatusCode is { } status
                    && (int)status is >= 400 and < 500)
                {
                    failures.Add($"{mirror}: answered {(int)status} {status}");
                    break;
                }
                catch (Exception broken) when (broken is IOException or HttpRequestException or TimeoutException)
                {
                    failures.Add($"{mirror}: {broken.Message}");
                    await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), cancellation).ConfigureAwait(false);
                }
            }
        }
        throw new IOException($"{Path.GetFileName(target)} could not be fetched:\n  "
            + $"{string.Join("\n  ", failures.Distinct())}\nCheck the connection, or put the file into "
            + $"{Path.GetDirectoryName(Path.GetFullPath(target))} by hand.");
    }

    // Appends to what is there; true where something was.
    private async Task<bool> Receive(
        HttpClient client,
        Uri mirror,
        string part,
        string name,
        IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        var have = File.Exists(part) ? new FileInfo(part).Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, mirror);
        if (have > 0) request.Headers.Range = new RangeHeaderValue(have, null);
        using var response = await Patiently(
            t => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, t),
            cancellation).ConfigureAwait(false);
        // nothing is missing; the check decides
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return true;
        response.EnsureSuccessStatusCode();

        var range = response.Content.Headers.ContentRange;
        var resumed = response.StatusCode == HttpStatusCode.PartialContent && range?.From == have;
        if (response.StatusCode == HttpStatusCode.PartialContent && !resumed)
            throw new IOException(
                $"asked for the bytes from {have} on, was sent those from {range?.From?.ToString() ?? "nowhere"} on");
        if (!resumed) have = 0; // the server sends all of it
        var total = have + response.Content.Headers.ContentLength;

        await using var file = new FileStream(part, resumed ? FileMode.Append : FileMode.Create, FileAccess.Write);
        await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var chunk = new byte[1 << 16];
        while (true)
        {
            var count = await Patiently(t => body.ReadAsync(chunk, t).AsTask(), cancellation).ConfigureAwait(false);
            if (count == 0) break;
            await file.WriteAsync(chunk.AsMemory(0, count), cancellation).ConfigureAwait(false);
            have += count;
            progress?.Report(new DownloadProgress(name, have, total));
        }
        if (total is { } all && have < all) throw new IOException($"the connection ended after {have} of {all} bytes");
        return resumed;
    }

    private async Task<T> Patiently<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            return await work(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"the server was silent for {Patience.TotalSeconds:0.#} s");
        }
    }
}
