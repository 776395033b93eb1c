namespace Sampan.Launch;

/// <summary><see href="https://semver.org/spec/v2.0.0.html">Semantic Versioning 2.0.0</see>, which ociVersion is to follow.</summary>
internal static class SemanticVersion
{
    /// <summary>Three numbers, and perhaps what <c>-</c> and <c>+</c> bring.</summary>
    public static bool IsMatch(string text)
    {
        int plus = text.IndexOf('+'), end = plus < 0 ? text.Length : plus;
        int minus = text.IndexOf('-', 0, end);
        string[] core = text[..(minus < 0 ? end : minus)].Split('.');
        return core.Length == 3 && Array.TrueForAll(core, IsNumber)
            && (minus < 0 || Array.TrueForAll(text[(minus + 1)..end].Split('.'), static part => IsIdentifier(part) && (!part.All(char.IsAsciiDigit) || IsNumber(part))))
            && (plus < 0 || Array.TrueForAll(text[(plus + 1)..].Split('.'), IsIdentifier));
    }

    private static bool IsNumber(string part) => part.Length > 0 && part.All(char.IsAsciiDigit) && (part.Length == 1 || part[0] != '0');

    private static bool IsIdentifier(string part) => part.Length > 0 && part.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
