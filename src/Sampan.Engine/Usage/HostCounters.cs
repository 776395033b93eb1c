using System.Globalization;

namespace Sampan.Engine;

/// <summary>Counters of the host and of a network namespace, out of the texts of <see href="https://man7.org/linux/man-pages/man5/proc.5.html">proc(5)</see>.</summary>
internal static class HostCounters
{
    /// <summary>USER_HZ, in which /proc/stat counts; fixed by the ABI.</summary>
    private const ulong NanosecondsPerTick = 10_000_000;

    /// <summary>As Docker adds them: user, nice, system, idle, iowait, irq, softirq.</summary>
    private const int Columns = 7;

    /// <summary>Time of all processors together, and how many there are, from /proc/stat.</summary>
    public static (ulong Nanoseconds, int Cpus) Processors(string stat)
    {
        ulong ticks = 0;
        int cpus = 0;
        foreach (string line in stat.Split('\n'))
        {
            if (line.StartsWith("cpu ", StringComparison.Ordinal))
                foreach (string field in line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(Columns))
                    ticks += Number(field);
            else if (line.StartsWith("cpu", StringComparison.Ordinal))
                cpus++;
        }
        return (ticks * NanosecondsPerTick, cpus);
    }

    /// <summary>Bytes received and sent over all interfaces but loopback, from /proc/PID/net/dev.</summary>
    public static (ulong Received, ulong Sent) Network(string dev)
    {
        ulong received = 0, sent = 0;
        foreach (string line in dev.Split('\n').Skip(2))
        {
            int colon = line.IndexOf(':');
            if (colon < 0 || line[..colon].Trim() == "lo")
                continue;
            string[] fields = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 9)
                continue;
            received += Number(fields[0]);
            sent += Number(fields[8]);
        }
        return (received, sent);
    }

    /// <summary>Bytes, from /proc/meminfo.</summary>
    public static ulong Memory(string meminfo)
    {
        foreach (string line in meminfo.Split('\n'))
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
                return Number(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        return 0;
    }

    private static ulong Number(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : 0;
}
