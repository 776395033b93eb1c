using System.Globalization;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>A mount of a process's mount namespace.</summary>
/// <param name="Device">Such as <c>0:23</c>.</param>
/// <param name="Root">What of the file system is mounted.</param>
/// <param name="Point">As the process sees it.</param>
internal sealed record MountEntry(ulong ID, ulong Parent, string Device, string Root, string Point, string Type);

/// <summary>A process's mounts: <see href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">proc_pid_mountinfo(5)</see>.</summary>
internal static class MountTable
{
    public static List<MountEntry> Of(string process) => Parse(SmallFile.Read($"/proc/{process}/mountinfo", 16 << 20));

    public static List<MountEntry> Parse(string text)
    {
        var mounts = new List<MountEntry>();
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // 36 35 98:0 /root /point options [optional fields] - type source super-options
            string[] fields = line.Split(' ');
            int dash = Array.IndexOf(fields, "-");
            if (dash < 6 || dash + 1 >= fields.Length)
                continue;
            mounts.Add(new(ulong.Parse(fields[0], CultureInfo.InvariantCulture), ulong.Parse(fields[1], CultureInfo.InvariantCulture), fields[2],
                Unescape(fields[3]), Unescape(fields[4]), fields[dash + 1]));
        }
        return mounts;
    }

    // The four characters that would break the line: blank, tab, newline, backslash.
    private static string Unescape(string field)
        => field.Contains('\\') ? field.Replace("\\040", " ").Replace("\\011", "\t").Replace("\\012", "\n").Replace("\\134", "\\") : field;
}
