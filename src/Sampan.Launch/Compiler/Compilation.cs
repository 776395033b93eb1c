using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>A compilation under way: the inputs, the plan being written, and the few operations that every step uses.</summary>
internal sealed class Compilation(LaunchRequest request, HostFacts facts, LaunchPlan plan)
{
    /// <summary>Paths in a container's files never follow magic links: /proc/self/fd/N of an image would lead out.</summary>
    public const ulong InRoot = (ulong)(ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS);

    public const ulong InRootNoLinks = InRoot | (ulong)ResolveFlags.RESOLVE_NO_SYMLINKS;

    public LaunchRequest Request { get; } = request;

    public HostFacts Facts { get; } = facts;

    public LaunchPlan Plan { get; } = plan;

    public Spec Spec => Request.Spec;

    public LinuxSpec Linux { get; } = request.Spec.Linux ?? new LinuxSpec();

    public OperationList Child => Plan.Child;

    /// <summary>The SELinux context of new file systems; null: none.</summary>
    public string? MountLabel { get; } = ConfinementSteps.MountLabel(request.Spec.Linux ?? new LinuxSpec(), facts);

    /// <summary>Whether the container has a user namespace other than the launcher's.</summary>
    public bool InUserNamespace { get; set; }

    /// <summary>
    /// Whether the parent opens what is the host's, with its own privileges, for the container's root may have no way there. A parent without privileges
    /// cannot, and its container's root, who is the same user, needs no help.
    /// </summary>
    public bool OpensByGrant => InUserNamespace && Facts.Privileged;

    public bool NewMountNamespace { get; set; }

    /// <summary>The launcher's mount namespace, for a container that has none of its own and is set up in one that it leaves; none: it has one.</summary>
    public Slot LaunchersMounts { get; set; }

    public bool NewNetworkNamespace { get; set; }

    public bool NewCgroupNamespace { get; set; }

    /// <summary>Copies of the sources of binds that were made beforehand, by the mount's field.</summary>
    public Dictionary<string, Slot> Sources { get; } = [];

    /// <summary>The container's own /proc and /sys, by their mount points: whoever shares the image's files may exchange what bears the name (CVE-2019-19921).</summary>
    public Dictionary<string, Slot> KernelMounts { get; } = [];

    public static SampanException Invalid(string field, string message) => new(ErrorKind.InvalidArgument, $"{field}: {message}");

    /// <inheritdoc cref="MountSteps.Place"/>
    public string Destination(Mount mount) => MountSteps.Place(mount.Destination!, Request.Rootfs);

    /// <inheritdoc cref="MountSteps.Inside"/>
    public string? Inside(string hostPath) => MountSteps.Inside(hostPath, Request.Rootfs);

    /// <summary>An O_PATH descriptor of a path inside the container, made when missing.</summary>
    public OperationList.Step OpenTarget(string path, TargetKind kind, Slot into, ulong resolve = InRoot, uint mode = 0x1ED)
        => OpenTarget(Slot.Root, path, kind, into, resolve, mode);

    /// <summary>The same below a directory that is held.</summary>
    public OperationList.Step OpenTarget(Slot root, string path, TargetKind kind, Slot into, ulong resolve = InRoot, uint mode = 0x1ED)
        => Child.Special(OpCode.OpenTarget, root, Child.Text(path), (int)kind, resolve, kind == TargetKind.File ? 0x1A4u : mode).Into(into);

    /// <summary>The same for what is to be mounted over, which may lie in a procfs only under a name that <see cref="SpecValidation"/> has looked at (CVE-2019-16884).</summary>
    public void OpenMountPoint(string destination, TargetKind kind, Slot into, ulong resolve = InRoot)
    {
        OpenTarget(destination, kind, into, resolve);
        if (destination != "/proc" && !destination.StartsWith("/proc/", StringComparison.Ordinal))
            Child.Special(OpCode.OutsideProc, into);
    }

    /// <summary>Attaches the mount in <see cref="Slot.Mount"/> at <see cref="Slot.Target"/>.</summary>
    public OperationList.Step Attach()
        => Child.Call(SyscallNumber.move_mount, Slot.Mount, Child.Text(""), Slot.Target, Child.Text(""),
            MoveMountFlags.MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags.MOVE_MOUNT_T_EMPTY_PATH);

