using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>
/// This process' environment as it was given it, byte for byte, in the form that execve(2) takes: NULL-terminated pointers. From
/// <see href="https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html">/proc/self/environ</see>, for a statically linked program cannot look up the C
/// library's `environ` by its name.
/// </summary>
internal readonly unsafe ref struct NativeEnvironment
{
    private readonly byte** _pointers;

    private NativeEnvironment(byte** pointers) => _pointers = pointers;

    public nint Pointer => (nint)_pointers;

    public static NativeEnvironment Read()
    {
        const string Path = "/proc/self/environ";
        using var file = Open.File(Path, OpenFlags.O_RDONLY);
        byte[] text = new byte[16 << 10];
        int length = 0;
        while (LinuxException.Check(Sys.Read(file.Number, text.AsSpan(length)), "read", Path) is > 0 and var n)
        {
            length += (int)n;
            if (length == text.Length)
                Array.Resize(ref text, length * 2);
        }
        return Of(text.AsSpan(0, length));
    }

    private static NativeEnvironment Of(ReadOnlySpan<byte> text)
    {
        int count = text.Count((byte)0);
        byte** pointers = (byte**)NativeMemory.Alloc((nuint)((count + 1) * sizeof(byte*) + text.Length));
        byte* at = (byte*)(pointers + count + 1);
        text.CopyTo(new Span<byte>(at, text.Length));
        for (int i = 0; i < count; i++)
        {
            pointers[i] = at;
            while (*at++ != 0)
            {
            }
        }
        pointers[count] = null;
        return new NativeEnvironment(pointers);
    }

    public void Dispose() => NativeMemory.Free(_pointers);
}
