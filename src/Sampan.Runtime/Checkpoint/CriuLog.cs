using System.Text;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>CRIU's log of a dump or a restore: lines such as <c>(00.001912)   2703: Error (criu/files-reg.c:1790): Can't lookup mount=22</c>.</summary>
internal static class CriuLog
{
    public const string Remedy = "a CRIU made for an older kernel often does not start on a newer one: install a newer CRIU";

    /// <summary>Bytes of the end of a log that are looked at.</summary>
    private const int Longest = 4 << 20;

    /// <summary>The first error in a text, without what CRIU puts before it, and <paramref name="before"/> it; empty when there is none.</summary>
    public static string Cause(string text, string before = "")
    {
        foreach (string line in text.Split('\n'))
        {
            int at = line.IndexOf("Error (", StringComparison.Ordinal);
            // One that is none: without CAP_SYS_RESOURCE it goes on with fewer descriptors.
            if (at < 0 || line.Contains("Can't setup RLIMIT_NOFILE", StringComparison.Ordinal))
                continue;
            int end = line.IndexOf("): ", at, StringComparison.Ordinal);
            return end < 0 ? before + line[at..].Trim() : $"{before}{line[(end + 3)..].Trim()} ({line[(at + 7)..end]})";
        }
        return "";
    }

    /// <param name="what">Such as <c>dump container abc</c>.</param>
    /// <param name="words">What CRIU says of it itself.</param>
    public static SampanException Failure(CriuVersion version, string what, string? words, string logFile)
    {
        string log = Read(logFile), cause = Cause(log);
        if (cause.Length == 0)
            cause = Cause(words ?? "");
        bool foreign = log.Contains("Could not initialize kernel features detection", StringComparison.Ordinal) || log.Contains("kerndat_", StringComparison.Ordinal) && log.Contains("failed when initializing", StringComparison.Ordinal);
        if (cause.Length == 0)
            cause = foreign || log.Length > 0 ? "it does not say why" : "it ended without an answer";
        return new SampanException(ErrorKind.System, $"criu {version} could not {what}: {cause}{(foreign ? $"; {Remedy}" : "")}; log: {logFile}");
    }

    private static string Read(string path)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_RDONLY);
        if (fd < 0)
            return "";
        using var file = new FileFd((int)fd);
        long size = Sys.Fstat(file.Number, out var stat) < 0 ? 0 : (long)stat.stx_size;
        byte[] text = new byte[Math.Min(size, Longest)];
        nint n = Sys.Pread(file.Number, text, Math.Max(0, size - Longest));
        return n <= 0 ? "" : Encoding.UTF8.GetString(text, 0, (int)n);
    }
}
