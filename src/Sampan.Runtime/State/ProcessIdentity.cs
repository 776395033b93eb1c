using System.Globalization;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>Which process a pid means: proc_pid_stat(5).</summary>
internal static class ProcessIdentity
{
    /// <summary>Start time of a process in clock ticks since boot; null when there is none, or only its zombie.</summary>
    public static long? StartTime(int pid)
    {
        string? stat;
        try
        {
            stat = SmallFile.ReadIfExists($"/proc/{pid}/stat", 4096);
        }
        catch (LinuxException e) when (e.Errno == Errno.ESRCH)
        {
            return null;
        }
        if (stat is null)
            return null;
        // The name, in parentheses, may hold anything: fields are counted from the last parenthesis. State is the third, start time the 22nd.
        var fields = stat.AsSpan(stat.LastIndexOf(')') + 2);
        if (fields[0] is 'Z' or 'X')
            return null;
        for (int i = 3; i < 22; i++)
            fields = fields[(fields.IndexOf(' ') + 1)..];
        int end = fields.IndexOf(' ');
        return long.Parse(end < 0 ? fields : fields[..end], CultureInfo.InvariantCulture);
    }

    public static bool IsAlive(int pid, long startTime) => pid > 0 && StartTime(pid) == startTime;
}
