using Sampan.Launch;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>A failed operation in words: the field that asked for it, the call, the object, and why.</summary>
internal static class LaunchFailure
{
    public static SampanException Of(LaunchPlan plan, OperationList list, int index, Errno errno)
    {
        if (index < 0 || index >= list.Operations.Length)
            return new SampanException(ErrorKind.System, $"the container's process failed: {errno.Describe()}");
        var operation = list.Operations[index];
        var origin = list.Origins[index];
        if (operation.Code is OpCode.FindExecutable or OpCode.Exec)
            return OfExec(operation.Code, origin.Subject, errno);
        if (operation.Code == OpCode.Write && OfConfinement(origin, errno) is { } refused)
            return refused;
        string call = operation.Code switch
        {
            OpCode.OpenTarget or OpCode.OutsideProc => "open",
            OpCode.MakeNode => "mknod",
            OpCode.CheckNode => "bind",
            _ => PlanPrinter.Name(operation),
        };
        string subject = origin.Subject.Length == 0 ? "" : " " + origin.Subject;
        return new SampanException(KindOf(errno), $"{origin.Field}: {call}{subject}: {errno.Describe()}{Hint(operation, errno)}");
    }

    private static SampanException OfExec(OpCode code, string program, Errno errno) => errno switch
    {
        // It was there a moment ago: what execve(2) misses is what the file names.
        Errno.ENOENT when code == OpCode.Exec => new(ErrorKind.CommandNotFound, $"exec {program}: no such file or directory"),
        Errno.ENOENT when program.Contains('/') => new(ErrorKind.CommandNotFound, $"exec: \"{program}\": no such file or directory"),
        Errno.ENOENT => new(ErrorKind.CommandNotFound, $"exec: \"{program}\": executable file not found in $PATH"),
        Errno.ENOTDIR => new(ErrorKind.CommandNotFound, $"exec: \"{program}\": not a directory"),
        _ => new(ErrorKind.CannotInvoke, $"exec: \"{program}\": {errno.Describe()}"),
    };

    // What the security modules answer to a name or label: proc_pid_attr(5).
    private static SampanException? OfConfinement(Origin origin, Errno errno) => (origin.Field, errno) switch
    {
        ("process.apparmorProfile", Errno.ENOENT) => new(ErrorKind.NotFound, $"{origin.Field}: \"{origin.Subject}\": no such profile is loaded (apparmor_parser -r FILE loads one)"),
        ("process.apparmorProfile", Errno.EACCES or Errno.EPERM) => new(ErrorKind.PermissionDenied, $"{origin.Field}: \"{origin.Subject}\": the profile of this program itself forbids the change"),
        ("process.selinuxLabel", Errno.EINVAL) => new(ErrorKind.InvalidArgument, $"{origin.Field}: \"{origin.Subject}\": the loaded policy knows no such context"),
        ("process.selinuxLabel", Errno.EACCES or Errno.EPERM) => new(ErrorKind.PermissionDenied, $"{origin.Field}: \"{origin.Subject}\": the policy forbids this program to choose a label"),
        _ => null,
    };

    /// <summary>A failure told to `start`, which has no plan at hand.</summary>
    public static SampanException OfStart(in ChildMessage message, string program)
    {
        var code = (OpCode)(message.Detail & 0xFF);
        var errno = (Errno)message.Errno;
        if (code is OpCode.FindExecutable or OpCode.Exec)
            return OfExec(code, program, errno);
        var call = (SyscallNumber)(message.Detail >> 8);
        return new SampanException(KindOf(errno), $"{(call == SyscallNumber.seccomp ? "linux.seccomp: " : "")}{call}: {errno.Describe()}");
    }

    public static SampanException OfClone(CloneFlags flags, Errno errno)
        => new(KindOf(errno), $"linux.namespaces: clone3 {flags.ToString().Replace(", ", "|")}: {errno.Describe()}");

    /// <summary>The process ended without a word.</summary>
    public static SampanException OfDeath(PidFd process)
    {
        Sys.Waitid(Sys.P_PIDFD, process.Number, out var info, Sys.WEXITED | Sys.WNOWAIT | Sys.__WALL);
        string how = info.Signal != 0 ? $"was killed by signal {info.Signal}" : $"ended with status {info.ExitCode}";
        return new SampanException(ErrorKind.System, $"the container's process {how} before it was set up");
    }

    private static string Hint(in Operation operation, Errno errno) => (operation.Code, errno) switch
    {
        (OpCode.MakeNode, Errno.EEXIST) => " (the image has something else of that name, which is not this device)",
        (OpCode.OutsideProc, Errno.ELOOP) => " (a symbolic link of the image leads into /proc, which cannot be mounted over)",
        (OpCode.CheckNode, Errno.ENXIO) => " (in a user namespace it is the host's node of that name, and this is another device)",
        _ => HintOfCall(operation, errno),
    };

    private static string HintOfCall(in Operation operation, Errno errno) => (operation.Code == OpCode.Syscall ? (SyscallNumber)operation.Number : default, errno) switch
    {
        (SyscallNumber.move_mount, Errno.ENOTDIR or Errno.EINVAL) => " (most likely one of source and destination is not a directory, and the other one is)",
        (SyscallNumber.mount_setattr, Errno.EINVAL) => " (no mount is there; or, for a mapping of ids: the file system takes none on this kernel)",
        (SyscallNumber.mount_setattr, Errno.EPERM) => " (flags of the source are locked for a user namespace, and cannot be taken away)",
        (SyscallNumber.open_tree, Errno.EINVAL) => " (mounts below it would be uncovered, which is nothing for a user namespace: rbind takes them along)",
        (SyscallNumber.seccomp, Errno.EBUSY) => " (the caller is under a filter that has a listener already, and the kernel takes one)",
        (SyscallNumber.sched_setattr, Errno.EPERM) => " (it needs CAP_SYS_NICE; process scheduler can't be used together with AllowedCPUs, which linux.resources.cpu.cpus are; for a real-time policy in a cgroup of v1 it needs linux.resources.cpu.realtimeRuntime)",
        (SyscallNumber.sched_setaffinity, Errno.EINVAL) => " (none of these CPUs is there for the container)",
        (SyscallNumber.setgroups, Errno.EPERM) => " (cannot set any additional groups in a rootless container, unless newgidmap maps more than the user's own)",
        (SyscallNumber.set_mempolicy, Errno.EINVAL) => " (no such node for the container, or flags that do not go with the mode)",
        (_, Errno.ELOOP) => " (must be mounted on ordinary directory: a symbolic link of the image stands there)",
        _ => "",
    };

    private static ErrorKind KindOf(Errno errno) => errno is Errno.EPERM or Errno.EACCES ? ErrorKind.PermissionDenied : ErrorKind.System;
}
