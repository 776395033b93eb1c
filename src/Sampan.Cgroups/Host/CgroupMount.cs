using System.Text;

namespace Sampan.Cgroups;

/// <summary>A mount of type cgroup or cgroup2, from /proc/self/mountinfo.</summary>
/// <param name="Root">Which cgroup of the hierarchy is mounted; <c>/</c> but in a container without a cgroup namespace.</param>
/// <param name="MountPoint">In the reader's mount namespace.</param>
/// <param name="Options">Of the super block: for v1 they name the controllers, such as <c>rw,cpu,cpuacct</c>; empty for v2.</param>
/// <remarks><see href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">proc_pid_mountinfo(5)</see>.</remarks>
public readonly record struct CgroupMount(string Root, string MountPoint, string Options, bool IsV2)
{
    /// <summary>Whether the super block's options name <paramref name="controller"/>.</summary>
    public bool Has(ReadOnlySpan<char> controller)
    {
        foreach (var range in Options.AsSpan().Split(','))
            if (Options.AsSpan()[range].SequenceEqual(controller))
                return true;
        return false;
    }

    /// <summary>Reads the text of a mountinfo; only cgroup mounts are decoded, for the table may be long and this is on the way to every start.</summary>
    public static List<CgroupMount> Parse(ReadOnlySpan<byte> text)
    {
        var mounts = new List<CgroupMount>(16);
        while (text.Length > 0)
        {
            int end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..];
            // The kernel escapes blanks in paths, so " - " is the separator and nothing else.
            int dash = line.IndexOf(" - cgroup"u8);
            if (dash < 0)
                continue;
            var after = line[(dash + 3)..];
            var type = Field(ref after);
            bool v2 = type.SequenceEqual("cgroup2"u8);
            if (!v2 && !type.SequenceEqual("cgroup"u8))
                continue;
            Field(ref after);
            var before = line[..dash];
            for (int skip = 0; skip < 3; skip++)
                Field(ref before);
            string root = Unescape(Field(ref before));
            mounts.Add(new(root, Unescape(Field(ref before)), v2 ? "" : Encoding.UTF8.GetString(Field(ref after)), v2));
        }
        return mounts;
    }

    private static ReadOnlySpan<byte> Field(ref ReadOnlySpan<byte> line)
    {
        int blank = line.IndexOf((byte)' ');
        var field = blank < 0 ? line : line[..blank];
        line = blank < 0 ? default : line[(blank + 1)..];
        return field;
    }

    /// <summary>Blank, tab, newline and backslash come as <c>\ooo</c>.</summary>
    private static string Unescape(ReadOnlySpan<byte> field)
    {
        if (field.IndexOf((byte)'\\') < 0)
            return Encoding.UTF8.GetString(field);
        byte[] bytes = new byte[field.Length];
        int length = 0;
        for (int i = 0; i < field.Length; i++)
        {
            if (field[i] == '\\' && i + 3 < field.Length)
            {
                bytes[length++] = (byte)((field[i + 1] - '0') * 64 + (field[i + 2] - '0') * 8 + (field[i + 3] - '0'));
                i += 3;
            }
            else
                bytes[length++] = field[i];
        }
        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
