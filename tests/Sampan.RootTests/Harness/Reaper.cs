using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sampan.Linux;

namespace Sampan.RootTests.Harness;

/// <summary>
/// Plays init for the tests: every process that descends from this one and loses its parent comes here, is reaped at once, as
/// init would, and can be told apart from what was there before.
/// </summary>
/// <remarks>Nothing here may use System.Diagnostics.Process: it reaps too, and the two would take each other's children.</remarks>
internal static unsafe class Reaper
{
    private const int PR_SET_CHILD_SUBREAPER = 36;
    private const int P_ALL = 0, WEXITED = 4, WNOHANG = 1, WNOWAIT = 0x01000000;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<int, TaskCompletionSource<int>> Waiting = [];
    private static readonly List<string> Crashes = [];
    private static readonly AutoResetEvent Spawned = new(false);

    [ModuleInitializer]
    internal static void Start()
    {
        LinuxException.Check(Sys.Call(SyscallNumber.prctl, PR_SET_CHILD_SUBREAPER, 1), "prctl", "PR_SET_CHILD_SUBREAPER");
        new Thread(Loop) { IsBackground = true, Name = "reaper" }.Start();
    }

    /// <summary>Starts a child by <paramref name="spawn"/>, which returns its pid; the task ends with its wait status.</summary>
    public static (int Pid, Task<int> Status) Register(Func<int> spawn)
    {
        lock (Gate)
        {
            int pid = spawn();
            var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            Waiting.Add(pid, source);
            Spawned.Set();
            return (pid, source.Task);
        }
    }

    /// <summary>Orphans that died of a fault since the last call.</summary>
    public static IReadOnlyList<string> TakeCrashes()
    {
        lock (Gate)
        {
            string[] all = [.. Crashes];
            Crashes.Clear();
            return all;
        }
    }

    private static void Loop()
    {
        byte* info = stackalloc byte[128];
        while (true)
        {
            // Looked at first and reaped under the lock, so that a child is never reaped before it is registered.
            nint result = Sys.Retry(SyscallNumber.waitid, P_ALL, 0, (nint)info, WEXITED | WNOWAIT);
            if (result == -(nint)Errno.ECHILD)
            {
                Spawned.WaitOne();
                continue;
            }
            int pid = *(int*)(info + 16);          // si_pid: the union starts on 8 bytes
            lock (Gate)
            {
                string name = NameOf(pid);
                int status = 0;
                if (Sys.Retry(SyscallNumber.wait4, pid, (nint)(&status), WNOHANG) != pid)
                    continue;
                if (Waiting.Remove(pid, out var source))
                    source.SetResult(status);
                else if ((status & 0x7f) is 4 or 6 or 7 or 11)
                    Crashes.Add($"orphan {pid} ({name}) died of signal {status & 0x7f}");
            }
        }
    }

    private static string NameOf(int pid)
    {
        try { return File.ReadAllText($"/proc/{pid}/comm").TrimEnd(); }
        catch (IOException) { return "?"; }
    }
}
