using System.Runtime.InteropServices;
using System.Text;

namespace Sampan.Linux;

/// <summary>struct sockaddr_un; 110 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct sockaddr_un
{
    public ushort sun_family;
    public fixed byte sun_path[108];
}

public static unsafe partial class Sys
{
    public const int AF_UNIX = 1, SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_SEQPACKET = 5, SOCK_NONBLOCK = 0x800, SOCK_CLOEXEC = 0x80000;
    public const int MSG_DONTWAIT = 0x40, MSG_NOSIGNAL = 0x4000;
    public const int SHUT_RD = 0, SHUT_WR = 1, SHUT_RDWR = 2;

    /// <summary><see href="https://man7.org/linux/man-pages/man2/send.2.html">send(2)</see>, never raising SIGPIPE.</summary>
    public static nint Send(int socket, ReadOnlySpan<byte> data, int flags = 0)
    {
        fixed (byte* p = data)
            return Retry(SyscallNumber.sendto, socket, (nint)p, data.Length, flags | MSG_NOSIGNAL);
    }

    /// <summary><see href="https://man7.org/linux/man-pages/man2/recv.2.html">recv(2)</see>; 0 at the end.</summary>
    public static nint Recv(int socket, Span<byte> buffer, int flags = 0)
    {
        fixed (byte* p = buffer)
            return Retry(SyscallNumber.recvfrom, socket, (nint)p, buffer.Length, flags);
    }

    /// <summary>accept4(2) of a connection that does not block.</summary>
    public static nint Accept(int socket) => Retry(SyscallNumber.accept4, socket, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);

    public static nint Shutdown(int socket, int how) => Call(SyscallNumber.shutdown, socket, how);
}

/// <summary>Stream sockets of <see href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</see>.</summary>
public static unsafe class UnixSocket
{
    /// <summary>Two connected ends, both blocking.</summary>
    public static (SocketFd, SocketFd) Pair(int type = Sys.SOCK_STREAM)
    {
        int* ends = stackalloc int[2];
        LinuxException.Check(Sys.Call(SyscallNumber.socketpair, Sys.AF_UNIX, type | Sys.SOCK_CLOEXEC, 0, (nint)ends), "socketpair");
        return (new SocketFd(ends[0]), new SocketFd(ends[1]));
    }

    /// <summary>A socket bound to <paramref name="name"/> in <paramref name="directory"/>, mode 0600, listening.</summary>
    /// <param name="blocking">Whether accept(2) waits.</param>
    public static SocketFd Listen(string directory, string name, int backlog = 64, bool blocking = false)
    {
        string path = $"{directory}/{name}";
        var socket = New(blocking ? 0 : Sys.SOCK_NONBLOCK);
        try
        {
            // Before bind, the mode of the socket is the mode its file will have: there is no moment in which others may connect.
            LinuxException.Check(Sys.Call(SyscallNumber.fchmod, socket.Number, 0x180), "fchmod", path);
            WithAddress(directory, name, (address, length) => LinuxException.Check(Sys.Call(SyscallNumber.bind, socket.Number, address, length), "bind", path));
            LinuxException.Check(Sys.Call(SyscallNumber.listen, socket.Number, backlog), "listen", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Connects; blocking.</summary>
    /// <exception cref="LinuxException">ENOENT: no such socket; ECONNREFUSED: nobody listens any more.</exception>
    public static SocketFd Connect(string directory, string name)
    {
        var socket = New(0);
        try
        {
            WithAddress(directory, name, (address, length) => LinuxException.Check(Sys.Retry(SyscallNumber.connect, socket.Number, address, length), "connect", $"{directory}/{name}"));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket of datagrams bound to <paramref name="name"/> in <paramref name="directory"/>; reading does not block.</summary>
    /// <param name="mode">Of the socket's file: who may send.</param>
    public static SocketFd BindDatagrams(string directory, string name, uint mode)
    {
        string path = $"{directory}/{name}";
        var socket = New(Sys.SOCK_NONBLOCK, Sys.SOCK_DGRAM);
        try
        {
            WithAddress(directory, name, (address, length) => LinuxException.Check(Sys.Call(SyscallNumber.bind, socket.Number, address, length), "bind", path));
            LinuxException.Check(Sys.Fchmodat(At.AT_FDCWD, path, mode), "chmod", path);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A socket whose datagrams go to <paramref name="path"/>; one that begins with @ is a name in the abstract namespace.</summary>
    public static SocketFd ConnectDatagrams(string path)
    {
        var socket = New(0, Sys.SOCK_DGRAM);
        try
        {
            if (path.StartsWith('@'))
                ConnectAbstract(socket, path);
            else
                WithAddress(Path.GetDirectoryName(path)!, Path.GetFileName(path), (address, length) => LinuxException.Check(Sys.Retry(SyscallNumber.connect, socket.Number, address, length), "connect", path));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void ConnectAbstract(SocketFd socket, string name)
    {
        var address = new sockaddr_un { sun_family = Sys.AF_UNIX };
        if (Encoding.UTF8.GetByteCount(name) > 107)
            throw new SampanException(ErrorKind.InvalidArgument, $"connect: {name}: longer than an address");
        int length = Encoding.UTF8.GetBytes(name, new Span<byte>(address.sun_path, 107));
        address.sun_path[0] = 0;
        LinuxException.Check(Sys.Retry(SyscallNumber.connect, socket.Number, (nint)(&address), sizeof(ushort) + length), "connect", name);
    }

    private static SocketFd New(int flags, int type = Sys.SOCK_STREAM)
        => new((int)LinuxException.Check(Sys.Call(SyscallNumber.socket, Sys.AF_UNIX, type | Sys.SOCK_CLOEXEC | flags), "socket"));

    // An address holds 107 bytes of path, and a container's directory may be longer: through the directory's fd every path is short.
    private static void WithAddress(string directory, string name, Action<nint, nint> use)
    {
        using var place = Open.Path(directory, OpenFlags.O_DIRECTORY);
        var address = new sockaddr_un { sun_family = Sys.AF_UNIX };
        int length = Encoding.UTF8.GetBytes($"/proc/self/fd/{place.Number}/{name}", new Span<byte>(address.sun_path, 107));
        address.sun_path[length] = 0;
        use((nint)(&address), sizeof(ushort) + length + 1);
    }
}
