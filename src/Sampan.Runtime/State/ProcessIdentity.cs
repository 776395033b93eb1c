using System.Globalization;
using Sampan.Linux;

namespace Sampan.Runtime;

/// <summary>A process, told from a later one with the same pid by the time it started.</summary>
/// <param name="Started">Clock ticks since boot: /proc/PID/stat, field 22, of proc_pid_stat(5).</param>
public sealed record ProcessIdentity(int Pid, long Started)
{
    /// <summary>The process that has <paramref name="pid"/> now.</summary>
    public static ProcessIdentity Of(int pid) => new(pid, StartTime(pid) ?? 0);

    public bool IsAlive => Pid > 0 && StartTime(Pid) == Started;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid} {Started}");

    /// <summary>What <see cref="ToString"/> wrote; null when it is not that, as of a writer that was killed.</summary>
    public static ProcessIdentity? Parse(string text)
    {
        int space = text.IndexOf(' ');
        return space > 0 && int.TryParse(text.AsSpan(0, space), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            && long.TryParse(text.AsSpan(space + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long started)
            ? new ProcessIdentity(pid, started) : null;
    }

    /// <summary>The pid that a process has in its own PID namespace: <c>NSpid</c> of proc_pid_status(5), of which the innermost is the last.</summary>
    public static int PidInside(int pid)
    {
        foreach (string line in SmallFile.Read($"/proc/{pid}/status").Split('\n'))
        {
            if (line.StartsWith("NSpid:", StringComparison.Ordinal))
                return int.Parse(line.AsSpan(line.LastIndexOf('\t') + 1), CultureInfo.InvariantCulture);
        }
        return pid;
    }

    /// <summary>Start time of a process in clock ticks since boot; null when there is none, or only its zombie.</summary>
    private static long? StartTime(int pid)
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
}
