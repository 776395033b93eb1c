namespace Sampan.Linux;

public static partial class Sys
{
    private const int MFD_CLOEXEC = 1;

    /// <summary><see href="https://man7.org/linux/man-pages/man2/memfd_create.2.html">memfd_create(2)</see>.</summary>
    /// <param name="name">Shown in /proc alone.</param>
    /// <param name="closeOnExec">False: a program that is executed finds it under its number.</param>
    public static nint MemfdCreate(string name, bool closeOnExec = true)
    {
        using var n = new CString(name);
        return Call(SyscallNumber.memfd_create, n, closeOnExec ? MFD_CLOEXEC : 0);
    }
}

/// <summary>A file in memory: unlike a pipe, it keeps neither its writer nor its reader waiting.</summary>
public static class MemoryFile
{
    public static FileFd Create(string name) => new((int)LinuxException.Check(Sys.MemfdCreate(name), "memfd_create", name));
}
