using Sampan.Launch;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>The calling thread in a mount namespace of its own, made by a plan, until this is disposed; a program started meanwhile stays in it.</summary>
internal sealed unsafe class PrivateMounts : IDisposable
{
    private readonly FileFd _namespace = Open.File("/proc/thread-self/ns/mnt", OpenFlags.O_RDONLY);
    private readonly PathFd _root = Open.Path("/", OpenFlags.O_DIRECTORY), _directory = Open.Path(".", OpenFlags.O_DIRECTORY);

    /// <exception cref="SampanException">An operation failed: the thread is where it was.</exception>
    public PrivateMounts(LaunchPlan plan)
    {
        using var sealedPlan = new SealedPlan(plan, LibC.Syscall, LibC.Errno);
        var header = sealedPlan.Header;
        nint error = PlanExecutor.Run(header, header->Child, header->ChildCount);
        for (int i = 0; i < Slot.Count; i++)
        {
            if (header->Slots[i] >= 0)
                Sys.Call(SyscallNumber.close, (nint)header->Slots[i]);
        }
        if (error >= 0)
            return;
        int failed = header->Current;
        Dispose();
        throw LaunchFailure.Of(plan, plan.Child, failed, (Errno)(-error));
    }

    // Joining a namespace leads to its root, which the caller's own need not be.
    public void Dispose()
    {
        if (_namespace.IsClosed)
            return;
        LinuxException.Check(Sys.Call(SyscallNumber.setns, _namespace.Number, (nint)CloneFlags.CLONE_NEWNS), "setns", "mnt");
        LinuxException.Check(Sys.Call(SyscallNumber.fchdir, _root.Number), "fchdir", "/");
        using var here = new CString(".");
        LinuxException.Check(Sys.Call(SyscallNumber.chroot, here), "chroot", "/");
        LinuxException.Check(Sys.Call(SyscallNumber.fchdir, _directory.Number), "fchdir", ".");
        _namespace.Dispose();
        _root.Dispose();
        _directory.Dispose();
    }
}
