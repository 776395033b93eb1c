using System.Globalization;

namespace Sampan.Images;

/// <summary>How often and after how long a failed request is tried again.</summary>
/// <param name="Tries">In all.</param>
/// <param name="First">Before the second try; doubled for each further one.</param>
/// <param name="Longest">No single wait is longer, whatever the server asks for.</param>
internal sealed record Backoff(int Tries, TimeSpan First, TimeSpan Longest)
{
    public static Backoff Default { get; } = new(5, TimeSpan.FromMilliseconds(300), TimeSpan.FromSeconds(60));

    public bool Allows(int attempt) => attempt < Tries;

    /// <param name="attempt">The try that has failed, from 1.</param>
    /// <param name="response">May say how long to wait (RFC 9110, 10.2.3, Retry-After).</param>
    public Task Wait(int attempt, HttpResponseMessage? response, CancellationToken stop)
    {
        // Half of it by chance, so that clients that failed together do not come back together.
        var delay = First * Math.Pow(2, attempt - 1) * (0.5 + (Random.Shared.NextDouble() / 2));
        if (response is not null && RetryAfter(response) is { } asked)
            delay = asked;
        return Task.Delay(delay < Longest ? delay : Longest, stop);
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("Retry-After", out var values))
            return null;
        string text = values.ToString();
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
            return TimeSpan.FromSeconds(seconds);
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment))
            return null;
        var wait = moment - DateTimeOffset.UtcNow;
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }
}