    /// <summary>A detached copy of a place, into <see cref="Slot.Mount"/>.</summary>
    public OperationList.Step CloneTree(Argument directory, string path, bool recursive = false)
        => Child.Call(SyscallNumber.open_tree, directory, Child.Text(path),
            OpenTreeFlags.OPEN_TREE_CLONE | OpenTreeFlags.OPEN_TREE_CLOEXEC | (path.Length == 0 ? OpenTreeFlags.AT_EMPTY_PATH : 0) | (recursive ? OpenTreeFlags.AT_RECURSIVE : 0)).Into(Slot.Mount);

    /// <summary>mount_setattr(2) on a mount held by a slot.</summary>
    public OperationList.Step SetAttributes(Slot mount, MountAttributes set, MountAttributes clear = 0, MountFlags propagation = 0, bool recursive = false)
        => Child.Call(SyscallNumber.mount_setattr, mount, Child.Text(""), At.AT_EMPTY_PATH | (recursive ? At.AT_RECURSIVE : 0),
            Child.Data.Struct(new mount_attr { attr_set = (ulong)set, attr_clr = (ulong)clear, propagation = (ulong)propagation }), 32);

    /// <summary>A slot for a mount that the parent opens and sends. Where its message is full the child asks for another here: what came with the last one is in its place.</summary>
    public Slot NextGrant()
    {
        if (Plan.Grants[^1].Slots.Count == PlanHeader.MaxDescriptors)
        {
            Plan.Grants.Add(new GrantBatch(Plan.Grant.Operations.Length));
            _nextGranted = 0;
            Child.Special(OpCode.Notify, (int)Stage.Grant);
            Child.Special(OpCode.Await, Plan.Grants.Count);
        }
        if (_nextGranted == _granted.Count)
            _granted.Add(Plan.NewSlot());
        var slot = _granted[_nextGranted++];
        Plan.Grants[^1].Slots.Add(slot);
        return slot;
    }

    /// <summary>Has the parent send <paramref name="slot"/> with its first message, to be kept until it is needed.</summary>
    public void GrantFirst(Slot slot)
    {
        if (Plan.Grants is not [{ Slots.Count: < PlanHeader.MaxDescriptors - 1 } first]) // and the root
            throw new SampanException(ErrorKind.Unsupported, $"mounts: the host's root can be bound at most {PlanHeader.MaxDescriptors - 1} times in a user namespace");
        first.Slots.Add(slot);
    }

    private readonly List<Slot> _granted = [];
    private int _nextGranted;

    /// <summary>Writes <paramref name="text"/> to a file of the launcher's own procfs, whatever mount namespace has been joined: another's /proc may be anything (CVE-2025-52881).</summary>
    /// <param name="path">Below /proc.</param>
    public void WriteProc(string path, string text)
    {
        Child.Call(SyscallNumber.openat2, LaunchersProc(), Child.Text(path),
            Child.Data.Struct(new open_how { flags = (ulong)(OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC), resolve = InRoot }), 24).Into(Slot.File);
        WriteAndClose(Child, text);
    }

    /// <summary>The procfs that the launcher sees at /proc, held from before any mount namespace is entered.</summary>
    public Slot LaunchersProc()
    {
        if (_proc != Slot.None)
            return _proc;
        _proc = Plan.NewSlot();
        Plan.Prepare.For("(launch)", "/proc");
        Plan.Prepare.Call(SyscallNumber.openat, At.AT_FDCWD, Plan.Prepare.Text("/proc"), OpenFlags.O_PATH | OpenFlags.O_DIRECTORY | OpenFlags.O_CLOEXEC).Into(_proc);
        return _proc;
    }

    private Slot _proc = Slot.None;

    /// <summary>Writes <paramref name="text"/> to a file of the host's procfs, before any namespace is entered.</summary>
    public static void WriteHostFile(OperationList child, string path, string text)
    {
        child.Call(SyscallNumber.openat, At.AT_FDCWD, child.Text(path), OpenFlags.O_WRONLY | OpenFlags.O_CLOEXEC).Into(Slot.File);
        WriteAndClose(child, text);
    }

    private static void WriteAndClose(OperationList child, string text)
    {
        child.Special(OpCode.Write, Slot.File, child.Text(text), System.Text.Encoding.UTF8.GetByteCount(text));
        child.Close(Slot.File);
    }
}
