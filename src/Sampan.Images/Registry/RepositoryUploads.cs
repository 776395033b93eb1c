using System.Globalization;
using System.Net.Http.Headers;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Bringing content into one repository of a registry: distribution-spec 1.1, "Push".</summary>
internal sealed class RepositoryUploads(RegistrySession session, string path)
{
    private static readonly int[] s_busy = [429, 500, 502, 503, 504];
    private const int TooLarge = 413;

    /// <summary>No registry wants larger pieces in earnest.</summary>
    private const long MostAtLeast = 1L << 30;
    private readonly string _push = $"repository:{path}:pull,push";

    /// <summary>It has refused a body for its length.</summary>
    private volatile bool _wantsPieces;

    public async Task<bool> Exists(Digest digest, CancellationToken stop)
    {
        using var response = await session.Send(new RegistryRequest(HttpMethod.Head, $"/v2/{path}/blobs/{digest}", _push)
        { Subject = $"blob {digest}", Answers = [404] }, stop).ConfigureAwait(false);
        return response.IsSuccessStatusCode;
    }

    /// <summary>Takes a blob from another repository of the same registry, without sending it.</summary>
    /// <returns>False: the registry does not do that, or not for us.</returns>
    public async Task<bool> Mount(Digest digest, string from, CancellationToken stop)
    {
        try
        {
            using var response = await session.Send(new RegistryRequest(HttpMethod.Post, $"{Uploads}?mount={digest}&from={Uri.EscapeDataString(from)}", $"{_push} repository:{from}:pull")
            { Subject = $"blob {digest}", Content = Empty }, stop).ConfigureAwait(false);
            if ((int)response.StatusCode == 201)
                return true;
            await Abandon(response, stop).ConfigureAwait(false);
            return false;
        }
        catch (SampanException e) when (e.Kind is ErrorKind.PermissionDenied or ErrorKind.NotFound)
        {
            return false; // not readable there: it is sent instead
        }
    }

    /// <summary>Sends a blob, in one piece where the registry takes that; one that breaks off is sent again from the start, in pieces from where it broke.</summary>
    /// <param name="open">Its content from a byte on.</param>
    public async Task Upload(Descriptor blob, Func<long, Stream> open, Action<long> sent, CancellationToken stop)
    {
        for (int attempt = 1; ; attempt++)
        {
            bool last = !Backoff.Default.Allows(attempt);
            var (location, least) = await Begin(blob.Digest, stop).ConfigureAwait(false);
            HttpResponseMessage? busy = null;
            try
            {
                bool pieces = (_wantsPieces || least > 0) && blob.Size > 0;
                if (pieces)
                    location = await new ChunkedUpload(session, _push, blob, open, least).Run(location, r => LocationOf(r, $"blob {blob.Digest}"), sent, stop).ConfigureAwait(false);
                busy = await Put(blob, location, pieces ? null : open, sent, [.. last ? [] : s_busy, .. pieces ? (int[])[] : [TooLarge]], stop).ConfigureAwait(false);
                if (busy.IsSuccessStatusCode)
                    return;
                if ((int)busy.StatusCode == TooLarge)
                    _wantsPieces = true;
                else
                    await Backoff.Default.Wait(attempt, busy, stop).ConfigureAwait(false);
            }
            catch (SampanException e) when (!last && e.InnerException is { } cause && Transport.IsTransient(cause))
            {
                await Backoff.Default.Wait(attempt, null, stop).ConfigureAwait(false);
            }
            finally
            {
                busy?.Dispose();
            }
        }
    }

    /// <summary>Gives a manifest, whose blobs are there, its tag.</summary>
    /// <returns>True: the registry has seen what the manifest refers to, and lists it there (the header OCI-Subject).</returns>
    public async Task<bool> Manifest(string tag, ReadOnlyMemory<byte> content, Digest digest, string mediaType, CancellationToken stop)
    {
        string what = $"manifest {path}:{tag}";
        using var response = await session.Send(new RegistryRequest(HttpMethod.Put, $"/v2/{path}/manifests/{tag}", _push)
        {
            Subject = what,
            Content = () => new ReadOnlyMemoryContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
        }, stop).ConfigureAwait(false);
        if (RemoteRepository.StatedDigest(response) is { } stated && stated != digest)
            throw new SampanException(ErrorKind.Corrupt, $"registry {session.Server.Name}: {what}: it was sent as {digest}, the registry holds {stated}");
        return response.Headers.NonValidated.Contains("OCI-Subject");
    }

    private string Uploads => $"/v2/{path}/blobs/uploads/";

    private async Task<(string Location, long Least)> Begin(Digest digest, CancellationToken stop)
    {
        using var response = await session.Send(new RegistryRequest(HttpMethod.Post, Uploads, _push) { Subject = $"blob {digest}", Content = Empty }, stop).ConfigureAwait(false);
        long least = response.Headers.NonValidated.TryGetValues("OCI-Chunk-Min-Length", out var values) && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out long asked) ? asked : 0;
        return (LocationOf(response, $"blob {digest}"), Math.Min(least, MostAtLeast));
    }

    /// <param name="open">Null: all of it is there, and the upload is but to be closed.</param>
    private async Task<HttpResponseMessage> Put(Descriptor blob, string location, Func<long, Stream>? open, Action<long> sent, int[] answers, CancellationToken stop)
    {
        string closing = $"{location}{(location.Contains('?') ? '&' : '?')}digest={Uri.EscapeDataString(blob.DigestText!)}";
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            return await session.Send(new RegistryRequest(HttpMethod.Put, closing, _push)
            {
                Subject = $"blob {blob.Digest}", Once = true, Answers = answers, Content = open is null ? Empty : () => BlobContent.Of(open(0), blob.Size, sent, alive),
            }, alive.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new SampanException(ErrorKind.System, $"registry {session.Server.Name}: blob {blob.Digest}: the registry takes no more", e);
        }
    }

    /// <summary>Of an upload that is not wanted after all; a registry that will not be told forgets it by itself.</summary>
    private async Task Abandon(HttpResponseMessage begun, CancellationToken stop)
    {
        try
        {
            using var response = await session.Send(new RegistryRequest(HttpMethod.Delete, LocationOf(begun, "upload"), _push) { Subject = "upload", Once = true }, stop).ConfigureAwait(false);
        }
        catch (SampanException)
        {
            return;
        }
    }

    /// <summary>Where the body goes: not in the clear where the registry itself is encrypted.</summary>
    private string LocationOf(HttpResponseMessage response, string subject)
    {
        if (response.Headers.Location is not { } location)
            throw new SampanException(ErrorKind.Corrupt, $"registry {session.Server.Name}: {subject}: it does not say where to upload to");
        var url = new Uri(response.RequestMessage!.RequestUri!, location);
        if (url.Scheme != Uri.UriSchemeHttps && (url.Scheme != Uri.UriSchemeHttp || !session.Server.Insecure))
            throw new SampanException(ErrorKind.PermissionDenied, $"registry {session.Server.Name}: {subject}: it wants the upload at {url.Scheme}://{url.Authority}, which is not encrypted");
        return url.AbsoluteUri;
    }

    private static ByteArrayContent Empty() => new([]);
}
