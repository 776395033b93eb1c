using System.Globalization;
using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>
/// The socket on which a container's program tells that it is ready, and how what it tells comes to who waits for the runtime:
/// <see href="https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html">sd_notify(3)</see>.
/// </summary>
public sealed class NotifySocket : IDisposable
{
    /// <summary>In the container's state directory.</summary>
    internal const string Folder = "notify";

    private const string Inside = "/run/notify", Name = "notify.sock";
    private const int BarrierPatience = 30_000;

    private readonly SocketFd _container;
    private readonly SocketFd _host;
    private readonly byte[] _buffer = new byte[4096];

    private NotifySocket(SocketFd container, SocketFd host) => (_container, _host) = (container, host);

    public int Number => _container.Number;

    /// <summary>Both sockets by their numbers, for a process that replaces itself; <see cref="Adopt"/> takes them back.</summary>
    public (int Container, int Host) Numbers => (_container.Number, _host.Number);

    public static NotifySocket Adopt(int container, int host) => new(new SocketFd(container), new SocketFd(host));

    /// <summary>Says on behalf of the container that it is ready.</summary>
    /// <param name="host">As <c>NOTIFY_SOCKET</c> has it.</param>
    public static void TellReady(string host, int mainPid)
    {
        using var socket = UnixSocket.ConnectDatagrams(host);
        Sys.Send(socket.Number, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"MAINPID={mainPid}\nREADY=1\n")));
    }

    /// <summary>Lets the program find the socket, which is to be in <paramref name="directory"/>.</summary>
    internal static void AddTo(Spec spec, string directory)
    {
        spec.Mounts = [.. spec.Mounts ?? [], new Mount { Destination = Inside, Source = directory, Options = ["bind", "nosuid", "noexec", "nodev", "ro"] }];
        spec.Process!.Env = [.. spec.Process.Env ?? [], $"NOTIFY_SOCKET={Inside}/{Name}"];
    }

    internal static void MakeDirectory(string stateDirectory)
        => LinuxException.Check(Sys.Mkdirat(At.AT_FDCWD, $"{stateDirectory}/{Folder}", 0x1ED), "mkdir", $"{stateDirectory}/{Folder}");

    /// <summary>The socket of a container that was created with one; null where it was not.</summary>
    internal static NotifySocket? OpenIfMade(string stateDirectory, string host)
        => Sys.Statx(At.AT_FDCWD, $"{stateDirectory}/{Folder}", out _) < 0 ? null : Open(stateDirectory, host);

    /// <param name="host">As <c>NOTIFY_SOCKET</c> has it: a path, or @ and a name.</param>
    internal static NotifySocket Open(string stateDirectory, string host)
    {
        var container = UnixSocket.BindDatagrams($"{stateDirectory}/{Folder}", Name, 0x1FF);
        try
        {
            return new NotifySocket(container, UnixSocket.ConnectDatagrams(host));
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    /// <summary>Passes on what has come, with <paramref name="mainPid"/> after the message that the program is ready.</summary>
    /// <returns>Whether it is ready.</returns>
    public bool Forward(int mainPid)
    {
        bool ready = false;
        while (true)
        {
            nint n = Sys.Recv(_container.Number, _buffer);
            if (n < 0)
                return ready;
            var kept = new StringBuilder();
            bool now = false;
            foreach (var line in Encoding.UTF8.GetString(_buffer, 0, (int)n).AsSpan().EnumerateLines())
            {
                // Those are about processes and descriptors, which are others here, and which came with the message.
                if (line.Length == 0 || line.StartsWith("MAINPID") || line.StartsWith("BARRIER=") || line.StartsWith("FD"))
                    continue;
                now |= line.StartsWith("READY=");
                kept.Append(line).Append('\n');
            }
            if (kept.Length > 0)
                Tell(kept.ToString());
            if (now)
                Tell(string.Create(CultureInfo.InvariantCulture, $"MAINPID={mainPid}\n"));
            ready |= now;
        }
    }

    /// <summary>Passes on until the program is ready and that has been heard, or has ended.</summary>
    public void WaitUntilReady(PidFd process, int mainPid)
    {
        Span<pollfd> polled = [new() { fd = process.Number, events = PollEvents.POLLIN }, new() { fd = Number, events = PollEvents.POLLIN }];
        do
        {
            LinuxException.Check(Sys.Poll(polled, -1), "poll", "NOTIFY_SOCKET");
            if (polled[1].revents != 0 && Forward(mainPid))
            {
                Barrier();
                return;
            }
        }
        while (polled[0].revents == 0);
    }

    // Nobody need hear it: a program goes on where its notifications are lost.
    private void Tell(string message) => Sys.Send(_host.Number, Encoding.UTF8.GetBytes(message));

    // sd_notify_barrier(3): who has read all that came before closes the pipe. One that does not know of it closes it, too, for it leaves descriptors alone.
    private void Barrier()
    {
        var (reader, writer) = Pipe.Create();
        using (reader)
        {
            using (writer)
            {
                if (ScmRights.Send(_host.Number, "BARRIER=1"u8, [writer.Number]) < 0)
                    return;
            }
            Span<pollfd> polled = [new() { fd = reader.Number }];
            Sys.Poll(polled, BarrierPatience);
        }
    }

    public void Dispose()
    {
        _container.Dispose();
        _host.Dispose();
    }
}
