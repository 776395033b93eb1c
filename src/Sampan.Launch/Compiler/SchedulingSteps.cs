using System.Runtime.InteropServices;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>How the kernel schedules the process, and what it takes itself to be. Source: runtime-spec 1.3, config.md, "Linux Process"; config-linux.md, "Personality".</summary>
internal static class SchedulingSteps
{
    private static readonly string[] Policies = ["SCHED_OTHER", "SCHED_FIFO", "SCHED_RR", "SCHED_BATCH", "SCHED_ISO", "SCHED_IDLE", "SCHED_DEADLINE"];

    private static readonly string[] Flags =
    [
        "SCHED_FLAG_RESET_ON_FORK", "SCHED_FLAG_RECLAIM", "SCHED_FLAG_DL_OVERRUN", "SCHED_FLAG_KEEP_POLICY", "SCHED_FLAG_KEEP_PARAMS",
        "SCHED_FLAG_UTIL_CLAMP_MIN", "SCHED_FLAG_UTIL_CLAMP_MAX",
    ];

    public static void All(OperationList child, Process process, string field)
    {
        if (process.Scheduler is { } scheduler)
            Scheduler(child, scheduler, $"{field}.scheduler");
        if (process.IoPriority is { } priority)
            IoPriority(child, priority, $"{field}.ioPriority");
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/sched_setattr.2.html">sched_setattr(2)</see>.</summary>
    private static void Scheduler(OperationList child, Scheduler scheduler, string field)
    {
        int policy = Array.IndexOf(Policies, scheduler.Policy);
        if (policy < 0)
            throw Compilation.Invalid($"{field}.policy", $"\"{scheduler.Policy}\" is none of {string.Join(", ", Policies)}");
        ulong flags = 0;
        foreach (string name in scheduler.Flags ?? [])
        {
            int flag = Array.IndexOf(Flags, name);
            if (flag < 0)
                throw Compilation.Invalid($"{field}.flags", $"\"{name}\" is none of {string.Join(", ", Flags)}");
            flags |= 1UL << flag;
        }
        Check(scheduler, field);
        child.For(field, scheduler.Policy!);
        var attributes = child.Data.Struct(new sched_attr
        {
            size = 56, sched_policy = (uint)policy, sched_flags = flags, sched_nice = scheduler.Nice ?? 0, sched_priority = (uint)(scheduler.Priority ?? 0),
            sched_runtime = scheduler.Runtime ?? 0, sched_deadline = scheduler.Deadline ?? 0, sched_period = scheduler.Period ?? 0,
        });
        child.Call(SyscallNumber.sched_setattr, 0, attributes, 0);
    }

    // What the kernel would take for something else, or pass over.
    private static void Check(Scheduler scheduler, string field)
    {
        if (scheduler.Policy is "SCHED_OTHER" or "SCHED_BATCH" && scheduler.Nice is < -20 or > 19)
            throw Compilation.Invalid($"{field}.nice", $"{scheduler.Nice} is not from -20 to 19");
        bool realTime = scheduler.Policy is "SCHED_FIFO" or "SCHED_RR";
        if (realTime ? scheduler.Priority is null or < 1 or > 99 : (scheduler.Priority ?? 0) != 0)
            throw Compilation.Invalid($"{field}.priority", realTime ? $"{scheduler.Policy} needs one from 1 to 99" : $"{scheduler.Policy} takes none");
        if (scheduler.Policy != "SCHED_DEADLINE" && ((scheduler.Runtime ?? 0) | (scheduler.Deadline ?? 0) | (scheduler.Period ?? 0)) != 0)
            throw Compilation.Invalid(field, $"runtime, deadline and period are for SCHED_DEADLINE, not for {scheduler.Policy}");
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/ioprio_set.2.html">ioprio_set(2)</see>.</summary>
    private static void IoPriority(OperationList child, IoPriority priority, string field)
    {
        const int IOPRIO_WHO_PROCESS = 1, IOPRIO_CLASS_SHIFT = 13;
        int level = priority.Class switch
        {
            "IOPRIO_CLASS_RT" => 1,
            "IOPRIO_CLASS_BE" => 2,
            "IOPRIO_CLASS_IDLE" => 3,
            _ => throw Compilation.Invalid($"{field}.class", $"\"{priority.Class}\" is none of IOPRIO_CLASS_RT, IOPRIO_CLASS_BE, IOPRIO_CLASS_IDLE"),
        };
        if (priority.Priority is < 0 or > 7)
            throw Compilation.Invalid($"{field}.priority", $"{priority.Priority} is not from 0 to 7");
        child.For(field, priority.Class!);
        child.Call(SyscallNumber.ioprio_set, IOPRIO_WHO_PROCESS, 0, level << IOPRIO_CLASS_SHIFT | priority.Priority);
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/personality.2.html">personality(2)</see>.</summary>
    public static void Personality(OperationList child, LinuxPersonality? personality)
    {
        if (personality is null)
            return;
        const string Field = "linux.personality";
        if (personality.Flags is { Count: > 0 })
            throw Compilation.Invalid($"{Field}.flags", "the specification defines none");
        uint domain = personality.Domain switch
        {
            "LINUX" => 0,
            "LINUX32" => 8,
            _ => throw Compilation.Invalid($"{Field}.domain", $"\"{personality.Domain}\" is neither LINUX nor LINUX32"),
        };
        child.For(Field, personality.Domain);
        child.Call(SyscallNumber.personality, domain);
    }
}

/// <summary>struct sched_attr; 56 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct sched_attr
{
    public uint size;
    public uint sched_policy;
    public ulong sched_flags;
    public int sched_nice;
    public uint sched_priority;
    public ulong sched_runtime;
    public ulong sched_deadline;
    public ulong sched_period;
    public uint sched_util_min;
    public uint sched_util_max;
}
