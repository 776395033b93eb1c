using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>
/// A fresh v1 cpuset has no CPUs and no memory nodes, and a process that joins it gets ENOSPC:
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v1/cpusets.html">Documentation/admin-guide/cgroup-v1/cpusets.rst</see>.
/// </summary>
internal static class V1Cpuset
{
    /// <summary>Hands the parent's down, from the hierarchy's root to <paramref name="directory"/>; what <paramref name="cpu"/> sets itself is left to it.</summary>
    public static void Inherit(string root, string directory, LinuxCpu? cpu)
    {
        Inherit(root, directory, "cpuset.cpus", !string.IsNullOrEmpty(cpu?.Cpus));
        Inherit(root, directory, "cpuset.mems", !string.IsNullOrEmpty(cpu?.Mems));
    }

    private static void Inherit(string root, string directory, string file, bool setLater)
    {
        if (setLater)
        {
            if (Parent(directory) is var parent && parent.Length > root.Length)
                Value(root, parent, file);
            return;
        }
        Value(root, directory, file);
    }

    /// <summary>What the cgroup has, filled from its parent when that is nothing.</summary>
    private static string Value(string root, string directory, string file)
    {
        string path = $"{directory}/{file}", value = SmallFile.Read(path).Trim();
        if (value.Length > 0 || directory.Length <= root.Length)
            return value;
        value = Value(root, Parent(directory), file);
        SmallFile.Write(path, value);
        return value;
    }

    private static string Parent(string directory) => directory[..directory.LastIndexOf('/')];
}
