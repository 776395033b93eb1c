using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Whether the host's mounts can pass on what volumes ask for: mount_namespaces(7), "Shared subtrees".</summary>
internal static class MountPropagation
{
    /// <summary>Bytes of a mount table; thousands of mounts.</summary>
    private const int Limit = 16 << 20;

    /// <exception cref="SampanException">A volume is to be shared, and lies on a mount that is not.</exception>
    public static void Check(List<MountPoint> mounts)
    {
        string? table = null;
        foreach (var mount in mounts)
        {
            bool shares = mount.Propagation is "shared" or "rshared", follows = mount.Propagation is "slave" or "rslave";
            if (!shares && !follows)
                continue;
            table ??= SmallFile.Read("/proc/self/mountinfo", Limit);
            LinuxException.Check(Sys.Statx(At.AT_FDCWD, mount.Source!, out var stat, 0), "stat", mount.Source!);
            var (point, shared, slave) = Find(table, stat.stx_mnt_id);
            if (!shared && !(follows && slave))
                throw new SampanException(ErrorKind.InvalidArgument,
                    $"path {mount.Source} is mounted on {point} but it is not a shared{(follows ? " or slave" : "")} mount: make it one (mount --make-shared {point}), or leave out {mount.Propagation}");
        }
    }

    /// <summary>Of proc_pid_mountinfo(5): <c>36 35 98:0 /root /point options [shared:N] [master:N] - type source options</c>.</summary>
    internal static (string Point, bool Shared, bool Slave) Find(string table, ulong id)
    {
        string start = $"{id} ";
        foreach (string line in table.Split('\n'))
        {
            if (!line.StartsWith(start, StringComparison.Ordinal))
                continue;
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-");
            bool shared = false, slave = false;
            for (int i = 6; i < dash; i++)
            {
                shared |= fields[i].StartsWith("shared:", StringComparison.Ordinal);
                slave |= fields[i].StartsWith("master:", StringComparison.Ordinal);
            }
            return (fields[4], shared, slave);
        }
        return ("?", false, false);
    }
}
