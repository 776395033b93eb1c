using Sampan.Linux;

namespace Sampan.OciCli;

/// <summary>Hands a descriptor to the caller's unix socket: a pty's master (--console-socket; docs/terminals.md of runc) or a pidfd (--pidfd-socket).</summary>
internal static class ConsoleSocket
{
    public static void Send(string path, FileFd master) => Send(path, "/dev/ptmx"u8, master);

    public static void Send(string path, PidFd process) => Send(path, "pidfd"u8, process);

    private static void Send(string path, ReadOnlySpan<byte> name, Fd descriptor)
    {
        path = Path.GetFullPath(path);
        using var socket = UnixSocket.Connect(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        LinuxException.Check(ScmRights.Send(socket.Number, name, [descriptor.Number]), "sendmsg", path);
    }
}
