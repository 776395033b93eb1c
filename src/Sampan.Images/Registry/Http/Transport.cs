using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Sampan.Images;

/// <summary>Connections to a registry and to the places it redirects to, and what their failures mean.</summary>
internal sealed class Transport : IDisposable
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(20);
    private readonly RegistryServer _server;
    private readonly ServerTrust _trust;

    public Transport(RegistryServer server, CertificateDirectories certificates)
    {
        (_server, _trust) = (server, certificates.TrustOf(server));
        Client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, UseCookies = false, AutomaticDecompression = DecompressionMethods.None, ConnectTimeout = ConnectTimeout,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (sender, certificate, chain, errors) => _trust.Accepts(certificate as X509Certificate2, chain, errors),
                ClientCertificates = _trust.ClientCertificates,
            },
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "sampan");
        Client.DefaultRequestHeaders.TryAddWithoutValidation("Docker-Distribution-API-Version", "registry/2.0");
    }

    public HttpClient Client { get; }

    /// <summary>
    /// HTTPS; plain HTTP when that fails and the server is marked insecure. Within this machine, where nobody listens in, such a server is asked in plain first:
    /// to load TLS in order to see it fail takes 25 ms.
    /// </summary>
    public async Task<Uri> FindScheme(CancellationToken stop)
    {
        Uri secure = new($"https://{_server.Authority}"), plain = new($"http://{_server.Authority}");
        if (!_server.Insecure)
            return secure;
        if (plain.IsLoopback && await Answers(plain, stop).ConfigureAwait(false))
            return plain;
        return await Answers(secure, stop).ConfigureAwait(false) ? secure : plain;
    }

    // A server that speaks TLS says 400 to a request in plain, or nothing.
    private async Task<bool> Answers(Uri server, CancellationToken stop)
    {
        try
        {
            using var probe = new HttpRequestMessage(HttpMethod.Get, new Uri(server, "/v2/"));
            using var response = await Client.SendAsync(probe, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
            return server.Scheme == Uri.UriSchemeHttps || response.StatusCode != HttpStatusCode.BadRequest;
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.SecureConnectionError or HttpRequestError.ConnectionError or HttpRequestError.ResponseEnded)
        {
            return false;
        }
    }

    /// <summary>A failure of the network and not of what was asked.</summary>
    public static bool IsFailure(Exception e) => e is HttpRequestException or HttpIOException or IOException or SocketException || (e is TaskCanceledException && e.InnerException is TimeoutException);

    /// <summary>A failure that may not be there the next time.</summary>
    public static bool IsTransient(Exception e) => IsFailure(e) && Socket(e)?.SocketErrorCode != SocketError.ConnectionRefused
        && e is not HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.NameResolutionError };

    public SampanException Describe(Exception e, string name) => new(ErrorKind.System, $"registry {name}: {Cause(e)}", e);

    public void Dispose() => Client.Dispose();

    private string Cause(Exception e)
    {
        if (e is TaskCanceledException)
            return $"no answer to the attempt to connect within {ConnectTimeout.TotalSeconds:0} s";
        var error = (e as HttpRequestException)?.HttpRequestError ?? (e as HttpIOException)?.HttpRequestError ?? HttpRequestError.Unknown;
        if (error == HttpRequestError.SecureConnectionError)
            return _trust.Refusal is { } refusal
                ? $"its certificate is not trusted: {refusal}; put the CA's certificate into /etc/containers/certs.d/{_server.Name}/ca.crt, or use --tls-verify=false"
                : Inner<AuthenticationException>(e) is not null ? "no encrypted connection: it does not speak TLS, or no version of it in common" : "the encrypted connection failed";
        if (error == HttpRequestError.NameResolutionError)
            return "its name cannot be resolved";
        if (Socket(e) is { } socket)
            return SocketText.Describe(socket.SocketErrorCode);
        return error switch
        {
            HttpRequestError.ResponseEnded => "it closed the connection in the middle of an answer",
            HttpRequestError.InvalidResponse or HttpRequestError.HttpProtocolError => "its answer is not HTTP",
            HttpRequestError.ProxyTunnelError => "the proxy refuses the connection",
            HttpRequestError.ConfigurationLimitExceeded => "its answer has too many or too long headers",
            _ => "the connection failed",
        };
    }

    private static SocketException? Socket(Exception e) => Inner<SocketException>(e);

    private static T? Inner<T>(Exception? e) where T : Exception
    {
        for (; e is not null; e = e.InnerException)
            if (e is T found)
                return found;
        return null;
    }
}

/// <summary>Failures of connections in words.</summary>
internal static class SocketText
{
    public static string Describe(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused: nothing listens there",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => "it broke off the connection",
        SocketError.TimedOut => "no answer",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "unreachable from here",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name cannot be resolved",
        _ => $"connection failed ({error})",
    };
}
