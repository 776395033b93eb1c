using System.Runtime.CompilerServices;
using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>
/// Walks a sealed plan. This is the code that runs in a freshly cloned process, where nothing of the .NET runtime works any more:
/// it allocates nothing, throws nothing, takes no lock, touches no static and calls nothing but the kernel.
/// </summary>
/// <remarks>
/// System calls go through a function pointer of the managed convention to libc's syscall(2): a P/Invoke would end in a GC poll, on which
/// a child whose parent was about to collect hangs for ever. Tests read this file's IL and its machine code to keep these rules.
/// </remarks>
public static unsafe partial class PlanExecutor
{
    /// <summary>clone3(2). The parent gets the child's pid or -errno; the child walks its operations and never returns.</summary>
    public static nint Clone(PlanHeader* plan, clone_args* arguments)
    {
        nint pid = Call(plan, SyscallNumber.clone3, (nint)arguments, sizeof(clone_args));
        if (pid != 0)
            return pid;
        Child(plan);
        return 0;
    }

    /// <summary>Walks operations in the calling process.</summary>
    /// <returns>0, or -errno of the operation at <see cref="PlanHeader.Current"/>.</returns>
    public static nint Run(PlanHeader* plan, Operation* operations, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Operation* op = operations + i;
            plan->Current = i;
            if (op->Requires != 0 && plan->Slots[op->Requires] < 0)
                continue;
            nint result = Perform(plan, op);
            if (result is < 0 and > -4096)
            {
                if (!Tolerated(op, (short)-result))
                    return result;
                result = -1;
            }
            if (op->Result != 0)
                Store(plan, op->Result, result);
        }
        return 0;
    }

    private static void Child(PlanHeader* plan)
    {
        nint error = Run(plan, plan->Child, plan->ChildCount);
        plan->Message.Stage = 0;
        plan->Message.Operation = plan->Current;
        plan->Message.Errno = (int)-error;
        plan->Message.Detail = (int)plan->Child[plan->Current].Code | plan->Child[plan->Current].Number << 8;
        Call(plan, SyscallNumber.write, (nint)plan->Slots[Report], (nint)(&plan->Message), sizeof(ChildMessage));
        while (true)
            Call(plan, SyscallNumber.exit_group, 1);
    }

    // Slots by number: a static Slot would be a static to initialise.
    private const int Sync = 1;
    private const int Report = 2;

    private static nint Perform(PlanHeader* plan, Operation* op)
    {
        nint a0 = Argument(plan, op, 0), a1 = Argument(plan, op, 1), a2 = Argument(plan, op, 2);
        nint a3 = Argument(plan, op, 3), a4 = Argument(plan, op, 4), a5 = Argument(plan, op, 5);
        switch (op->Code)
        {
            case OpCode.Syscall:
                return Call(plan, (SyscallNumber)op->Number, a0, a1, a2, a3, a4, a5);
            case OpCode.OpenTarget:
                return OpenTarget(plan, a0, (byte*)a1, (TargetKind)a2, (ulong)a3, (uint)a4);
            case OpCode.OutsideProc:
                return OutsideProc(plan, a0);
            case OpCode.InsideRoot:
                return InsideRoot(plan);
            case OpCode.Close:
                Store(plan, (int)a0, -1);
                return 0;
            case OpCode.Write:
                nint written = Call(plan, SyscallNumber.write, a0, a1, a2);
                return written == a2 || written < 0 ? written : -(nint)Errno.EIO;
            case OpCode.CloneAgain:
                return CloneAgain(plan, (ulong)a0);
            case OpCode.Notify:
                plan->Message.Stage = (int)a0;
                return Call(plan, SyscallNumber.write, (nint)plan->Slots[Report], (nint)(&plan->Message), sizeof(ChildMessage));
            case OpCode.Await:
                return a0 == 0 ? Await(plan, null, 0) : Await(plan, plan->Granted + plan->Grants[a0 - 1], plan->Grants[a0] - plan->Grants[a0 - 1]);
            case OpCode.AwaitCgroups:
                return Await(plan, plan->Tasks, plan->TasksCount);
            case OpCode.MakeNode:
                return MakeNode(plan, a0, (byte*)a1, (uint)a2, (uint)a3);
            case OpCode.CheckNode:
                plan->Path[0] = 0;
                return IsNode(plan, a0, plan->Path, (uint)a1, (uint)a2) ? 0 : -(nint)Errno.ENXIO;
            case OpCode.CopyMode:
                return CopyMode(plan, a0, a1, a2);
            case OpCode.CopyTree:
                return CopyTree(plan, a0, a1);
            case OpCode.SendFd:
                plan->Message.Detail = (int)a2;
                return SendFd(plan, a0, (Stage)a1);
            case OpCode.OfferListener:
                return OfferListener(plan, a0);
            case OpCode.CloseOthers:
                return CloseOthers(plan, a0, a1);
            case OpCode.AwaitStart:
                return AwaitStart(plan, a0);
            case OpCode.FindExecutable:
                return FindExecutable(plan, (int)a0, (byte**)a1);
            case OpCode.Exec:
                return Exec(plan, (int)a0, (byte**)a1, a2, a3);
            default:
                return -(nint)Errno.ENOSYS;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nint Argument(PlanHeader* plan, Operation* op, int index)
    {
        long value = (&op->A0)[index];
        int kind = op->Kinds >> (index * 2) & 3;
        if (kind == (int)ArgumentKind.Slot)
            return (nint)plan->Slots[value];
        return kind == (int)ArgumentKind.Data ? (nint)(plan->Data + value) : (nint)value;
    }

    private static bool Tolerated(Operation* op, short errno)
        => op->Tolerate1 == Operation.AnyErrno || op->Tolerate1 == errno || op->Tolerate2 == errno;

    // A slot owns its descriptor: what it held before is closed.
    private static void Store(PlanHeader* plan, int slot, nint value)
    {
        if (plan->Slots[slot] >= 0)
            Call(plan, SyscallNumber.close, (nint)plan->Slots[slot]);
        plan->Slots[slot] = value;
    }

    private static nint Call(PlanHeader* plan, SyscallNumber number, nint a0 = 0, nint a1 = 0, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        nint result = plan->Syscall((nint)number, a0, a1, a2, a3, a4, a5);
        return result == -1 ? -*plan->Errno : result;
    }

    private static nint Open(PlanHeader* plan, nint root, byte* path, OpenFlags flags, ulong resolve)
    {
        plan->How.flags = (ulong)(flags | OpenFlags.O_PATH | OpenFlags.O_CLOEXEC);
        plan->How.mode = 0;
        plan->How.resolve = resolve;
        nint fd;
        int tries = 0;
        do
            fd = Call(plan, SyscallNumber.openat2, root, (nint)path, (nint)(&plan->How), sizeof(open_how));
        while (fd == -(nint)Errno.EAGAIN && ++tries < 1024); // a rename or mount elsewhere on the host interfered with the look-up
        return fd;
    }

    // The kernel resolves every path, against the held root: no link in a hostile image leads out of it. What is missing is made a component
    // at a time, each below a descriptor that was itself resolved that way; mkdirat and mknodat follow no link in the last component.
    private static nint OpenTarget(PlanHeader* plan, nint root, byte* path, TargetKind kind, ulong resolve, uint mode)
    {
        OpenFlags flags = kind == TargetKind.Directory ? OpenFlags.O_DIRECTORY : 0;
        nint fd = Open(plan, root, path, flags, resolve);
        if (fd != -(nint)Errno.ENOENT || kind == TargetKind.Existing)
            return fd;
        for (int links = 0; links < 40; links++)
        {
            int length = Copy(plan->Path, path, 0);
            nint parent = MakeParents(plan, root, length, resolve, out int name);
            path = plan->Path;
            if (parent == -(nint)Errno.EAGAIN)
                continue;
            if (parent < 0)
                return parent;
            nint made = kind == TargetKind.Directory
                ? Call(plan, SyscallNumber.mkdirat, parent, (nint)(plan->Path + name), (nint)mode)
                : Call(plan, SyscallNumber.mknodat, parent, (nint)(plan->Path + name), (nint)(0x8000 | mode));
            nint link = made == -(nint)Errno.EEXIST ? Call(plan, SyscallNumber.readlinkat, parent, (nint)(plan->Path + name), (nint)plan->Link, 4095) : 0;
            Call(plan, SyscallNumber.close, parent);
            if (made < 0 && made != -(nint)Errno.EEXIST)
                return made;
            fd = Open(plan, root, plan->Path, flags, resolve);
            if (fd != -(nint)Errno.ENOENT || link <= 0)
                return fd;
            // A link to nowhere, such as /etc/resolv.conf of a systemd image: make what it points to, inside the root.
            plan->Link[link] = 0;
            if (plan->Link[0] != (byte)'/' && name + link >= 4095)
                return -(nint)Errno.ENAMETOOLONG;
            Copy(plan->Path, plan->Link, plan->Link[0] == (byte)'/' ? 0 : name);
            path = plan->Path;
        }
        return -(nint)Errno.ELOOP;
    }

    // Opens the directory that holds the last component of plan->Path, making the directories on the way. `name` is where that component begins.
    // -EAGAIN: there was a link to nowhere, and plan->Path now leads where it pointed.
    private static nint MakeParents(PlanHeader* plan, nint root, int length, ulong resolve, out int name)
    {
        byte* path = plan->Path;
        while (length > 1 && path[length - 1] == (byte)'/')
            path[--length] = 0;
        name = 0;
        nint parent = -(nint)Errno.ENOENT;
        for (int i = 0; i <= length; i++)
        {
            if (i < length && path[i] != (byte)'/')
                continue;
            if (i == 0)
            {
                name = 1;
                parent = Call(plan, SyscallNumber.fcntl, root, F_DUPFD_CLOEXEC);
                if (parent < 0)
                    return parent;
                continue;
            }
            if (i == length)
                return parent;
            path[i] = 0;
            nint made = Call(plan, SyscallNumber.mkdirat, parent, (nint)(path + name), 0x1ED); // 0755; an error counts when it cannot be opened
            nint next = Open(plan, root, path, OpenFlags.O_DIRECTORY, resolve);
            if (next == -(nint)Errno.ENOENT)
                next = made < 0 && made != -(nint)Errno.EEXIST ? made : FollowToNowhere(plan, parent, name, i, length);
            else
                path[i] = (byte)'/';
            Call(plan, SyscallNumber.close, parent);
            if (next < 0)
                return next;
            parent = next;
            name = i + 1;
        }
        return parent;
    }

    // The component of plan->Path from `name` to `end` is a link to what is not there: in its place goes what it says, below the directory that holds it.
    private static nint FollowToNowhere(PlanHeader* plan, nint parent, int name, int end, int length)
    {
        nint link = Call(plan, SyscallNumber.readlinkat, parent, (nint)(plan->Path + name), (nint)plan->Link, 4095);
        if (link <= 0)
            return -(nint)Errno.ENOENT;
        plan->Path[end] = (byte)'/';
        int at = plan->Link[0] == (byte)'/' ? 0 : name;
        if (at + link + length - end >= 4095)
            return -(nint)Errno.ENAMETOOLONG;
        Copy(plan->Link, plan->Path + end, (int)link);
        Copy(plan->Path, plan->Link, at);
        return -(nint)Errno.EAGAIN;
    }

    // Copies a string to offset `at` of a buffer of 4096 bytes; the length of the whole.
    private static int Copy(byte* buffer, byte* text, int at)
    {
        int i = 0;
        for (; text[i] != 0 && at + i < 4095; i++)
            buffer[at + i] = text[i];
        buffer[at + i] = 0;
        return at + i;
    }

    // The parent, or `start`, answers with one byte, and perhaps with descriptors. No byte: it is gone, and so is the container.
    private static nint Await(PlanHeader* plan, ushort* slots, int count)
    {
        plan->Iov.iov_base = plan->Answer;
        plan->Iov.iov_len = 1;
        plan->Msg.msg_iov = &plan->Iov;
        plan->Msg.msg_iovlen = 1;
        plan->Msg.msg_control = plan->Control;
        plan->Msg.msg_controllen = PlanHeader.ControlSize;
        nint n;
        do
            n = Call(plan, SyscallNumber.recvmsg, (nint)plan->Slots[Report], (nint)(&plan->Msg), MSG_CMSG_CLOEXEC);
        while (n == -(nint)Errno.EINTR);
        if (n < 0)
            return n;
        if (n == 0)
        {
            while (true)
                Call(plan, SyscallNumber.exit_group, 1);
        }
        int* fds = (int*)(plan->Control + 16);
        int received = plan->Msg.msg_controllen < 16 ? 0 : (int)(*(ulong*)plan->Control - 16) / 4;
        if (received != count)
            return -(nint)Errno.EPROTO;
        for (int i = 0; i < count; i++)
            Store(plan, slots[i], fds[i]);
        return 0;
    }

    private const int MSG_CMSG_CLOEXEC = 0x40000000;
    private const int F_DUPFD_CLOEXEC = 1030;

    // The new process has everything of this one, and goes on with the next operation; with CLONE_PARENT it is the launcher's child, too.
    private static nint CloneAgain(PlanHeader* plan, ulong flags)
    {
        plan->Again.flags = flags | (ulong)(CloneFlags.CLONE_PARENT | CloneFlags.CLONE_PIDFD);
        plan->Again.pidfd = (ulong)plan->Answer;
        nint pid = Call(plan, SyscallNumber.clone3, (nint)(&plan->Again), sizeof(clone_args));
        if (pid <= 0)
            return pid;
        SendFd(plan, *(int*)plan->Answer, Stage.Replaced);
        while (true)
            Call(plan, SyscallNumber.exit_group, 0);
    }

    private static nint SendFd(PlanHeader* plan, nint fd, Stage stage)
    {
        plan->Message.Stage = (int)stage;
        plan->Iov.iov_base = (byte*)&plan->Message;
        plan->Iov.iov_len = (ulong)sizeof(ChildMessage);
        *(ulong*)plan->Control = 20;          // cmsg_len
        *(int*)(plan->Control + 8) = 1;       // SOL_SOCKET
        *(int*)(plan->Control + 12) = 1;      // SCM_RIGHTS
        *(int*)(plan->Control + 16) = (int)fd;
        plan->Msg.msg_iov = &plan->Iov;
        plan->Msg.msg_iovlen = 1;
        plan->Msg.msg_control = plan->Control;
        plan->Msg.msg_controllen = 24;
        return Call(plan, SyscallNumber.sendmsg, (nint)plan->Slots[Sync], (nint)(&plan->Msg), 0);
    }

    // Sending the descriptor itself would take sendmsg(2), which profiles leave to agents; a number takes a write. The answer may be read under
    // the eyes of the agent: it comes when the agent has the descriptor.
    private static nint OfferListener(PlanHeader* plan, nint listener)
    {
        plan->Message.Stage = (int)Stage.Listener;
        plan->Message.Detail = (int)listener;
        nint n = Call(plan, SyscallNumber.write, (nint)plan->Slots[Report], (nint)(&plan->Message), sizeof(ChildMessage));
        if (n < 0)
            return n;
        do
            n = Call(plan, SyscallNumber.read, (nint)plan->Slots[Report], (nint)plan->Answer, 1);
        while (n == -(nint)Errno.EINTR);
        while (n == 0)
            Call(plan, SyscallNumber.exit_group, 1);
        return n;
    }

    private static nint CloseOthers(PlanHeader* plan, nint first, nint listener)
    {
        nint report = (nint)plan->Slots[Report];
        nint low = listener < report ? listener : report, high = listener < report ? report : listener;
        for (int slot = 1; slot < plan->SlotCount; slot++)
        {
            if (plan->Slots[slot] != listener && plan->Slots[slot] != report)
                plan->Slots[slot] = -1;
        }
        CloseRange(plan, first, low - 1);
        CloseRange(plan, first > low ? first : low + 1, high - 1);
        return CloseRange(plan, first > high ? first : high + 1, int.MaxValue);
    }

    private static nint CloseRange(PlanHeader* plan, nint first, nint last)
        => first > last ? 0 : Call(plan, SyscallNumber.close_range, first, last);

    // All signals are blocked, and the first process of a PID namespace would ignore them; but what ends a program ends a container that never ran it.
    private static nint AwaitStart(PlanHeader* plan, nint listener)
    {
        *(ulong*)plan->Control = 0x4007; // SIGHUP, SIGINT, SIGQUIT, SIGTERM
        nint signals = Call(plan, SyscallNumber.signalfd4, -1, (nint)plan->Control, 8, 0x80000); // SFD_CLOEXEC
        int* polled = (int*)(plan->Control + 8);
        nint ready;
        do
        {
            (polled[0], polled[1], polled[2], polled[3]) = ((int)listener, 1, (int)signals, 1); // two pollfd, for POLLIN
            ready = Call(plan, SyscallNumber.ppoll, (nint)polled, 2);
        }
        while (ready == -(nint)Errno.EINTR);
        while (polled[3] >> 16 != 0)
            Call(plan, SyscallNumber.exit_group, 1);
        Call(plan, SyscallNumber.close, signals);
        nint connection;
        do
            connection = Call(plan, SyscallNumber.accept4, listener, 0, 0, 0x80000); // SOCK_CLOEXEC
        while (connection is -(nint)Errno.EINTR or -(nint)Errno.ECONNABORTED);
        if (connection >= 0)
            plan->Slots[Report] = connection;
        return connection;
    }

    private static nint FindExecutable(PlanHeader* plan, int count, byte** candidates)
    {
        nint error = -(nint)Errno.ENOENT;
        for (int i = 0; i < count; i++)
        {
            nint result = Call(plan, SyscallNumber.faccessat2, At.AT_FDCWD, (nint)candidates[i], 1, At.AT_EACCESS);
            if (result == 0)
            {
                nint directory = Call(plan, SyscallNumber.openat, At.AT_FDCWD, (nint)candidates[i], (nint)(OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC));
                if (directory < 0)
                {
                    plan->Executable = i;
                    return 0;
                }
                Call(plan, SyscallNumber.close, directory);
                result = -(nint)Errno.EACCES;
            }
            if (result == -(nint)Errno.EACCES)
                error = result;
        }
        return error;
    }

    // As execvp(3): a file that may not be executed does not hide one further on in PATH.
    private static nint Exec(PlanHeader* plan, int count, byte** candidates, nint argv, nint envp)
    {
        nint error = -(nint)Errno.ENOENT;
        for (int i = plan->Executable < 0 ? 0 : plan->Executable; i < count; i++)
        {
            nint result = Call(plan, SyscallNumber.execve, (nint)candidates[i], argv, envp);
            if (result == -(nint)Errno.EACCES)
                error = result;
            else if (result is not (-(nint)Errno.ENOENT or -(nint)Errno.ENOTDIR))
                return result;
        }
        return error;
    }
}
