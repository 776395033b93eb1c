using System.Runtime.CompilerServices;

namespace Sampan.Linux;

/// <summary>
/// A program to be executed through a read-only mount of its own. Whoever reaches the file by /proc/PID/exe of a process that runs it, a container's root among them,
/// cannot open it for writing: not while it runs, and not after (CVE-2019-5736). No copy is made: open_tree(2), mount_setattr(2).
/// </summary>
public sealed unsafe class ReadOnlyProgram : IDisposable
{
    private readonly MountFd? _mount;

    /// <param name="path">The program. Where mounting is not allowed (no CAP_SYS_ADMIN) it is executed as it is.</param>
    public ReadOnlyProgram(string path)
    {
        Path = path;
        using var name = new CString(path);
        nint fd = Sys.Call(SyscallNumber.open_tree, At.AT_FDCWD, name, (nint)(OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.OPEN_TREE_CLOEXEC));
        if (fd == -(nint)Errno.EPERM)
            return;
        _mount = new MountFd((int)LinuxException.Check(fd, "open_tree", path));
        var attributes = new mount_attr { attr_set = (ulong)MountAttributes.MOUNT_ATTR_RDONLY };
        using var empty = new CString("");
        LinuxException.Check(Sys.Call(SyscallNumber.mount_setattr, _mount.Number, empty, At.AT_EMPTY_PATH, (nint)(&attributes), Unsafe.SizeOf<mount_attr>()), "mount_setattr", path);
        // Of our own process by number: a spawned child has closed its descriptors by the time it executes.
        Path = $"/proc/{Sys.Getpid()}/fd/{_mount.Number}";
    }

    /// <summary>What to execute, while this is not disposed.</summary>
    public string Path { get; }

    public void Dispose() => _mount?.Dispose();
}
