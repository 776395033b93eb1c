using System.Buffers.Text;
using Sampan.Linux;

namespace Sampan.OciCli.Monitor;

/// <summary>Whether the kernel killed something in a cgroup for lack of memory.</summary>
internal static class OomKills
{
    /// <param name="file">cgroup v2's <c>memory.events</c> or v1's <c>memory.oom_control</c>; both have a line <c>oom_kill N</c>. Null: false.</param>
    public static bool Happened(string? file)
    {
        if (file is null)
            return false;
        nint fd = Sys.Openat(At.AT_FDCWD, file, OpenFlags.O_RDONLY);
        if (fd < 0)
            return false;
        using var open = new FileFd((int)fd);
        Span<byte> buffer = stackalloc byte[512];
        nint n = Sys.ReadAll(open.Number, buffer);
        return n > 0 && Count(buffer[..(int)n]) > 0;
    }

    internal static long Count(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0)
        {
            int end = text.IndexOf((byte)'\n');
            var line = end < 0 ? text : text[..end];
            if (line.StartsWith("oom_kill "u8) && Utf8Parser.TryParse(line[9..], out long count, out _))
                return count;
            text = end < 0 ? default : text[(end + 1)..];
        }
        return 0;
    }
}
