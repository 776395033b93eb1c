using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>A point at which the child waits for its parent.</summary>
public enum Stage
{
    /// <summary>Never sent.</summary>
    None,

    /// <summary>The process is in its user namespace: the parent writes uid_map and gid_map when it is new, and grants mounts.</summary>
    UserNamespace,

    /// <summary>The same of the process that goes on in the place of the first; carries its pidfd: <see cref="OpCode.CloneAgain"/>.</summary>
    Replaced,

    /// <summary>The namespaces exist and mounts are made, the root is not yet switched: createRuntime and createContainer hooks run.</summary>
    BeforePivot,

    /// <summary>Everything is set up; the child waits for `start`, or goes on to execve.</summary>
    Ready,

    /// <summary>About to execute: startContainer hooks run.</summary>
    BeforeExec,

    /// <summary>Carries the pty's master.</summary>
    Descriptor,

    /// <summary>The filter is loaded: <see cref="ChildMessage.Detail"/> is the number of its listener in the child, which waits until it has been taken.</summary>
    Listener,

    /// <summary>The process waits to be put into its cgroup: <see cref="HostFacts.CgroupIsMadeForProcess"/>.</summary>
    Cgroup,

    /// <summary>The namespaces are the container's: network devices are moved in.</summary>
    NetworkDevices,

    /// <summary>The time namespace is made and nobody is in it: the parent writes <see cref="LaunchPlan.TimeOffsets"/>.</summary>
    TimeOffsets,

    /// <summary>Carries a mount that the parent does something to which a user namespace may not: the operation of <see cref="LaunchPlan.Request"/> that
    /// <see cref="ChildMessage.Detail"/> numbers.</summary>
    Request,

    /// <summary>The process has used up what it was granted, and asks for the next of <see cref="LaunchPlan.Grants"/>.</summary>
    Grant,
}

/// <summary>A mapping of ids, to be had as a user namespace in a slot.</summary>
/// <param name="Field">Of the mount that asked for it, for errors.</param>
public sealed record IdMapNamespace(Slot Slot, IReadOnlyList<Oci.LinuxIdMapping> UidMappings, IReadOnlyList<Oci.LinuxIdMapping> GidMappings, string Field);

/// <summary>What the parent does at once of <see cref="LaunchPlan.Grant"/>, and sends in one message.</summary>
/// <param name="First">Index of its first operation; it ends where the next begins.</param>
public sealed record GrantBatch(int First)
{
    /// <summary>Where its operations leave the descriptors, and where these go in the child: at most <see cref="PlanHeader.MaxDescriptors"/>.</summary>
    public List<Slot> Slots { get; } = [];
}

/// <summary>A container's launch, compiled: what the parent does before the clone, how it clones, what the child does.</summary>
public sealed class LaunchPlan
{
    public LaunchPlan()
    {
        Prepare = new OperationList(Data, 16);
        Grant = new OperationList(Data, 4);
        Request = new OperationList(Data, 4);
        Child = new OperationList(Data, 128);
    }

    public PlanData Data { get; } = new();

    /// <summary>Operations of the parent, in its own namespaces, before the clone.</summary>
    public OperationList Prepare { get; }

    /// <summary>
    /// Operations of the parent, in the child's mount namespace, once its user namespace is mapped: mounts that need the host's privileges, but with the
    /// host's flags locked, as they are there.
    /// </summary>
    public OperationList Grant { get; }

    /// <summary>In what portions: the first once the user namespace is mapped, the others each when the child asks (<see cref="Stage.Grant"/>), so that a container
    /// may have more mounts than a process open files.</summary>
    public List<GrantBatch> Grants { get; } = [new GrantBatch(0)];

    /// <summary>Operations of the parent on a mount of the child's, in <see cref="Slot.Mount"/>, each when the child asks for it.</summary>
    public OperationList Request { get; }

    /// <summary>Operations of the child, up to execve.</summary>
    public OperationList Child { get; }

    /// <summary>Namespaces of clone3(2).</summary>
    public CloneFlags Clone { get; set; }

    /// <summary>Whether the first process makes another, the container's, once it has joined namespaces.</summary>
    public bool ClonesAgain { get; set; }

    /// <summary>Whether the parent must write the id maps (a new user namespace).</summary>
    public bool WritesIdMaps { get; set; }

    /// <summary>User namespaces that nobody lives in, each for the mapping that mounts are given: the parent makes them before the clone.</summary>
    public List<IdMapNamespace> IdMaps { get; } = [];

    /// <summary>Slots of cgroup v1's <c>tasks</c> files, which the parent fills, in the order of <see cref="HostFacts.CgroupTasks"/>.</summary>
    public List<Slot> CgroupTasks { get; } = [];

    /// <summary>Whether the parent makes the cgroups while the child makes its namespaces, and sends the files afterwards: <see cref="OpCode.AwaitCgroups"/>.</summary>
    public bool AwaitsCgroups { get; set; }

    /// <summary>What of the specification the container does without, a line each: for the log.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>What the parent writes to the process's oom_score_adj, since in its user namespace it may not; null: the process writes it, or nobody.</summary>
    public int? OomScoreAdj { get; set; }

    /// <summary>What the parent writes to the process's timens_offsets, a write each, since in its user namespace it may not open that file: time_namespaces(7).</summary>
    public List<string> TimeOffsets { get; } = [];

    /// <summary>Slots in use: those with names of their own, and what <see cref="NewSlot"/> has handed out.</summary>
    public int SlotCount { get; private set; } = Slot.FirstFree;

    /// <summary>A slot nobody else uses.</summary>
    public Slot NewSlot()
    {
        if (SlotCount > ushort.MaxValue)
            throw new SampanException(ErrorKind.Unsupported, $"mounts: the container needs more than {ushort.MaxValue} open files to be set up");
        return new Slot((ushort)SlotCount++);
    }
}
