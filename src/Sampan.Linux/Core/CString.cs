using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Linux;

/// <summary>A NUL-terminated UTF-8 copy of a string in native memory, for the length of a call.</summary>
/// <exception cref="SampanException">The text holds a NUL, which no path or name may.</exception>
public readonly unsafe ref struct CString
{
    private readonly byte* _pointer;

    public CString(string text)
    {
        if (text.Contains('\0'))
            throw new SampanException(ErrorKind.InvalidArgument, $"\"{text.Replace("\0", "\\0")}\": a name may not contain a NUL");
        int size = Encoding.UTF8.GetMaxByteCount(text.Length) + 1;
        _pointer = (byte*)NativeMemory.Alloc((nuint)size);
        int length = Encoding.UTF8.GetBytes(text, new Span<byte>(_pointer, size - 1));
        _pointer[length] = 0;
    }

    /// <summary>For names that are bytes, as file names are.</summary>
    public CString(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0))
            throw new SampanException(ErrorKind.InvalidArgument, $"\"{Encoding.UTF8.GetString(text).Replace("\0", "\\0")}\": a name may not contain a NUL");
        _pointer = (byte*)NativeMemory.Alloc((nuint)text.Length + 1);
        text.CopyTo(new Span<byte>(_pointer, text.Length));
        _pointer[text.Length] = 0;
    }

    public nint Pointer => (nint)_pointer;

    public static implicit operator nint(CString text) => text.Pointer;

    public void Dispose() => NativeMemory.Free(_pointer);
}
