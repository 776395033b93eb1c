using System.Runtime.InteropServices;

namespace Sampan.Linux;

public static unsafe partial class Sys
{
    public const int CLOCK_REALTIME = 0, CLOCK_MONOTONIC = 1;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int LibcClockGettime(int clock, timespec* time);

    /// <summary><see href="https://man7.org/linux/man-pages/man2/clock_gettime.2.html">clock_gettime(2)</see> by the C library, which needs no system call for it (vDSO).</summary>
    public static timespec ClockGettime(int clock)
    {
        timespec time = default;
        LibcClockGettime(clock, &time);
        return time;
    }

    /// <summary>Milliseconds since an arbitrary moment; never jumps.</summary>
    public static long MonotonicMilliseconds()
    {
        var now = ClockGettime(CLOCK_MONOTONIC);
        return now.tv_sec * 1000 + now.tv_nsec / 1_000_000;
    }
}
