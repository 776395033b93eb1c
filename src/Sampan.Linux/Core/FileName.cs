using System.Text;

namespace Sampan.Linux;

/// <summary>
/// A path for a system call: a string, or bytes where a name need not be UTF-8. Converts from both, so that each call is written once.
/// </summary>
public readonly ref struct FileName
{
    private readonly string? _text;
    private readonly ReadOnlySpan<byte> _bytes;

    private FileName(string? text, ReadOnlySpan<byte> bytes)
    {
        _text = text;
        _bytes = bytes;
    }

    public static implicit operator FileName(string text) => new(text, default);

    public static implicit operator FileName(ReadOnlySpan<byte> bytes) => new(null, bytes);

    public static implicit operator FileName(byte[] bytes) => new(null, bytes);

    /// <summary>The caller disposes it.</summary>
    public CString ToCString() => _text is null ? new CString(_bytes) : new CString(_text);

    public override string ToString() => _text ?? Encoding.UTF8.GetString(_bytes);
}
