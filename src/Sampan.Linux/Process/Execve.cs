using System.Runtime.InteropServices;

namespace Sampan.Linux;

public static unsafe partial class Sys
{
    /// <summary>
    /// <see href="https://man7.org/linux/man-pages/man2/execve.2.html">execve(2)</see> with the environment of this process. Returns only on
    /// failure: -errno. The runtime's other threads end with the old program.
    /// </summary>
    public static nint Execve(string path, IReadOnlyList<string> arguments)
    {
        using var p = new CString(path);
        using var argv = new CStringArray(arguments);
        return Call(SyscallNumber.execve, p, argv, NativeEnvironment.Pointer);
    }
}

/// <summary>The C library's environ: handed on as it is, without a copy.</summary>
internal static unsafe class NativeEnvironment
{
    internal static nint Pointer => *(nint*)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "environ");
}
