using System.Net;
using System.Net.Http.Headers;

namespace Sampan.Images;

/// <summary>Answers a registry's demands for credentials, and remembers what it asked for.</summary>
/// <remarks>distribution's token specification: docs/spec/auth/token.md and oauth.md.</remarks>
internal sealed class Authorizer(RegistryServer server, ICredentialSource credentials, HttpClient http, Backoff backoff)
{
    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, Token> _tokens = new(StringComparer.Ordinal);
    private volatile Challenge? _challenge;

    /// <summary>The header for a request that needs <paramref name="scope"/>; null before the registry has asked for any.</summary>
    public async Task<AuthenticationHeaderValue?> Header(string scope, CancellationToken stop)
    {
        if (_challenge is not { } challenge)
            return null;
        if (challenge.Scheme == "basic")
            return credentials.Find(server.Name, RepositoryOf(scope))?.Basic();
        await _one.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (!_tokens.TryGetValue(scope, out var token) || token.IsOld)
                _tokens[scope] = token = await TokenRequest.Send(http, server, challenge, scope, credentials, backoff, stop).ConfigureAwait(false);
            return new AuthenticationHeaderValue("Bearer", token.Text);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Takes a refusal as a demand.</summary>
    /// <returns>True: with <see cref="Header"/> another try may succeed.</returns>
    public async Task<bool> Learn(HttpResponseMessage refusal, string scope, CancellationToken stop)
    {
        if (!refusal.Headers.NonValidated.TryGetValues("WWW-Authenticate", out var values))
            return false;
        var challenges = values.SelectMany(Challenge.Parse).ToList();
        var chosen = challenges.Find(static c => c.Scheme == "bearer" && c["realm"] is not null) ?? challenges.Find(static c => c.Scheme == "basic");
        if (chosen is null || (chosen.Scheme == "basic" && credentials.Find(server.Name, RepositoryOf(scope)) is null))
            return false;
        if (chosen.Scheme == "basic" && refusal.RequestMessage?.RequestUri?.Scheme == Uri.UriSchemeHttp && !server.Insecure)
            return false;
        await _one.WaitAsync(stop).ConfigureAwait(false);
        // A token that was refused is worth no more tries; one that came after the refused request was sent is.
        if (_tokens.TryGetValue(scope, out var token) && refusal.RequestMessage?.Headers.Authorization?.Parameter == token.Text)
            _tokens.Remove(scope);
        _challenge = chosen;
        _one.Release();
        return true;
    }

    /// <summary><c>repository:a/b:pull</c> is about <c>a/b</c>.</summary>
    internal static string RepositoryOf(string scope) => scope.Split(':') is { Length: >= 3 } parts ? parts[1] : "";
}

/// <summary>A bearer token in force.</summary>
/// <param name="Until">When to ask for a new one.</param>
internal sealed record Token(string Text, DateTimeOffset Until)
{
    public bool IsOld => DateTimeOffset.UtcNow >= Until;

    public override string ToString() => "token";
}
