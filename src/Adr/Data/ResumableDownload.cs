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
/// <para>Bytes go to <c>NAME.part</c>. A later attempt, in this process or the next, asks for the rest by a Range
/// request. When all is there, the check runs and the file takes its name by a rename; a file under its own name is
/// therefore complete and right. A link under the name <c>NAME.part</c> is removed and not followed.</para>
/// <para>A redirection is followed to http and https, and from https to https alone.</para>
/// </remarks>
public sealed class ResumableDownload
{
    private const int MostRedirections = 10;

    /// <summary>How often a mirror is tried again after a broken connection, before the next one is. Default
    /// 4.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>How long a server may stay silent. Default 30 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The length of the longest file that is taken, in bytes. Default 1 GiB.</summary>
    public long Limit { get; init; } = 1L << 30;

    /// <summary>Fetches one file.</summary>
    /// <param name="mirrors">Addresses of the same file, tried in turn.</param>
    /// <param name="target">Where it shall lie.</param>
    /// <param name="problem">Says what is wrong with the fetched file at a path, or null when it is right.</param>
    /// <param name="progress">Told about every chunk.</param>
    /// <param name="cancellation">Stops between chunks; what has come is kept for the next attempt.</param>
    /// <exception cref="IOException">No mirror gave the right file, and the message lists what each did; or the file
    /// cannot be written.</exception>
    public async Task Fetch(IReadOnlyList<Uri> mirrors, string target, Func<string, string?> problem,
        IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        var part = target + ".part";
        var failures = new List<string>();
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        OnDisk(target, () => Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!));
        foreach (var mirror in mirrors)
        {
            var isAnew = false; // the server does not continue a file; it is asked for all of it
            for (var attempt = 0; attempt <= Retries; attempt++)
            {
                try
                {
                    var resumed = await Receive(client, mirror, part, isAnew, progress, cancellation)
                        .ConfigureAwait(false);
                    if (problem(part) is not { } wrong)
                    {
                        OnDisk(target, () => File.Move(part, target, overwrite: true));
                        return;
                    }
                    File.Delete(part);
                    failures.Add($"{mirror}: {wrong}");
                    if (!resumed) break; // the mirror itself has the wrong file
                }
                catch (UselessMirrorException useless)
                {
                    failures.Add($"{mirror}: {useless.Message}");
                    break;
                }
                catch (Exception broken) when (broken is not DiskException
                    && broken is IOException or HttpRequestException or TimeoutException)
                {
                    failures.Add($"{mirror}: {broken.Message}");
                    isAnew = broken is WrongRangeException;
                    await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), cancellation).ConfigureAwait(false);
                }
            }
        }
        throw new IOException($"{Path.GetFileName(target)} could not be fetched:\n  "
            + $"{string.Join("\n  ", failures.Distinct().DefaultIfEmpty("no mirror was named"))}\nCheck the "
            + $"connection, or put the file into {Path.GetDirectoryName(Path.GetFullPath(target))} by hand.");
    }

    /// <summary>The addresses of a file in mirrors, which are folders on the web.</summary>
    /// <exception cref="ArgumentException">A mirror is not the address of a folder.</exception>
    internal static IReadOnlyList<Uri> Addresses(IReadOnlyList<string> mirrors, string file) =>
        [.. mirrors.Select(mirror => Uri.TryCreate($"{mirror.TrimEnd('/')}/{file}", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            ? address
            : throw new ArgumentException($"The mirror \"{mirror}\" is not the address of a folder on the web, such as "
                + "https://example.org/mnist/.", nameof(mirrors)))];

    // Appends to what is there; true where something was.
    private async Task<bool> Receive(HttpClient client, Uri mirror, string part, bool isAnew,
        IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var file = OnDisk(part, () => Open(part));
        try
        {
            var have = isAnew || file.Length > Limit ? 0 : file.Length;
            using var response = await Ask(client, mirror, have, cancellation).ConfigureAwait(false);
            // nothing is missing; the check decides
            if (have > 0 && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable) return true;
            if (response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.PartialContent))
            {
                var answer = $"answered {(int)response.StatusCode} {response.StatusCode}";
                throw (int)response.StatusCode is >= 300 and < 500
                    ? new UselessMirrorException(answer)
                    : new IOException(answer);
            }
            var (from, total) = Range(response, have);
            if (total > Limit) throw new UselessMirrorException($"has {total} bytes; expected at most {Limit}");
            if (total - from > FreeSpace(part))
                throw new DiskException($"{part} cannot be written: {total - from} bytes are to come, and the disk has "
                    + $"room for {FreeSpace(part)}.", null);

            OnDisk(part, () => file.SetLength(from));
            file.Position = from;
            await Copy(response, file, from, total, progress, cancellation).ConfigureAwait(false);
            return from > 0;
        }
        finally
        {
            var isEmpty = file.Length == 0;
            await file.DisposeAsync().ConfigureAwait(false);
            if (isEmpty) File.Delete(part);
        }
    }

    private async Task Copy(HttpResponseMessage response, FileStream file, long have, long? total,
        IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var name = Path.GetFileNameWithoutExtension(file.Name); // without .part
        await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var chunk = new byte[1 << 16];
        while (true)
        {
            var count = await Patiently(t => body.ReadAsync(chunk, t).AsTask(), cancellation).ConfigureAwait(false);
            if (count == 0) break;
            have += count;
            if (have > (total ?? Limit))
            {
                file.SetLength(0); // nothing of it can be trusted
                throw new UselessMirrorException($"sent more than the {total ?? Limit} bytes that were expected");
            }
            OnDisk(file.Name, () => file.Write(chunk, 0, count));
            progress?.Report(new DownloadProgress(name, have, total));
        }
        if (total is { } all && have < all) throw new IOException($"the connection ended after {have} of {all} bytes");
    }

    // From where on the server sends, and how long the whole file is, where it says so.
    private static (long From, long? Total) Range(HttpResponseMessage response, long have)
    {
        var length = response.Content.Headers.ContentLength;
        if (response.StatusCode == HttpStatusCode.OK) return (0, length); // all of it, whatever was asked for
        var range = response.Content.Headers.ContentRange;
        var isWhole = range is { From: 0, To: { } last, Length: { } all } && last == all - 1;
        if (range?.From != have && !isWhole)
            throw new WrongRangeException($"asked for the bytes from {have} on, was sent those from "
                + $"{range?.From?.ToString() ?? "nowhere"} on");
        var from = range!.From!.Value;
        if (length is { } sent && range.To is { } to && to - from + 1 != sent)
            throw new WrongRangeException($"announced the bytes {from} to {to}, and sends {sent}");
        return (from, range.Length ?? from + length);
    }

    private async Task<HttpResponseMessage> Ask(HttpClient client, Uri mirror, long from,
        CancellationToken cancellation)
    {
        var address = mirror;
        for (var redirections = 0; redirections <= MostRedirections; redirections++)
        {
            if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https")
                || mirror.Scheme == "https" && address.Scheme != "https")
                throw new UselessMirrorException(address == mirror
                    ? "is no address of http or https"
                    : $"redirects to {address}, which is not followed");
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            if (from > 0) request.Headers.Range = new RangeHeaderValue(from, null);
            var response = await Patiently(
                t => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, t),
                cancellation).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)) return response;
            using (response) address = Next(address, response);
        }
        throw new UselessMirrorException($"redirects more than {MostRedirections} times");
    }

    private static Uri Next(Uri address, HttpResponseMessage response)
    {
        // as text: a path alone, such as /file, would be taken for file:///file
        var to = response.Headers.TryGetValues("Location", out var values) ? values.FirstOrDefault() : null;
        return to is not null && Uri.TryCreate(address, to, out var next)
            ? next
            : throw new UselessMirrorException(to is null
                ? "redirects to nowhere"
                : $"redirects to {to}, which is no address");
    }

    // Held until the attempt ends, so that no other process writes to it.
    private static FileStream Open(string part)
    {
        if (new FileInfo(part).LinkTarget is not null) File.Delete(part); // the file behind it is not ours
        return new FileStream(part, File.Exists(part) ? FileMode.Open : FileMode.CreateNew, FileAccess.ReadWrite,
            FileShare.None, bufferSize: 0);
    }

    // Null where the system does not say.
    private static long? FreeSpace(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        }
        catch (Exception unknown) when (unknown is IOException or ArgumentException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // No other mirror helps where a file cannot be written.
    private static T OnDisk<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new DiskException($"{path} cannot be written: {refused.Message}", refused);
        }
    }

    private static void OnDisk(string path, Action work) => OnDisk(path, () =>
    {
        work();
        return true;
    });

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

    private sealed class DiskException(string message, Exception? inner) : IOException(message, inner);

    private sealed class UselessMirrorException(string message) : Exception(message);

    private sealed class WrongRangeException(string message) : IOException(message);
}
