using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>How an argument of a system call is written for a reader.</summary>
internal enum Notation : byte
{
    None, Number, Fd, Text, Octal, Hex, OpenFlags, CloneFlags, MountFlags, MountAttributes, MountAttr, OpenTreeFlags, MoveMountFlags, FsConfigCommand, UmountFlags, Prctl, OpenHow, Rlimit, Resource, Device, Pointer,
}

/// <summary>The arguments that matter of each call a plan can hold, in order.</summary>
internal static class SyscallSignature
{
    public static Notation[] Of(SyscallNumber number) => number switch
    {
        SyscallNumber.openat => [Notation.Fd, Notation.Text, Notation.OpenFlags],
        SyscallNumber.openat2 => [Notation.Fd, Notation.Text, Notation.OpenHow],
        SyscallNumber.mount => [Notation.Text, Notation.Text, Notation.Text, Notation.MountFlags, Notation.Text],
        SyscallNumber.umount2 => [Notation.Text, Notation.UmountFlags],
        SyscallNumber.open_tree => [Notation.Fd, Notation.Text, Notation.OpenTreeFlags],
        SyscallNumber.move_mount => [Notation.Fd, Notation.Text, Notation.Fd, Notation.Text, Notation.MoveMountFlags],
        SyscallNumber.fspick => [Notation.Fd, Notation.Text, Notation.Hex],
        SyscallNumber.fsopen => [Notation.Text, Notation.Hex],
        SyscallNumber.fsconfig => [Notation.Fd, Notation.FsConfigCommand, Notation.Text, Notation.Text, Notation.Fd],
        SyscallNumber.fsmount => [Notation.Fd, Notation.Hex, Notation.MountAttributes],
        SyscallNumber.mount_setattr => [Notation.Fd, Notation.Text, Notation.Hex, Notation.MountAttr],
        SyscallNumber.pivot_root => [Notation.Text, Notation.Text],
        SyscallNumber.chroot or SyscallNumber.chdir => [Notation.Text],
        SyscallNumber.fchdir or SyscallNumber.close => [Notation.Fd],
        SyscallNumber.setns => [Notation.Fd, Notation.CloneFlags],
        SyscallNumber.unshare => [Notation.CloneFlags],
        SyscallNumber.sethostname or SyscallNumber.setdomainname => [Notation.Text, Notation.Number],
        SyscallNumber.mknodat => [Notation.Fd, Notation.Text, Notation.Octal, Notation.Device],
        SyscallNumber.symlinkat => [Notation.Text, Notation.Fd, Notation.Text],
        SyscallNumber.unlinkat => [Notation.Fd, Notation.Text, Notation.Hex],
        SyscallNumber.fchownat => [Notation.Fd, Notation.Text, Notation.Number, Notation.Number, Notation.Hex],
        SyscallNumber.fchown => [Notation.Fd, Notation.Number, Notation.Number],
        SyscallNumber.setxattr => [Notation.Text, Notation.Text, Notation.Text, Notation.Number],
        SyscallNumber.umask => [Notation.Octal],
        SyscallNumber.prctl => [Notation.Prctl, Notation.Number, Notation.Number],
        SyscallNumber.prlimit64 => [Notation.Number, Notation.Resource, Notation.Rlimit],
        SyscallNumber.setgroups => [Notation.Number, Notation.Pointer],
        SyscallNumber.setresuid or SyscallNumber.setresgid => [Notation.Number, Notation.Number, Notation.Number],
        SyscallNumber.capset => [Notation.Pointer, Notation.Pointer],
        SyscallNumber.keyctl => [Notation.Number, Notation.Text],
        SyscallNumber.socket => [Notation.Number, Notation.Hex, Notation.Number],
        SyscallNumber.ioctl => [Notation.Fd, Notation.Hex, Notation.Pointer],
        SyscallNumber.fcntl => [Notation.Fd, Notation.Number],
        SyscallNumber.dup2 => [Notation.Fd, Notation.Number],
        SyscallNumber.close_range => [Notation.Number, Notation.Hex, Notation.Hex],
        SyscallNumber.seccomp => [Notation.Number, Notation.Hex, Notation.Pointer],
        SyscallNumber.rt_sigaction => [Notation.Number, Notation.Pointer],
        SyscallNumber.rt_sigprocmask => [Notation.Number, Notation.Pointer],
        SyscallNumber.sched_setattr => [Notation.Number, Notation.Pointer],
        SyscallNumber.sched_setaffinity => [Notation.Number, Notation.Number, Notation.Pointer],
        SyscallNumber.set_mempolicy => [Notation.Hex, Notation.Pointer, Notation.Number],
        SyscallNumber.ioprio_set => [Notation.Number, Notation.Number, Notation.Hex],
        SyscallNumber.personality => [Notation.Hex],
        SyscallNumber.setsid => [],
        _ => [Notation.Hex, Notation.Hex, Notation.Hex, Notation.Hex, Notation.Hex, Notation.Hex],
    };
}
