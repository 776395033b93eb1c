using System.Runtime.InteropServices;
using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>Where everything lies, for the executor: plain pointers into one block of native memory.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct PlanHeader
{
    public long* Slots;
    public int SlotCount;
    public byte* Data;
    public Operation* Prepare;
    public int PrepareCount;
    public Operation* Grant;
    public int GrantCount;
    public Operation* Request;
    public Operation* Child;
    public int ChildCount;

    /// <summary>Entry point of libc's syscall(2), taken before the fork.</summary>
    public delegate*<nint, nint, nint, nint, nint, nint, nint, nint> Syscall;

    /// <summary>The thread's errno: libc's syscall returns -1 and leaves the reason here.</summary>
    public int* Errno;

    /// <summary>Operation the executor is at.</summary>
    public int Current;

    /// <summary>Of the executable found by <see cref="OpCode.FindExecutable"/>; -1: none yet.</summary>
    public int Executable;

    /// <summary>Slots of the descriptors that the parent sends, one grant after another.</summary>
    public ushort* Granted;

    /// <summary>Where in <see cref="Granted"/> each grant begins, and the last one ends.</summary>
    public int* Grants;

    /// <summary>Slots of the cgroup files that the parent sends once it has made the cgroups.</summary>
    public int TasksCount;
    public fixed ushort Tasks[MaxDescriptors];

    /// <summary>What the child tells its parent.</summary>
    public ChildMessage Message;

    /// <summary>What openat2(2) is told; here, so that the executor needs no stack buffers.</summary>
    public open_how How;

    /// <summary>Of <see cref="OpCode.CloneAgain"/>.</summary>
    public clone_args Again;

    /// <summary>For messages that carry descriptors.</summary>
    public msghdr Msg;
    public iovec Iov;
    public fixed byte Control[ControlSize];
    public fixed byte Answer[8];
    public fixed byte Path[4096];
    public fixed byte Link[4096];

    /// <summary>Descriptors in one message, at most.</summary>
    public const int MaxDescriptors = 64;
    public const int ControlSize = 16 + MaxDescriptors * 4;
}

/// <summary>A message of the child; one datagram of the socketpair. An end of file means: execve succeeded.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct ChildMessage
{
    /// <summary>A <see cref="Launch.Stage"/>; <see cref="Launch.Stage.None"/>: an operation failed.</summary>
    public int Stage;

    /// <summary>Index of the failed operation.</summary>
    public int Operation;
    public int Errno;

    /// <summary>Of the failed operation: its <see cref="OpCode"/>, and its system call shifted by 8. For `start`, which has no plan at hand.
    /// Of <see cref="Stage.Listener"/>: the descriptor's number.</summary>
    public int Detail;
}

/// <summary>A plan laid out in native memory, addresses filled in: what a freshly cloned child can walk without a runtime.</summary>
public sealed unsafe class SealedPlan : IDisposable
{
    private byte* _block;

    public SealedPlan(LaunchPlan plan, delegate*<nint, nint, nint, nint, nint, nint, nint, nint> syscall, int* errno)
    {
        var prepare = plan.Prepare.Operations;
        var grant = plan.Grant.Operations;
        var request = plan.Request.Operations;
        var child = plan.Child.Operations;
        int slots = sizeof(PlanHeader) + 15 & ~15;
        int granted = slots + plan.SlotCount * sizeof(long), grants = granted + plan.Grants.Sum(static g => g.Slots.Count) * sizeof(ushort) + 3 & ~3;
        int operations = grants + (plan.Grants.Count + 1) * sizeof(int) + 15 & ~15;
        int data = operations + (prepare.Length + grant.Length + request.Length + child.Length) * sizeof(Operation);
        _block = (byte*)NativeMemory.AlignedAlloc((nuint)(data + plan.Data.Length), 64);
        Header = (PlanHeader*)_block;
        *Header = new PlanHeader
        {
            Slots = (long*)(_block + slots),
            SlotCount = plan.SlotCount,
            Granted = (ushort*)(_block + granted),
            Grants = (int*)(_block + grants),
            Prepare = (Operation*)(_block + operations),
            PrepareCount = prepare.Length,
            Grant = (Operation*)(_block + operations) + prepare.Length,
            GrantCount = grant.Length,
            Request = (Operation*)(_block + operations) + prepare.Length + grant.Length,
            Child = (Operation*)(_block + operations) + prepare.Length + grant.Length + request.Length,
            ChildCount = child.Length,
            Data = _block + data,
            Syscall = syscall,
            Errno = errno,
            Executable = -1,
        };
        int sent = 0;
        for (int i = 0; i < plan.Grants.Count; i++)
        {
            Header->Grants[i] = sent;
            foreach (var slot in plan.Grants[i].Slots)
                Header->Granted[sent++] = slot.Index;
        }
        Header->Grants[plan.Grants.Count] = sent;
        Header->TasksCount = plan.AwaitsCgroups ? plan.CgroupTasks.Count : 0;
        for (int i = 0; i < Header->TasksCount; i++)
            Header->Tasks[i] = plan.CgroupTasks[i].Index;
        new Span<long>(Header->Slots, plan.SlotCount).Fill(-1);
        prepare.CopyTo(new Span<Operation>(Header->Prepare, prepare.Length));
        grant.CopyTo(new Span<Operation>(Header->Grant, grant.Length));
        request.CopyTo(new Span<Operation>(Header->Request, request.Length));
        child.CopyTo(new Span<Operation>(Header->Child, child.Length));
        plan.Data.Bytes.CopyTo(new Span<byte>(Header->Data, plan.Data.Length));
        foreach (var (at, kind, target) in plan.Data.Relocations)
        {
            if (kind == ArgumentKind.Data)
                *(long*)(Header->Data + at) = (long)(Header->Data + target);
        }
        _relocations = plan.Data.Relocations;
    }

    private readonly List<(int At, ArgumentKind Kind, int Target)> _relocations;

    public PlanHeader* Header { get; private set; }

    /// <summary>Puts a descriptor into a slot, before the clone.</summary>
    public void Bind(Slot slot, int fd)
    {
        Header->Slots[slot.Index] = fd;
        foreach (var (at, kind, target) in _relocations)
        {
            if (kind == ArgumentKind.Slot && target == slot.Index)
                *(long*)(Header->Data + at) = fd;
        }
    }

    /// <summary>The descriptor in a slot; -1 when it is empty.</summary>
    public int this[Slot slot] => (int)Header->Slots[slot.Index];

    public void Dispose()
    {
        NativeMemory.AlignedFree(_block);
        _block = null;
        Header = null;
    }
}
