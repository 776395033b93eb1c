namespace Sampan.Images;

/// <summary>A server's demand for credentials: RFC 9110, 11.6.1, WWW-Authenticate.</summary>
/// <param name="Scheme">In lower case: <c>basic</c>, <c>bearer</c>.</param>
internal sealed record Challenge(string Scheme, IReadOnlyDictionary<string, string> Parameters)
{
    public string? this[string name] => Parameters.GetValueOrDefault(name);

    /// <summary>All challenges of a header's value; what is malformed is left out.</summary>
    public static List<Challenge> Parse(string header)
    {
        var challenges = new List<Challenge>();
        Dictionary<string, string>? parameters = null;
        for (int at = 0; ;)
        {
            while (at < header.Length && header[at] is ' ' or ',' or '\t')
                at++;
            int start = at;
            while (at < header.Length && header[at] is not (' ' or ',' or '\t' or '='))
                at++;
            if (at == start)
            {
                if (at >= header.Length)
                    return challenges;
                at++; // a stray sign
                continue;
            }
            string word = header[start..at].ToLowerInvariant();
            if (at < header.Length && header[at] == '=')
            {
                at++;
                string value = Value(header, ref at);
                parameters?.TryAdd(word, value);
            }
            else
            {
                parameters = new Dictionary<string, string>(StringComparer.Ordinal);
                challenges.Add(new Challenge(word, parameters));
            }
        }
    }

    private static string Value(string header, ref int at)
    {
        if (at >= header.Length || header[at] != '"')
        {
            int start = at;
            while (at < header.Length && header[at] is not (' ' or ',' or '\t'))
                at++;
            return header[start..at];
        }
        var value = new System.Text.StringBuilder();
        for (at++; at < header.Length && header[at] != '"'; at++)
        {
            if (header[at] == '\\' && at + 1 < header.Length)
                at++;
            value.Append(header[at]);
        }
        at++;
        return value.ToString();
    }
}
