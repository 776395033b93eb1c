using System.Diagnostics.CodeAnalysis;

namespace Sampan.Oci;

/// <summary>
/// The name of content: <c>sha256:</c> and 64 lower-case hexadecimal digits. Nothing else is accepted, so a digest is always safe as a file name.
/// </summary>
/// <remarks>image-spec 1.1, descriptor.md, "Digests"; of the registered algorithms sha256 is the one in use.</remarks>
public readonly record struct Digest : IComparable<Digest>
{
    public const string Algorithm = "sha256";

    /// <summary>Characters of the hexadecimal part.</summary>
    public const int HexLength = 64;

    private const string Prefix = "sha256:";

    private readonly string? _text;

    private Digest(string text) => _text = text;

    /// <summary>The 64 digits alone.</summary>
    public string Hex => ToString()[Prefix.Length..];

    /// <summary>The first twelve digits, as lists show them.</summary>
    public string Short => ToString().Substring(Prefix.Length, 12);

    public bool IsEmpty => _text is null;

    public static Digest OfHash(ReadOnlySpan<byte> sha256) => new(Prefix + Convert.ToHexStringLower(sha256));

    /// <exception cref="OciFormatException">Anything but <c>sha256:</c> and 64 digits.</exception>
    public static Digest Parse(string? text) => TryParse(text, out var digest)
        ? digest
        : throw new OciFormatException("", $"\"{Clip(text)}\" is not a digest: want sha256: and 64 lower-case hexadecimal digits");

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + HexLength || !text.StartsWith(Prefix, StringComparison.Ordinal) || !IsHex(text.AsSpan(Prefix.Length)))
            return false;
        digest = new Digest(text);
        return true;
    }

    /// <summary>True when there are only lower-case hexadecimal digits.</summary>
    public static bool IsHex(ReadOnlySpan<char> text) => !text.ContainsAnyExcept("0123456789abcdef");

    public int CompareTo(Digest other) => string.CompareOrdinal(_text, other._text);

    public override string ToString() => _text ?? throw new InvalidOperationException("an empty digest");

    private static string Clip(string? text) => text is null ? "" : text.Length <= 80 ? text : text[..80] + "...";
}
