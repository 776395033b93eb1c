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
        using var environment = NativeEnvironment.Read();
        return Call(SyscallNumber.execve, p, argv, environment.Pointer);
    }
}
