using System.Globalization;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Sends a blob in pieces to a registry, or a proxy before it, that takes no large bodies: distribution-spec 1.1, "Pushing a blob in chunks".</summary>
/// <param name="least">Bytes that the registry wants in a piece at least (OCI-Chunk-Min-Length), save the last.</param>
internal sealed class ChunkedUpload(RegistrySession session, string scope, Descriptor blob, Func<long, Stream> open, long least)
{
    private const long First = 8 << 20, Smallest = 64 << 10;

    /// <summary>Pieces in a row that bring nothing.</summary>
    private const int MaxIdleTries = 5;
    private const int TooLarge = 413, OutOfOrder = 416;
    private static readonly int[] s_answers = [TooLarge, OutOfOrder, 429, 500, 502, 503, 504];

    /// <param name="location">Where the upload has begun.</param>
    /// <param name="next">Where an answer says to go on.</param>
    /// <returns>Where it is to be closed: all bytes are there.</returns>
    /// <exception cref="SampanException">The registry takes no piece, however small, or forgets what it has.</exception>
    public async Task<string> Run(string location, Func<HttpResponseMessage, string> next, Action<long> sent, CancellationToken stop)
    {
        long size = Math.Max(First, least);
        int idle = 0;
        for (long at = 0; at < blob.Size;)
        {
            long length = Math.Min(size, blob.Size - at), before = at;
            using var response = await Piece(location, at, length, sent, stop).ConfigureAwait(false);
            int status = response is null ? 0 : (int)response.StatusCode;
            if (response is { IsSuccessStatusCode: true })
            {
                at = Taken(response) ?? (at + length);
                location = next(response);
            }
            else if (status == TooLarge && size / 2 >= Math.Max(least, Smallest))
            {
                size /= 2;
                continue;
            }
            else if (status == TooLarge)
                throw await RegistryFailure.Of(response!, $"blob {blob.Digest}", session.Server.Name, stop).ConfigureAwait(false);
            else
            {
                await Backoff.Default.Wait(idle + 1, response, stop).ConfigureAwait(false);
                (at, location) = await Status(location, next, stop).ConfigureAwait(false);
            }
            idle = at > before ? 0 : idle + 1;
            if (idle == MaxIdleTries || at > blob.Size)
                throw new SampanException(ErrorKind.System, $"registry {session.Server.Name}: blob {blob.Digest}: the registry says that it has {at} of {blob.Size} bytes, {idle} times in a row");
        }
        return location;
    }

    /// <returns>Null: the connection broke.</returns>
    private async Task<HttpResponseMessage?> Piece(string location, long at, long length, Action<long> sent, CancellationToken stop)
    {
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            return await session.Send(new RegistryRequest(HttpMethod.Patch, location, scope)
            {
                Subject = $"blob {blob.Digest}", Once = true, Answers = s_answers,
                Content = () =>
                {
                    var content = BlobContent.Of(open(at), length, n => sent(at + n), alive);
                    content.Headers.TryAddWithoutValidation("Content-Range", string.Create(CultureInfo.InvariantCulture, $"{at}-{at + length - 1}"));
                    return content;
                },
            }, alive.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return null;
        }
        catch (SampanException e) when (e.InnerException is { } cause && Transport.IsTransient(cause))
        {
            return null;
        }
    }

    /// <summary>What the registry has of it.</summary>
    private async Task<(long At, string Location)> Status(string location, Func<HttpResponseMessage, string> next, CancellationToken stop)
    {
        using var response = await session.Send(new RegistryRequest(HttpMethod.Get, location, scope) { Subject = $"upload of blob {blob.Digest}" }, stop).ConfigureAwait(false);
        return (Taken(response) ?? 0, response.Headers.Location is null ? location : next(response));
    }

    /// <summary><c>Range: 0-99</c> means 100 bytes; Docker's registry has <c>0-0</c> for none, and so one byte is sent again.</summary>
    private static long? Taken(HttpResponseMessage response)
        => response.Headers.NonValidated.TryGetValues("Range", out var values) && values.ToString().Split('-') is [_, var end]
            && long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out long last) ? (last == 0 ? 0 : last + 1) : null;
}
