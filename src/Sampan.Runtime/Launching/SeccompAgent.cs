using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>
/// Who answers the system calls that a profile leaves to it (SCMP_ACT_NOTIFY): it listens on <c>linux.seccomp.listenerPath</c> and gets the state
/// and a copy of the filter's descriptor. Source: runtime-spec 1.3, config-linux.md, "Seccomp"; seccomp_unotify(2).
/// </summary>
internal static class SeccompAgent
{
    /// <summary>Hands over the descriptor <paramref name="number"/> of a process that has loaded its filter and waits.</summary>
    /// <exception cref="SampanException">Nobody listens, or the descriptor cannot be had.</exception>
    public static void Introduce(LinuxSeccomp profile, State state, int pid, PidFd process, int number)
    {
        using var listener = Take(process, number);
        var message = new ContainerProcessState
        {
            OciVersion = state.OciVersion, Fds = [ContainerProcessState.SeccompFd], Pid = pid, Metadata = profile.ListenerMetadata, State = state,
        };
        using var socket = Connect(profile.ListenerPath!);
        // All of it in one message: the socket blocks.
        LinuxException.Check(ScmRights.Send(socket.Number, message.ToJson(), [listener.Number]), "linux.seccomp.listenerPath: sendmsg", profile.ListenerPath!);
    }

    private static FileFd Take(PidFd process, int number)
    {
        nint fd = Sys.PidfdGetfd(process.Number, number);
        if (fd == -(nint)Errno.EPERM)
            throw new SampanException(ErrorKind.PermissionDenied, "linux.seccomp.listenerPath: pidfd_getfd: operation not permitted (it needs CAP_SYS_PTRACE)");
        return new FileFd((int)LinuxException.Check(fd, "linux.seccomp.listenerPath: pidfd_getfd", "of the container's process"));
    }

    private static SocketFd Connect(string path)
    {
        if (!path.StartsWith('/') || path.EndsWith('/'))
            throw new SampanException(ErrorKind.InvalidArgument, $"linux.seccomp.listenerPath: \"{path}\" is not the absolute path of a socket");
        int slash = path.LastIndexOf('/');
        try
        {
            return UnixSocket.Connect(slash == 0 ? "/" : path[..slash], path[(slash + 1)..]);
        }
        catch (LinuxException e)
        {
            throw new SampanException(e.Kind, $"linux.seccomp.listenerPath: failed to connect with seccomp agent at {path}: {e.Errno.Describe()}", e);
        }
    }
}
