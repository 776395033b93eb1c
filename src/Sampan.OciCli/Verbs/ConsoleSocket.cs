using Sampan.Linux;

namespace Sampan.OciCli;

/// <summary>Hands a pty's master to the caller's unix socket, as runc's callers expect it: docs/terminals.md of runc.</summary>
internal static class ConsoleSocket
{
    public static void Send(string path, FileFd master)
    {
        path = Path.GetFullPath(path);
        using var socket = UnixSocket.Connect(Path.GetDirectoryName(path)!, Path.GetFileName(path));
        LinuxException.Check(ScmRights.Send(socket.Number, "/dev/ptmx"u8, [master.Number]), "sendmsg", path);
    }
}
