using System.Diagnostics;

namespace Sampan.RootTests.Harness;

/// <summary>Compares the machine before and after a test, and fails the test for what it left behind or took away.</summary>
/// <param name="patience">How long something may take to go: a process that ends and a cgroup that empties take the kernel a moment.</param>
internal sealed class LeakProbe(TimeSpan patience)
{
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(3 * Machine.Patience);

    private readonly HostSnapshot _before = HostSnapshot.Take();

    public LeakProbe() : this(UsualPatience) { }

    /// <param name="marks">Texts by which something can be traced to the test: its directory, its containers' ids.</param>
    /// <exception cref="LeakException">Names everything that was left.</exception>
    public void Check(IReadOnlyCollection<string> marks)
    {
        var clock = Stopwatch.StartNew();
        string[] found;
        while ((found = Compare(marks)).Length > 0 && clock.Elapsed < patience)
            Thread.Sleep(20);
        string[] all = [.. found, .. Reaper.TakeCrashes()];
        if (all.Length == 0)
            return;
        KillWhatIsLeft();
        throw new LeakException(string.Join('\n', all));
    }

    private string[] Compare(IReadOnlyCollection<string> marks)
    {
        var after = HostSnapshot.Take();
        return [.. _before.NewIn(after).Where(l => IsOurs(l, marks)), .. Machine.IsShared ? [] : _before.LostIn(after)];
    }

    private static bool IsOurs(string leak, IReadOnlyCollection<string> marks)
        => !Machine.IsShared
            || !(leak.StartsWith("cgroup ", StringComparison.Ordinal) || leak.StartsWith("temporary file ", StringComparison.Ordinal)
                || leak.StartsWith("network link ", StringComparison.Ordinal) || leak.StartsWith("SysV IPC ", StringComparison.Ordinal) || leak.StartsWith("host setting ", StringComparison.Ordinal))
            || marks.Any(m => leak.Contains(m, StringComparison.Ordinal));

    /// <summary>So that the next test starts clean.</summary>
    private void KillWhatIsLeft()
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < UsualPatience)
        {
            string[] processes = [.. _before.NewIn(HostSnapshot.Take()).Where(l => l.StartsWith("process ", StringComparison.Ordinal))];
            if (processes.Length == 0)
                return;
            foreach (string process in processes)
                Linux.Sys.Call(Linux.SyscallNumber.kill, int.Parse(process.Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture), 9);
            Thread.Sleep(20);
        }
    }
}

/// <summary>A test left something behind.</summary>
public sealed class LeakException(string what) : Exception(what);
