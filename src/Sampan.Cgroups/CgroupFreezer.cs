using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>
/// v2: cgroup.freeze, also where the controllers are on v1 (a frozen process can be killed there).
/// v1: <see href="https://docs.kernel.org/admin-guide/cgroup-v1/freezer-subsystem.html">Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst</see>.
/// </summary>
internal static class CgroupFreezer
{
    public static void Freeze(Cgroup cgroup, TimeSpan timeout)
    {
        long deadline = Sys.MonotonicMilliseconds() + (long)timeout.TotalMilliseconds;
        bool frozen;
        if (cgroup.Unified is { } unified)
        {
            SmallFile.Write($"{unified}/cgroup.freeze", "1");
            frozen = CgroupWait.ForEvent(unified, "frozen", 1, deadline);
        }
        else
            frozen = FreezeV1(V1Directory(cgroup), deadline);
        if (frozen)
            return;
        Thaw(cgroup);
        throw new SampanException(ErrorKind.System, $"{cgroup.ProcessDirectory}: its processes did not freeze within {timeout.TotalSeconds:0.#} s");
    }

    public static void Thaw(Cgroup cgroup)
    {
        if (cgroup.Unified is { } unified)
            SmallFile.Write($"{unified}/cgroup.freeze", "0");
        else
            SmallFile.Write($"{V1Directory(cgroup)}/freezer.state", "THAWED");
    }

    public static bool IsFrozen(Cgroup cgroup) => cgroup.Unified is { } unified
        ? CgroupFiles.Keyed(unified, "cgroup.events", "frozen") == 1
        : IsFrozenV1(cgroup);

    /// <summary>Whether a process that is put there would stop, whoever froze it and by which hierarchy; an empty cgroup counts.</summary>
    public static bool WouldFreeze(Cgroup cgroup) => cgroup.Unified is { } unified && CgroupFiles.Read(unified, "cgroup.freeze")?.Trim() == "1" || IsFrozenV1(cgroup);

    private static bool IsFrozenV1(Cgroup cgroup)
        => cgroup.DirectoryOf("freezer") is { } directory && CgroupFiles.Read(directory, "freezer.state")?.Trim() == "FROZEN";

    private static bool FreezeV1(string directory, long deadline)
    {
        while (true)
        {
            // Written again each time: a process forked while the cgroup was FREEZING may have slipped through, and only another write catches it.
            SmallFile.Write($"{directory}/freezer.state", "FROZEN");
            if (CgroupFiles.Read(directory, "freezer.state")?.Trim() == "FROZEN")
                return true;
            if (Sys.MonotonicMilliseconds() >= deadline)
                return false;
            CgroupWait.Pause(1);
        }
    }

    private static string V1Directory(Cgroup cgroup) => cgroup.DirectoryOf("freezer")
        ?? throw new SampanException(ErrorKind.Unsupported, "this host's cgroups have no freezer controller");
}
