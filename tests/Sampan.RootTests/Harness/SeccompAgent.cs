using System.Runtime.InteropServices;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.RootTests.Harness;

/// <summary>
/// Answers the system calls that containers leave to it, as <see href="https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html">seccomp_unotify(2)</see> has it:
/// listens on a socket, takes the state and the filter's descriptor of each connection, and asks <paramref name="answer"/> for an errno; 0 lets the call go on.
/// </summary>
internal sealed unsafe class SeccompAgent : IDisposable
{
    private const uint SECCOMP_IOCTL_NOTIF_RECV = 0xC0502100, SECCOMP_IOCTL_NOTIF_SEND = 0xC0182101;
    private const uint SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1;

    private readonly SocketFd _socket;
    private readonly FileFd _stop;
    private readonly List<FileFd> _filters = [];
    private readonly List<ContainerProcessState> _states = [];
    private readonly Func<int, int> _answer;
    private readonly Thread _thread;

    /// <param name="path">Of the socket.</param>
    /// <param name="answer">Number of a system call to errno.</param>
    public SeccompAgent(string path, Func<int, int> answer)
    {
        (Path, _answer) = (path, answer);
        _socket = UnixSocket.Listen(System.IO.Path.GetDirectoryName(path)!, System.IO.Path.GetFileName(path), blocking: true);
        _stop = new FileFd((int)LinuxException.Check(Sys.Call(SyscallNumber.eventfd2, 0, 0x80000), "eventfd2"));
        _thread = new Thread(Serve);
        _thread.Start();
    }

    public string Path { get; }

    /// <summary>What was sent, a state for each process.</summary>
    public ContainerProcessState[] States
    {
        get { lock (_states) return [.. _states]; }
    }

    /// <summary>The same, once there are so many: who sends one does not wait until it has been read.</summary>
    public ContainerProcessState[] AwaitStates(int count)
    {
        lock (_states)
        {
            while (_states.Count < count && Monitor.Wait(_states, Child.Limit))
                ;
            return [.. _states];
        }
    }

    public void Dispose()
    {
        if (_thread.Join(0))
            return;
        Sys.Write(_stop.Number, BitConverter.GetBytes(1L));
        _thread.Join();
        _filters.ForEach(f => f.Dispose());
        _socket.Dispose();
        _stop.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            pollfd[] fds = [Wait(_stop), Wait(_socket), .. _filters.Select(Wait)];
            LinuxException.Check(Sys.Poll(fds, -1), "poll");
            if (fds[0].revents != 0)
                return;
            for (int i = fds.Length - 1; i >= 2; i--)
            {
                if (fds[i].revents.HasFlag(PollEvents.POLLIN))
                    Answer(fds[i].fd);
                else if (fds[i].revents != 0)
                    Remove(i - 2);
            }
            if (fds[1].revents != 0)
                Accept();
        }
    }

    private static pollfd Wait(Fd fd) => new() { fd = fd.Number, events = PollEvents.POLLIN };

    private void Remove(int filter)
    {
        _filters[filter].Dispose();
        _filters.RemoveAt(filter);
    }

    private void Accept()
    {
        using var connection = new SocketFd((int)LinuxException.Check(Sys.Call(SyscallNumber.accept4, _socket.Number, 0, 0, Sys.SOCK_CLOEXEC), "accept4"));
        byte[] buffer = new byte[1 << 16];
        Span<int> descriptors = stackalloc int[4];
        var message = new List<byte>();
        nint n;
        while ((n = LinuxException.Check(ScmRights.Receive(connection.Number, buffer, descriptors, out int count), "recvmsg")) > 0)
        {
            message.AddRange(buffer.AsSpan(0, (int)n));
            for (int i = 0; i < count; i++)
                _filters.Add(new FileFd(descriptors[i]));
        }
        lock (_states)
        {
            _states.Add(JsonReading.Read<ContainerProcessState>(message.ToArray()));
            Monitor.PulseAll(_states);
        }
    }

    private void Answer(int filter)
    {
        var call = new seccomp_notif();
        if (Sys.Call(SyscallNumber.ioctl, filter, unchecked((nint)SECCOMP_IOCTL_NOTIF_RECV), (nint)(&call)) < 0)
            return; // the caller was killed
        int errno = _answer(call.nr);
        var response = new seccomp_notif_resp { id = call.id, error = -errno, flags = errno == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0 };
        Sys.Call(SyscallNumber.ioctl, filter, unchecked((nint)SECCOMP_IOCTL_NOTIF_SEND), (nint)(&response));
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct seccomp_notif
    {
        public ulong id;
        public uint pid;
        public uint flags;
        public int nr;
        public uint arch;
        public ulong instruction_pointer;
        public fixed ulong args[6];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct seccomp_notif_resp
    {
        public ulong id;
        public long val;
        public int error;
        public uint flags;
    }
}
