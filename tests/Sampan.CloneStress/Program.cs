using System.Diagnostics;
using System.Globalization;
using System.Text;
using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime;

namespace Sampan.CloneStress;

/// <summary>
/// Launches /bin/true again and again while two threads allocate and collect without a pause, and prints how many launches there were and how
/// many of them hung: <c>LAUNCHES HUNG</c>.
/// </summary>
internal static unsafe class Program
{
    private const string Usage = "usage: Sampan.CloneStress executor|p-invoke LAUNCHES LIMIT_MS\n";

    private static int s_pid;
    private static long s_since;
    private static volatile bool s_done;

    private static int Main(string[] arguments)
    {
        if (arguments.Length != 3 || arguments[0] is not ("executor" or "p-invoke"))
        {
            Sys.WriteAll(2, Encoding.ASCII.GetBytes(Usage));
            return 2;
        }
        bool control = arguments[0] == "p-invoke";
        int launches = int.Parse(arguments[1], CultureInfo.InvariantCulture), limit = int.Parse(arguments[2], CultureInfo.InvariantCulture);
        Thread[] others = [new Thread(Collect), new Thread(Collect), new Thread(() => KillWhatHangs(limit))];
        foreach (var thread in others)
            thread.Start();

        using var input = Open.File("/dev/null", OpenFlags.O_RDONLY);
        var plan = LaunchCompiler.Hook(new HookRequest { Hook = new Hook { Path = "/bin/true" }, Field = "stress" });
        int done = 0, hung = 0;
        // One that hangs is enough to know that a wrong executor would be found.
        for (; done < launches && hung == 0; done++)
            hung += Launch(plan, input, control) ? 0 : 1;

        s_done = true;
        foreach (var thread in others)
            thread.Join();
        Sys.WriteAll(1, Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{done} {hung}\n")));
        return 0;
    }

    private static bool Launch(LaunchPlan plan, FileFd input, bool control)
    {
        var launcher = new Launcher(plan)
        {
            Cloned = static pid =>
            {
                Volatile.Write(ref s_since, Stopwatch.GetTimestamp());
                Volatile.Write(ref s_pid, pid);
            },
            Syscall = control ? &PInvoke.Call : LibC.Syscall,
        };
        launcher.Bind(Slot.Input, input);
        try
        {
            using var process = launcher.Run();
            LinuxException.Check(Sys.Waitid(Sys.P_PIDFD, process.PidFd.Number, out var info, Sys.WEXITED | Sys.__WALL), "waitid", "/bin/true");
            if (info.Signal == (int)Signal.SIGKILL)
                return false;
            return info is { Signal: 0, ExitCode: 0 } ? true : throw new SampanException(ErrorKind.System, $"/bin/true ended with {info.ExitCode} or signal {info.Signal}");
        }
        catch (SampanException) when (Volatile.Read(ref s_pid) == 0)
        {
            return false; // killed before it could say that it was ready
        }
        finally
        {
            Volatile.Write(ref s_pid, 0);
        }
    }

    private static void Collect()
    {
        while (!s_done)
        {
            for (int i = 0; i < 20; i++)
                GC.KeepAlive(new byte[4096]);
            GC.Collect(0);
        }
    }

    // The launch itself waits for its child for ever; it is this thread that ends the wait.
    private static void KillWhatHangs(int limit)
    {
        while (!s_done)
        {
            Sys.Poll([], 20);
            int pid = Volatile.Read(ref s_pid);
            if (pid == 0 || Stopwatch.GetElapsedTime(Volatile.Read(ref s_since)).TotalMilliseconds < limit)
                continue;
            if (Interlocked.CompareExchange(ref s_pid, 0, pid) == pid)
                Sys.Call(SyscallNumber.kill, pid, 9);
        }
    }
}
