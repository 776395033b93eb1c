using System.Runtime.CompilerServices;

namespace Sampan.Linux;

public static unsafe partial class Sys
{
    public const int SIG_BLOCK = 0;
    public const int SIG_UNBLOCK = 1;
    public const int SIG_SETMASK = 2;

    /// <summary><see href="https://man7.org/linux/man-pages/man2/sigprocmask.2.html">rt_sigprocmask(2)</see>, of the calling thread alone.</summary>
    public static nint Sigprocmask(int how, SignalSet set, out SignalSet before)
    {
        ulong bits = set.Bits, old = 0;
        nint result = Call(SyscallNumber.rt_sigprocmask, how, (nint)(&bits), (nint)(&old), sizeof(ulong));
        before = new SignalSet(old);
        return result;
    }
}

/// <summary>The signal mask of this process' threads.</summary>
public static class SignalMask
{
    /// <summary>
    /// Whether all threads but the main one were started with their signals blocked, as those of our own programs are (Native/runtime_threads.c), which say so here.
    /// </summary>
    public static bool AreForMainThread { get; set; }

    /// <summary>What the calling thread blocks.</summary>
    public static SignalSet Current
    {
        get
        {
            LinuxException.Check(Sys.Sigprocmask(Sys.SIG_BLOCK, default, out var before), "rt_sigprocmask");
            return before;
        }
    }

    /// <summary>Blocks <paramref name="set"/> in the calling thread.</summary>
    /// <returns>The mask from before.</returns>
    public static SignalSet Block(SignalSet set)
    {
        LinuxException.Check(Sys.Sigprocmask(Sys.SIG_BLOCK, set, out var before), "rt_sigprocmask");
        return before;
    }

    public static void Restore(SignalSet mask) => LinuxException.Check(Sys.Sigprocmask(Sys.SIG_SETMASK, mask, out _), "rt_sigprocmask");

    /// <summary>
    /// Blocks <paramref name="set"/> in the calling thread, which is the main one, and in the runtime's finalizer thread: in every thread, that is, of a program
    /// that has started none of its own. Only then does signalfd(2) see a signal sent to the process; otherwise the kernel picks a thread
    /// that does not block it, and the default action ends the program.
    /// </summary>
    /// <remarks>
    /// The finalizer thread exists before <c>Main</c>, and unless it <see cref="AreForMainThread">was started so</see>, the one way to its mask is to run on it: in a finalizer.
    /// </remarks>
    public static void BlockEverywhere(SignalSet set)
    {
        // Blocked already: by an earlier call, or since the program began and so in every thread.
        if (Block(set).ContainsAll(set) || AreForMainThread)
            return;
        Drop(set);
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        GC.WaitForPendingFinalizers();
    }

    // Not inlined: a reference left in the caller's frame would keep the object alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Drop(SignalSet set) => _ = new BlockOnFinalizerThread(set);

    private sealed class BlockOnFinalizerThread(SignalSet set)
    {
        ~BlockOnFinalizerThread() => Sys.Sigprocmask(Sys.SIG_BLOCK, set, out _);
    }
}
