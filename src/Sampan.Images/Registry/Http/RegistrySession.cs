using System.Net;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>A conversation with one registry: connections, credentials, retries and redirects.</summary>
/// <remarks>distribution-spec 1.1. A request to a place that the registry redirects to bears no credentials, and what that place asks for it does not get.</remarks>
internal sealed class RegistrySession : IDisposable
{
    private const int MaxRedirects = 10;
    private readonly HttpClient _http;
    private readonly Transport _transport;
    private readonly Authorizer _authorizer;
    private readonly ICredentialSource _credentials;
    private readonly Backoff _backoff;
    private Uri? _base;

    public RegistrySession(RegistryServer server, ICredentialSource credentials, CertificateDirectories certificates, Backoff? backoff = null)
    {
        (Server, _credentials) = (server, credentials);
        _backoff = backoff ?? Backoff.Default;
        _transport = new Transport(server, certificates);
        _http = _transport.Client;
        _authorizer = new Authorizer(server, credentials, _http, _backoff);
    }

    public RegistryServer Server { get; }

    /// <summary>Sends until there is an answer.</summary>
    /// <returns>A response of success, or of a code in <see cref="RegistryRequest.Answers"/>; headers only, the body is still to be read.</returns>
    /// <exception cref="SampanException">NotFound, PermissionDenied, or System when the registry cannot be reached or fails.</exception>
    public async Task<HttpResponseMessage> Send(RegistryRequest request, CancellationToken stop)
    {
        try
        {
            return await Try(request, stop).ConfigureAwait(false);
        }
        catch (SampanException e) when (e.Kind == ErrorKind.PermissionDenied && _credentials.Problem is { } problem)
        {
            throw new SampanException(e.Kind, $"{e.Message}; {problem}", e);
        }
    }

    public void Dispose() => _transport.Dispose();

    private async Task<HttpResponseMessage> Try(RegistryRequest request, CancellationToken stop)
    {
        bool authorized = false;
        for (int attempt = 1; ; attempt++)
        {
            HttpResponseMessage response;
            bool own;
            try
            {
                (response, own) = await Follow(request, stop).ConfigureAwait(false);
            }
            catch (Exception e) when (Transport.IsTransient(e) && !request.Once && _backoff.Allows(attempt))
            {
                await _backoff.Wait(attempt, null, stop).ConfigureAwait(false);
                continue;
            }
            catch (Exception e) when (Transport.IsFailure(e))
            {
                throw _transport.Describe(e, Server.Name);
            }
            int status = (int)response.StatusCode;
            if (response.IsSuccessStatusCode || request.Answers.Contains(status))
                return response;
            using (response)
            {
                if (status == 401 && own && !authorized && await _authorizer.Learn(response, request.Scope, stop).ConfigureAwait(false))
                {
                    authorized = true;
                    attempt--;
                    continue;
                }
                if (status is 429 or 500 or 502 or 503 or 504 && !request.Once && _backoff.Allows(attempt))
                {
                    await _backoff.Wait(attempt, response, stop).ConfigureAwait(false);
                    continue;
                }
                throw await RegistryFailure.Of(response, request.Subject, Server.Name, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>One try, redirects followed.</summary>
    /// <returns>Own: the answer is the registry's, and not that of a place it redirected to.</returns>
    private async Task<(HttpResponseMessage Response, bool Own)> Follow(RegistryRequest request, CancellationToken stop)
    {
        var origin = _base ??= await _transport.FindScheme(stop).ConfigureAwait(false);
        var url = new Uri(origin, request.Path);
        for (int redirects = 0; ; redirects++)
        {
            bool own = IsSameOrigin(url, origin);
            using var message = new HttpRequestMessage(request.Method, url);
            foreach (string type in request.Accept)
                message.Headers.TryAddWithoutValidation("Accept", type);
            if (request.From > 0)
                message.Headers.TryAddWithoutValidation("Range", $"bytes={request.From}-");
            if (own)
                message.Headers.Authorization = await _authorizer.Header(request.Scope, stop).ConfigureAwait(false);
            message.Content = request.Content?.Invoke();
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            if (!IsRedirect(request.Method, response.StatusCode) || response.Headers.Location is not { } location)
                return (response, own);
            response.Dispose();
            if (redirects == MaxRedirects)
                throw new SampanException(ErrorKind.System, $"registry {Server.Name}: {request.Subject}: more than {MaxRedirects} redirects");
            var next = new Uri(url, location);
            if (next.Scheme != Uri.UriSchemeHttps && (next.Scheme != Uri.UriSchemeHttp || !Server.Insecure))
                throw new SampanException(ErrorKind.PermissionDenied, $"registry {Server.Name}: {request.Subject}: it redirects to {next.Scheme}://{next.Authority}, which is not encrypted");
            url = next;
        }
    }

    internal static bool IsSameOrigin(Uri a, Uri b) => a.Scheme == b.Scheme && a.IdnHost == b.IdnHost && a.Port == b.Port;

    private static bool IsRedirect(HttpMethod method, HttpStatusCode status) => (int)status switch
    {
        307 or 308 => true,
        301 or 302 or 303 => method == HttpMethod.Get || method == HttpMethod.Head,
        _ => false,
    };
}
