namespace Sampan.Launch;

/// <summary>
/// The system calls that some architectures (32-bit x86, s390, PowerPC, MIPS o32, m68k, SuperH) also reach through
/// <see href="https://man7.org/linux/man-pages/man2/socketcall.2.html">socketcall(2)</see> and
/// <see href="https://man7.org/linux/man-pages/man2/ipc.2.html">ipc(2)</see>, by a number in the first argument.
/// </summary>
internal static class MultiplexedCalls
{
    /// <summary>The rule on socketcall or ipc that goes with a rule on <paramref name="name"/>; null for other calls.</summary>
    /// <remarks>
    /// The arguments proper lie in memory, where no filter can read them. So a conditional rule is carried over only if it forbids (the whole
    /// operation is then forbidden): a permission for one address family must not become one for all.
    /// </remarks>
    public static (string Call, SeccompClause Clause)? Companion(string name, SeccompClause rule)
    {
        int number = SocketCall(name);
        bool socket = number != 0;
        if (!socket)
            number = IpcCall(name);
        if (number == 0 || (rule.Conditions.Length > 0 && SeccompActions.Permits(rule.Action)))
            return null;
        // As the kernel reads it: an int, of which ipc takes the upper half for a version.
        ulong mask = socket ? 0xFFFFFFFF : 0xFFFF;
        return (socket ? "socketcall" : "ipc", new SeccompClause([new(0, Comparison.Equal, mask, (ulong)number, false)], rule.Action));
    }

    // linux/net.h, SYS_*
    private static int SocketCall(string name) => name switch
    {
        "socket" => 1,
        "bind" => 2,
        "connect" => 3,
        "listen" => 4,
        "accept" => 5,
        "getsockname" => 6,
        "getpeername" => 7,
        "socketpair" => 8,
        "send" => 9,
        "recv" => 10,
        "sendto" => 11,
        "recvfrom" => 12,
        "shutdown" => 13,
        "setsockopt" => 14,
        "getsockopt" => 15,
        "sendmsg" => 16,
        "recvmsg" => 17,
        "accept4" => 18,
        "recvmmsg" => 19,
        "sendmmsg" => 20,
        _ => 0,
    };

    // linux/ipc.h
    private static int IpcCall(string name) => name switch
    {
        "semop" => 1,
        "semget" => 2,
        "semctl" => 3,
        "semtimedop" => 4,
        "msgsnd" => 11,
        "msgrcv" => 12,
        "msgget" => 13,
        "msgctl" => 14,
        "shmat" => 21,
        "shmdt" => 22,
        "shmget" => 23,
        "shmctl" => 24,
        _ => 0,
    };
}
