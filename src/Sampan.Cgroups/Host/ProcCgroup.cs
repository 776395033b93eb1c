using System.Text;

namespace Sampan.Cgroups;

/// <summary>One line of /proc/PID/cgroup: <c>hierarchy-ID:controller-list:cgroup-path</c>.</summary>
/// <param name="Controllers">Such as <c>cpu,cpuacct</c> or <c>name=systemd</c>; empty for the cgroup v2 hierarchy.</param>
/// <param name="Path">As seen from the reader's cgroup namespace; begins with a slash.</param>
/// <remarks><see href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7), "/proc/[pid]/cgroup"</see>.</remarks>
public readonly record struct ProcCgroup(string Controllers, string Path)
{
    public bool IsV2 => Controllers.Length == 0;

    /// <summary>Reads the text of a /proc/PID/cgroup; lines of another form are left out.</summary>
    public static List<ProcCgroup> Parse(ReadOnlySpan<byte> text)
    {
        var lines = new List<ProcCgroup>(16);
        while (text.Length > 0)
        {
            int end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            int first = line.IndexOf((byte)':');
            if (first < 0)
                continue;
            var rest = line[(first + 1)..];
            // A name=... may hold no colon, but a path may: only the first two separate.
            int second = rest.IndexOf((byte)':');
            if (second < 0)
                continue;
            lines.Add(new(Encoding.UTF8.GetString(rest[..second]), Encoding.UTF8.GetString(rest[(second + 1)..])));
        }
        return lines;
    }
}
