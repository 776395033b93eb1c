using System.Globalization;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Asks a token server for a token.</summary>
internal static class TokenRequest
{
    private const int Limit = 1 << 20;

    /// <summary>Seconds a token is good for when its server does not say: token.md, "expires_in".</summary>
    private const int DefaultLifetime = 60;

    /// <exception cref="SampanException">PermissionDenied: the server does not know these credentials.</exception>
    public static async Task<Token> Send(HttpClient http, RegistryServer server, Challenge challenge, string scope, ICredentialSource credentials, Backoff backoff, CancellationToken stop)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out var realm) || (realm.Scheme != Uri.UriSchemeHttps && realm.Scheme != Uri.UriSchemeHttp))
            throw new SampanException(ErrorKind.Corrupt, $"registry {server.Name}: it names no token server to log in at");
        if (realm.Scheme == Uri.UriSchemeHttp && !server.Insecure)
            throw new SampanException(ErrorKind.PermissionDenied, $"registry {server.Name}: its token server {realm.Authority} is not encrypted");
        var credential = TokenServer.Find(credentials, server, realm, Authorizer.RepositoryOf(scope));
        for (int attempt = 1; ; attempt++)
        {
            using var message = credential?.IdentityToken is null ? Get(realm, challenge["service"], scope, credential) : Post(realm, challenge["service"], scope, credential);
            using var response = await Try(http, message, server, stop).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return await Read(response, server, stop).ConfigureAwait(false);
            if ((int)response.StatusCode is 429 or >= 500 && backoff.Allows(attempt))
            {
                await backoff.Wait(attempt, response, stop).ConfigureAwait(false);
                continue;
            }
            throw await RegistryFailure.Of(response, $"token of {realm.Authority}", server.Name, stop).ConfigureAwait(false);
        }
    }

    private static HttpRequestMessage Get(Uri realm, string? service, string scope, Credential? credential)
    {
        string query = (service is null ? "" : $"service={Uri.EscapeDataString(service)}&") + string.Concat(scope.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static s => $"scope={Uri.EscapeDataString(s)}&"))
            + (credential is null ? "" : $"account={Uri.EscapeDataString(credential.User)}");
        var url = new UriBuilder(realm) { Query = realm.Query.Length > 1 ? $"{realm.Query[1..]}&{query.TrimEnd('&')}" : query.TrimEnd('&') };
        var message = new HttpRequestMessage(HttpMethod.Get, url.Uri);
        message.Headers.Authorization = credential?.Basic();
        return message;
    }

    private static HttpRequestMessage Post(Uri realm, string? service, string scope, Credential credential) => new(HttpMethod.Post, realm)
    {
        Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token", ["service"] = service ?? "", ["client_id"] = "sampan", ["scope"] = scope, ["refresh_token"] = credential.IdentityToken!,
        }),
    };

    private static async Task<HttpResponseMessage> Try(HttpClient http, HttpRequestMessage message, RegistryServer server, CancellationToken stop)
    {
        try
        {
            return await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (Transport.IsFailure(e))
        {
            throw new SampanException(ErrorKind.System, $"registry {server.Name}: its token server {message.RequestUri!.Authority} cannot be reached", e);
        }
    }

    private static async Task<Token> Read(HttpResponseMessage response, RegistryServer server, CancellationToken stop)
    {
        string what = $"registry {server.Name}: token";
        var body = await BoundedContent.Read(response, Limit, what, stop).ConfigureAwait(false);
        var token = Json.Read<TokenResponse>(body, what);
        string text = token.Token is { Length: > 0 } t ? t : token.AccessToken is { Length: > 0 } a ? a
            : throw new SampanException(ErrorKind.Corrupt, $"{what}: the token server sent none");
        if (text.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new SampanException(ErrorKind.Corrupt, $"{what}: it is not of printable characters");
        long lifetime = token.ExpiresIn > 0 ? Math.Min(token.ExpiresIn, 3600) : DefaultLifetime;
        var issued = DateTimeOffset.TryParse(token.IssuedAt, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) && at <= DateTimeOffset.UtcNow ? at : DateTimeOffset.UtcNow;
        // Renewed before its end, for a request under way must not outlive it; one that its server's clock makes old from the start is used once.
        return new Token(text, issued.AddSeconds(lifetime * 0.9));
    }
}

/// <summary>token.md, "Token Response Fields".</summary>
internal sealed class TokenResponse : OciObject
{
    public string? Token;
    public string? AccessToken;
    public long ExpiresIn;
    public string? IssuedAt;

    public override void Map(JsonMap map)
    {
        map.Text("token", ref Token);
        map.Text("access_token", ref AccessToken);
        map.Number("expires_in", ref ExpiresIn);
        map.Text("issued_at", ref IssuedAt);
    }
}
