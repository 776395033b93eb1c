using System.Text;

namespace Sampan.Linux;

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/readlink.2.html">readlinkat(2)</see>; bytes written, no NUL; a full buffer may mean a longer target.</summary>
    public static nint Readlinkat(int directory, FileName path, Span<byte> buffer)
    {
        using var p = path.ToCString();
        fixed (byte* b = buffer)
            return Retry(SyscallNumber.readlinkat, directory, p, (nint)b, buffer.Length);
    }
}

/// <summary>Reading symbolic links.</summary>
public static class Readlink
{
    /// <summary>PATH_MAX; no link's target is longer.</summary>
    private const int PathMax = 4096;

    /// <summary>The target, byte for byte.</summary>
    public static byte[] Bytes(int directory, FileName path)
    {
        Span<byte> buffer = stackalloc byte[PathMax];
        nint n = Sys.Readlinkat(directory, path, buffer);
        if (n < 0)
            LinuxException.Throw(n, "readlink", path.ToString());
        return buffer[..(int)n].ToArray();
    }

    public static string Text(FileName path, int directory = At.AT_FDCWD) => Encoding.UTF8.GetString(Bytes(directory, path));
}
