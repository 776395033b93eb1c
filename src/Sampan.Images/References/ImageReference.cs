using System.Diagnostics.CodeAnalysis;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>
/// The name of an image: a registry, a repository in it, and a tag or a digest or both.
/// </summary>
/// <remarks>
/// The grammar is that of <see href="https://github.com/distribution/reference/blob/v0.6.0/reference.go">distribution/reference</see>;
/// short names mean Docker Hub, as Docker has it: <c>busybox</c> is <c>docker.io/library/busybox:latest</c>.
/// </remarks>
public sealed class ImageReference : IEquatable<ImageReference>
{
    public const string DefaultDomain = "docker.io";
    public const string DefaultTag = "latest";
    private const string OfficialPrefix = "library/";
    private const int MaxNameLength = 255;
    private const int MaxTagLength = 128;

    private ImageReference(string domain, string path, string? tag, Digest? digest) => (Domain, Path, Tag, Digest) = (domain, path, tag, digest);

    /// <summary>Host and port: <c>docker.io</c>, <c>localhost:5000</c>.</summary>
    public string Domain { get; }

    /// <summary>Such as <c>library/busybox</c>.</summary>
    public string Path { get; }

    public string? Tag { get; }

    public Digest? Digest { get; }

    /// <summary>Domain and path, without tag and digest.</summary>
    public string Repository => $"{Domain}/{Path}";

    /// <summary>The repository as people write it: <c>busybox</c>, <c>ghcr.io/a/b</c>.</summary>
    public string FamiliarRepository => Domain != DefaultDomain ? Repository
        : Path.StartsWith(OfficialPrefix, StringComparison.Ordinal) && Path.IndexOf('/', OfficialPrefix.Length) < 0 ? Path[OfficialPrefix.Length..]
        : Path;

