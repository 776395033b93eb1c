namespace Sampan.Linux;

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/getxattr.2.html">fgetxattr(2)</see>; bytes, or -errno (ENODATA: none of that name; ERANGE: longer than the buffer).</summary>
    public static nint Fgetxattr(int fd, FileName name, Span<byte> value)
    {
        using var n = name.ToCString();
        fixed (byte* v = value)
            return Call(SyscallNumber.fgetxattr, fd, n, (nint)v, value.Length);
    }

    /// <summary>lgetxattr(2): of the link itself.</summary>
    public static nint Lgetxattr(FileName path, FileName name, Span<byte> value)
    {
        using var p = path.ToCString();
        using var n = name.ToCString();
        fixed (byte* v = value)
            return Call(SyscallNumber.lgetxattr, p, n, (nint)v, value.Length);
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/listxattr.2.html">flistxattr(2)</see>: names, each ended by a NUL.</summary>
    public static nint Flistxattr(int fd, Span<byte> list)
    {
        fixed (byte* p = list)
            return Call(SyscallNumber.flistxattr, fd, (nint)p, list.Length);
    }

    public static nint Llistxattr(FileName path, Span<byte> list)
    {
        using var p = path.ToCString();
        fixed (byte* l = list)
            return Call(SyscallNumber.llistxattr, p, (nint)l, list.Length);
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/setxattr.2.html">fsetxattr(2)</see>.</summary>
    public static nint Fsetxattr(int fd, FileName name, ReadOnlySpan<byte> value, int flags = 0)
    {
        using var n = name.ToCString();
        fixed (byte* v = value)
            return Retry(SyscallNumber.fsetxattr, fd, n, (nint)v, value.Length, flags);
    }

    /// <summary>lsetxattr(2): on the link itself.</summary>
    public static nint Lsetxattr(FileName path, FileName name, ReadOnlySpan<byte> value, int flags = 0)
    {
        using var p = path.ToCString();
        using var n = name.ToCString();
        fixed (byte* v = value)
            return Retry(SyscallNumber.lsetxattr, p, n, (nint)v, value.Length, flags);
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/removexattr.2.html">fremovexattr(2)</see>.</summary>
    public static nint Fremovexattr(int fd, FileName name)
    {
        using var n = name.ToCString();
        return Retry(SyscallNumber.fremovexattr, fd, n);
    }

    public static nint Lremovexattr(FileName path, FileName name)
    {
        using var p = path.ToCString();
        using var n = name.ToCString();
        return Retry(SyscallNumber.lremovexattr, p, n);
    }
}
