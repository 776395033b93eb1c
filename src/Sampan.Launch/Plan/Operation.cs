using System.Runtime.InteropServices;

namespace Sampan.Launch;

/// <summary>What the executor does for an operation. Everything that is one system call is <see cref="Syscall"/>.</summary>
public enum OpCode : byte
{
    /// <summary>One system call: <see cref="Operation.Number"/> with six arguments.</summary>
    Syscall,

    /// <summary>
    /// Opens a path below a root as a process living in that root would see it, and makes what is missing: A0 root slot, A1 path,
    /// A2 a <see cref="TargetKind"/>, A3 resolve flags, A4 mode of what is made. The result is an O_PATH descriptor.
    /// </summary>
    OpenTarget,

    /// <summary>Fails (ELOOP) when A0 is in a procfs: a link of the image's has led there.</summary>
    OutsideProc,

    /// <summary>Fails (ENOENT) when the working directory is not below the process's root.</summary>
    InsideRoot,

    /// <summary>Writes all of A2 bytes at A1 to the fd A0 in one write(2); a short write is an error.</summary>
    Write,

    /// <summary>Tells the file-system context A1 the permissions of the directory A0, as its option A2: <c>mode</c>.</summary>
    CopyMode,

    /// <summary>
    /// mknodat(2) below the directory A0, of the name A1, the type and mode A2, the device A3; what is there already will do if it is the same device,
    /// and is EEXIST otherwise.
    /// </summary>
    MakeNode,

    /// <summary>Is what the descriptor A0 holds of the type A1 and the device A2? ENXIO if not.</summary>
    CheckNode,

    /// <summary>Copies what is in the directory A0 into the directory A1, which is empty.</summary>
    CopyTree,

    /// <summary>
    /// clone3(2) once more with the flags A0, CLONE_PARENT and CLONE_PIDFD: the new process walks on, as a child of the parent's; the old one sends
    /// its pidfd and leaves.
    /// </summary>
    CloneAgain,

    /// <summary>Tells the parent that stage A0 is reached.</summary>
    Notify,

    /// <summary>Waits for the parent's one-byte answer; leaves when the parent is gone. A0: which of <see cref="LaunchPlan.Grants"/> the answer brings, from 1; 0: none.</summary>
    Await,

    /// <summary>Waits for the cgroup files that the parent opens once it has made the cgroups: <see cref="LaunchPlan.CgroupTasks"/>.</summary>
    AwaitCgroups,

    /// <summary>Sends the descriptor A0 to the parent (SCM_RIGHTS), as the stage A1, with the detail A2.</summary>
    SendFd,

    /// <summary>
    /// Tells the parent, or `start`, the number of the seccomp listener A0, and waits until it has a copy. By write(2) and read(2) alone, since
    /// the filter is in force: only write may not be a matter of the listener's.
    /// </summary>
    OfferListener,

    /// <summary>Closes the slot of number A0.</summary>
    Close,

    /// <summary>
    /// Closes every descriptor from A0 on, but for the listening socket A1 and the one that failures are reported to. Who enters the container before
    /// execve finds none there that leads out (CVE-2024-21626).
    /// </summary>
    CloseOthers,

    /// <summary>Waits for `start`: accepts a connection on the listening socket A0. Failures from here on are told to it.</summary>
    AwaitStart,

    /// <summary>Is one of the candidate paths (A0: count, A1: pointers) executable? Fails as execve would.</summary>
    FindExecutable,

    /// <summary>execve(2) of the first candidate that exists: A0 count, A1 pointers to paths, A2 argv, A3 envp. The last operation.</summary>
    Exec,
}

/// <summary>What <see cref="OpCode.OpenTarget"/> makes when the path does not exist.</summary>
public enum TargetKind : byte
{
    /// <summary>Nothing: the path must exist.</summary>
    Existing,
    Directory,
    File,
}

/// <summary>What an argument of an operation is.</summary>
public enum ArgumentKind : byte
{
    /// <summary>The value itself.</summary>
    Immediate,

    /// <summary>An offset into the plan's data; the executor passes the address.</summary>
    Data,

    /// <summary>A slot; the executor passes what it holds, a file descriptor.</summary>
    Slot,
}

/// <summary>One kernel operation of a launch: fixed size, no references, so that a child without a runtime can walk a list of them.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct Operation
{
    public const int ArgumentCount = 6;

    public OpCode Code;

    private readonly byte _padding;

    /// <summary>Slot that receives the result; 0: none. What the slot held is closed first.</summary>
    public ushort Result;

    /// <summary>The operation is skipped while this slot is empty; 0: always run.</summary>
    public ushort Requires;

    /// <summary>Two bits an argument: its <see cref="ArgumentKind"/>.</summary>
    public ushort Kinds;

    /// <summary>Errnos that are no failure: the operation counts as done and its result slot stays empty. 0: none; <see cref="AnyErrno"/>: all.</summary>
    public short Tolerate1;
    public short Tolerate2;

    /// <summary>A <see cref="Sampan.Linux.SyscallNumber"/>.</summary>
    public int Number;

    public long A0;
    public long A1;
    public long A2;
    public long A3;
    public long A4;
    public long A5;

    public const short AnyErrno = -1;

    public readonly ArgumentKind KindOf(int argument) => (ArgumentKind)(Kinds >> (argument * 2) & 3);

    public readonly long ArgumentAt(int argument) => argument switch { 0 => A0, 1 => A1, 2 => A2, 3 => A3, 4 => A4, _ => A5 };
}