    /// <summary>The name as people write it, with its tag or digest: <c>busybox:latest</c>.</summary>
    public string Familiar => FamiliarRepository + Suffix;

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is { } digest ? "@" + digest : "");

    /// <summary>Reads a reference; without tag and digest it means <c>latest</c>.</summary>
    /// <exception cref="SampanException">Not a reference.</exception>
    public static ImageReference Parse(string text)
    {
        string? error = Read(text, out var reference);
        return error is null ? reference! : throw new SampanException(ErrorKind.InvalidArgument, $"invalid reference format: {error}");
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out ImageReference? reference) => Read(text, out reference) is null;

    /// <summary>True for a name that says no registry: <c>busybox</c>, <c>a/b:1</c>.</summary>
    public static bool IsShort(string text) => text.IndexOf('/') is var slash && (slash < 0 || !LooksLikeDomain(text.AsSpan(0, slash)));

    /// <summary>The same repository with another tag.</summary>
    public ImageReference WithTag(string tag) => new(Domain, Path, tag, null);

    /// <summary>The same repository by digest.</summary>
    public ImageReference WithDigest(Digest digest) => new(Domain, Path, null, digest);

    public override string ToString() => Repository + Suffix;

    public bool Equals(ImageReference? other) => other is not null && ToString() == other.ToString();

    public override bool Equals(object? other) => Equals(other as ImageReference);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private static string? Read(string text, out ImageReference? reference)
    {
        reference = null;
        if (text.Length == 0)
            return "the name is empty";
        if (text.Length > MaxNameLength + MaxTagLength + 80)
            return $"\"{text[..40]}...\": the name is longer than {MaxNameLength} characters";
        string name = text;
        Digest? digest = null;
        int at = name.IndexOf('@');
        if (at >= 0)
        {
            if (!Oci.Digest.TryParse(name[(at + 1)..], out var parsed))
                return $"\"{Show(text)}\": want a digest of sha256: and 64 lower-case hexadecimal digits after the @";
            (digest, name) = (parsed, name[..at]);
        }
        string? tag = null;
        int colon = name.LastIndexOf(':');
        if (colon >= 0 && name.IndexOf('/', colon) < 0)
        {
            tag = name[(colon + 1)..];
            name = name[..colon];
            if (!IsTag(tag))
                return $"\"{Show(text)}\": the tag is not of letters, digits, '_', '.' and '-', at most {MaxTagLength} of them, the first no '.' or '-'";
        }
        string domain = DefaultDomain, path = name;
        int slash = name.IndexOf('/');
        if (slash >= 0 && LooksLikeDomain(name.AsSpan(0, slash)))
            (domain, path) = (name[..slash], name[(slash + 1)..]);
        if (domain == "index.docker.io")
            domain = DefaultDomain;
        if (path.Length == Oci.Digest.HexLength && Oci.Digest.IsHex(path))
            return $"\"{Show(text)}\": a repository may not be named as 64 hexadecimal digits";
        if (!IsDomain(domain))
            return $"\"{Show(text)}\": \"{Show(domain)}\" is not a registry's name";
        if (path.AsSpan().ContainsAnyInRange('A', 'Z'))
            return $"repository name ({Show(path)}) must be lowercase";
        foreach (var component in path.AsSpan().Split('/'))
            if (!IsPathComponent(path.AsSpan(component)))
                return $"\"{Show(text)}\": a repository's parts are lower-case letters and digits, joined by '.', '_', '__' or '-'";
        if (domain == DefaultDomain && !path.Contains('/'))
            path = OfficialPrefix + path;
        if (domain.Length + 1 + path.Length > MaxNameLength)
            return $"\"{text[..40]}...\": the name is longer than {MaxNameLength} characters";
        reference = new ImageReference(domain, path, tag ?? (digest is null ? DefaultTag : null), digest);
        return null;
    }

    // Control characters would let a name forge lines of output.
    private static string Show(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? '?' : c));

    private static bool LooksLikeDomain(ReadOnlySpan<char> text)
        => text.ContainsAny('.', ':') || text.SequenceEqual("localhost") || text.ContainsAnyInRange('A', 'Z') || text.StartsWith("[");

    private static bool IsDomain(ReadOnlySpan<char> domain)
    {
        var host = domain;
        if (domain.StartsWith("["))
        {
            int end = domain.IndexOf(']');
            if (end < 2 || domain[1..end].ContainsAnyExcept("0123456789abcdefABCDEF:"))
                return false;
            host = domain[(end + 1)..];
            return host.IsEmpty || (host[0] == ':' && IsPort(host[1..]));
        }
        int colon = domain.IndexOf(':');
        if (colon >= 0)
        {
            if (!IsPort(domain[(colon + 1)..]))
                return false;
            host = domain[..colon];
        }
        foreach (var part in host.Split('.'))
        {
            var component = host[part];
            if (component.IsEmpty || component[0] == '-' || component[^1] == '-')
                return false;
            foreach (char c in component)
                if (!char.IsAsciiLetterOrDigit(c) && c != '-')
                    return false;
        }
        return true;
    }

    private static bool IsPort(ReadOnlySpan<char> port) => !port.IsEmpty && !port.ContainsAnyExceptInRange('0', '9');

    private static bool IsPathComponent(ReadOnlySpan<char> component)
    {
        for (int i = 0; i < component.Length;)
        {
            if (IsLowerOrDigit(component[i]))
            {
                i++;
                continue;
            }
            int start = i;
            while (i < component.Length && component[i] == component[start])
                i++;
            bool separator = component[start] switch { '.' => i - start == 1, '_' => i - start <= 2, '-' => true, _ => false };
            if (!separator || start == 0 || i == component.Length || !IsLowerOrDigit(component[i]))
                return false;
        }
        return component.Length > 0;
    }

    private static bool IsLowerOrDigit(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c);

    private static bool IsTag(ReadOnlySpan<char> tag)
    {
        if (tag.IsEmpty || tag.Length > MaxTagLength || tag[0] is '.' or '-')
            return false;
        foreach (char c in tag)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return false;
        return true;
    }
}
