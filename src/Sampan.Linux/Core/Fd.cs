using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Sampan.Linux;

/// <summary>An owned file descriptor, always close-on-exec. One sealed type per meaning derives from it.</summary>
public abstract class Fd : SafeHandleMinusOneIsInvalid
{
    protected Fd(int fd) : base(ownsHandle: true) => SetHandle(fd);

    /// <summary>The number; valid while the handle is not disposed.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => Sys.Call(SyscallNumber.close, handle) >= 0;
}

/// <summary>A file or device open for reading or writing.</summary>
public sealed class FileFd(int fd) : Fd(fd);

/// <summary>A place in the file system: an O_PATH descriptor or an open directory.</summary>
public sealed class PathFd(int fd) : Fd(fd);

/// <summary>A process, by pidfd_open(2) or clone3(2).</summary>
public sealed class PidFd(int fd) : Fd(fd)
{
    /// <summary>The process's id in the PID namespace of /proc; -1: it has been waited for. Source: pidfd_open(2), proc_pid_fdinfo(5).</summary>
    public int Pid
    {
        get
        {
            string info = SmallFile.Read($"/proc/self/fdinfo/{Number}");
            int at = info.IndexOf("\nPid:", StringComparison.Ordinal) + 5;
            return int.Parse(info.AsSpan(at, info.IndexOf('\n', at) - at).Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        }
    }
}

/// <summary>A detached mount, by fsmount(2) or open_tree(2).</summary>
public sealed class MountFd(int fd) : Fd(fd);

/// <summary>A file-system context, by fsopen(2) or fspick(2).</summary>
public sealed class FsContextFd(int fd) : Fd(fd);

/// <summary>One end of a pipe.</summary>
public sealed class PipeFd(int fd) : Fd(fd);

/// <summary>A socket.</summary>
public sealed class SocketFd(int fd) : Fd(fd);

/// <summary>A namespace, by opening /proc/PID/ns/NAME.</summary>
public sealed class NamespaceFd(int fd) : Fd(fd);
