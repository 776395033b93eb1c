using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>Hands a v2 cgroup to a user: <see href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7), "Cgroups delegation: delegating a hierarchy to a less privileged user"</see>.</summary>
/// <remarks>runtime-spec 1.3, config-linux.md, "Cgroup ownership": the directory, and of its files those that the kernel names. Limits stay out of his reach.</remarks>
internal static class CgroupOwnership
{
    private const string Delegated = "/sys/kernel/cgroup/delegate";

    public static void Give(string directory, uint owner)
    {
        Change(directory, owner);
        // The list is there since Linux 4.15; not every cgroup has every file of it.
        foreach (string file in (SmallFile.ReadIfExists(Delegated) ?? "cgroup.procs\ncgroup.subtree_control\ncgroup.threads").Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Change($"{directory}/{file}", owner);
    }

    private static void Change(string path, uint owner)
    {
        nint result = Sys.Fchownat(At.AT_FDCWD, path, owner, uint.MaxValue);
        if (result != -(nint)Errno.ENOENT)
            LinuxException.Check(result, "chown", path);
    }
}
