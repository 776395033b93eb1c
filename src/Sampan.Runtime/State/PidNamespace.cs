using System.Globalization;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>The processes of a container that has no cgroup to list them, as an ordinary user's may have none.</summary>
internal static class PidNamespace
{
    /// <returns>Those of the first process's PID namespace, by their pids here; where it has none of its own, the first alone: the others are not known.</returns>
    public static List<int> Members(int first)
    {
        if (NumberOf("self") is var own && NumberOf($"{first}") is not { } its || its == own)
            return [first];
        var members = new List<int>();
        foreach (string name in Directories.NamesIfExists("/proc") ?? [])
        {
            if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && NumberOf(name) == its)
                members.Add(pid);
        }
        return members;
    }

    // Null: it is gone, or another user's.
    private static ulong? NumberOf(string process) => Sys.Statx(At.AT_FDCWD, $"/proc/{process}/ns/pid", out var stat, flags: 0) < 0 ? null : stat.stx_ino;
}
