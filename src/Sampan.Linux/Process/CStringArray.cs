using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Linux;

/// <summary>A NULL-terminated array of C strings, as argv and envp are, in one piece of native memory.</summary>
public readonly unsafe ref struct CStringArray
{
    private readonly byte** _pointer;

    public CStringArray(IReadOnlyList<string> texts)
    {
        int size = (texts.Count + 1) * sizeof(byte*);
        foreach (string text in texts)
        {
            if (text.Contains('\0'))
                throw new SampanException(ErrorKind.InvalidArgument, $"\"{text.Replace("\0", "\\0")}\": an argument may not contain a NUL");
            size += Encoding.UTF8.GetByteCount(text) + 1;
        }
        _pointer = (byte**)NativeMemory.Alloc((nuint)size);
        byte* at = (byte*)(_pointer + texts.Count + 1), end = (byte*)_pointer + size;
        for (int i = 0; i < texts.Count; i++)
        {
            _pointer[i] = at;
            at += Encoding.UTF8.GetBytes(texts[i], new Span<byte>(at, (int)(end - at)));
            *at++ = 0;
        }
        _pointer[texts.Count] = null;
    }

    public nint Pointer => (nint)_pointer;

    public static implicit operator nint(CStringArray array) => array.Pointer;

    public void Dispose() => NativeMemory.Free(_pointer);
}
