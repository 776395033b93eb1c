namespace Sampan.Images;

/// <summary>A request as it is meant: sending it may take several tries, tokens and redirects.</summary>
/// <param name="Path">Below the server, such as <c>/v2/library/busybox/manifests/latest</c>; or an absolute URL that an earlier response named.</param>
/// <param name="Scope">What the token must allow: <c>repository:library/busybox:pull</c>.</param>
internal sealed record RegistryRequest(HttpMethod Method, string Path, string Scope)
{
    public IReadOnlyList<string> Accept { get; init; } = [];

    /// <summary>Bytes to leave out at the beginning.</summary>
    public long From { get; init; }

    /// <summary>Makes the body anew for each try.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>What is asked for, for messages: <c>manifest busybox:latest</c>.</summary>
    public required string Subject { get; init; }

    /// <summary>Status codes that are an answer to the caller and no failure.</summary>
    public IReadOnlyList<int> Answers { get; init; } = [];

    /// <summary>Not to be sent again when it fails, for the failed try has left something behind: its caller begins anew.</summary>
    public bool Once { get; init; }
}
