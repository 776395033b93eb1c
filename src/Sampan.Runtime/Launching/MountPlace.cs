using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>Where a process is among mounts: its mount namespace, its root and its directory in it. Source: setns(2).</summary>
/// <param name="process">Below /proc: <c>thread-self</c>, or a process whose memory the caller may read.</param>
internal sealed class MountPlace(string process) : IDisposable
{
    private readonly FileFd _namespace = Open.File($"/proc/{process}/ns/mnt", OpenFlags.O_RDONLY);
    private readonly PathFd _root = Open.Path($"/proc/{process}/root", OpenFlags.O_DIRECTORY), _directory = Open.Path($"/proc/{process}/cwd", OpenFlags.O_DIRECTORY);

    /// <summary>Takes the calling thread there, which must share its root with no other.</summary>
    public void Enter()
    {
        LinuxException.Check(Sys.Call(SyscallNumber.setns, _namespace.Number, (nint)CloneFlags.CLONE_NEWNS), "setns", "mnt");
        // Joining a namespace leads to its root, which the process's own need not be.
        LinuxException.Check(Sys.Call(SyscallNumber.fchdir, _root.Number), "fchdir", "/");
        using var here = new CString(".");
        LinuxException.Check(Sys.Call(SyscallNumber.chroot, here), "chroot", "/");
        LinuxException.Check(Sys.Call(SyscallNumber.fchdir, _directory.Number), "fchdir", ".");
    }

    public void Dispose()
    {
        _namespace.Dispose();
        _root.Dispose();
        _directory.Dispose();
    }
}
