using System.Net;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>What a registry says went wrong: distribution-spec 1.1, "Error Codes".</summary>
internal sealed class RegistryFailure : OciObject
{
    public List<RegistryError>? Errors;

    public override void Map(JsonMap map) => map.Objects("errors", ref Errors);

    /// <summary>Bytes of an error's body that are looked at.</summary>
    private const int Limit = 64 << 10;

    /// <param name="subject">What was asked for.</param>
    public static async Task<SampanException> Of(HttpResponseMessage response, string subject, string registry, CancellationToken stop)
    {
        string said = await Text(response, stop).ConfigureAwait(false);
        var (kind, words) = response.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => (ErrorKind.PermissionDenied, $"access denied: it does not exist, or may need 'sampan login {registry}'"),
            HttpStatusCode.NotFound => (ErrorKind.NotFound, "not found"),
            HttpStatusCode.TooManyRequests => (ErrorKind.System, "the registry gets too many requests: try again later"),
            var status => (ErrorKind.System, $"the registry answers {(int)status}"),
        };
        return new SampanException(kind, $"registry {registry}: {subject}: {words}{(said.Length > 0 ? $" ({said})" : "")}");
    }

    private static async Task<string> Text(HttpResponseMessage response, CancellationToken stop)
    {
        try
        {
            var body = await BoundedContent.Read(response, Limit, "error", stop).ConfigureAwait(false);
            var errors = JsonReading.Read<RegistryFailure>(body).Errors;
            return errors is { Count: > 0 } ? string.Join("; ", errors.Take(3).Select(static e => e.Message is { Length: > 0 } m ? m : e.Code)) : "";
        }
        catch (Exception e) when (e is OciFormatException or SampanException || Transport.IsFailure(e))
        {
            return ""; // the status code has said it all
        }
    }
}

internal sealed class RegistryError : OciObject
{
    public string? Code;
    public string? Message;

    public override void Map(JsonMap map)
    {
        map.Text("code", ref Code);
        map.Text("message", ref Message);
    }
}

/// <summary>Bodies that have a bound (CVE-2020-1702).</summary>
internal static class BoundedContent
{
    /// <summary>Time without a byte after which a connection counts as dead.</summary>
    public static readonly TimeSpan Stall = TimeSpan.FromSeconds(60);

    /// <exception cref="SampanException">Longer than <paramref name="limit"/> bytes.</exception>
    public static async Task<ReadOnlyMemory<byte>> Read(HttpResponseMessage response, int limit, string what, CancellationToken stop)
    {
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(stop);
        alive.CancelAfter(Stall);
        try
        {
            using var stream = await response.Content.ReadAsStreamAsync(alive.Token).ConfigureAwait(false);
            byte[] buffer = new byte[Math.Min(16384, limit + 1)];
            int length = 0;
            while (await stream.ReadAsync(buffer.AsMemory(length), alive.Token).ConfigureAwait(false) is > 0 and var n)
            {
                length += n;
                if (length > limit)
                    throw new SampanException(ErrorKind.Corrupt, $"{what}: longer than {limit >> 10} KiB");
                if (length == buffer.Length)
                    Array.Resize(ref buffer, (int)Math.Min(buffer.Length * 2L, limit + 1L));
            }
            return buffer.AsMemory(0, length);
        }
        catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
        {
            throw new SampanException(ErrorKind.System, $"{what}: the registry sends no more", e);
        }
    }
}
