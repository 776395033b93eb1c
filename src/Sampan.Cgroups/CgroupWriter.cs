using System.Text;
using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>Puts values into cgroup files.</summary>
internal static class CgroupWriter
{
    /// <summary>Does <paramref name="writes"/>, in order; one that is refused because of a value still to come is tried again after the rest.</summary>
    /// <param name="directoryOf">The directory of a controller, or null when the container has none there.</param>
    /// <exception cref="SampanException">A controller or file that this host lacks, or a value that the kernel refuses; names the field.</exception>
    public static void Apply(IReadOnlyList<CgroupWrite> writes, Func<string, string?> directoryOf)
    {
        List<CgroupWrite>? again = null;
        for (int i = 0; i < writes.Count;)
        {
            string directory = Directory(writes[i], directoryOf);
            int fd = OpenFor(writes[i], directory, out bool otherwise);
            if (fd < 0)
            {
                i++;
                continue;
            }
            using var file = new FileFd(fd);
            string name = writes[i].File, controller = writes[i].Controller;
            // One open for all the lines of a file: a dozen device rules are a dozen writes.
            for (; i < writes.Count && writes[i].File == name && writes[i].Controller == controller; i++)
            {
                var write = otherwise ? writes[i].Otherwise! : writes[i];
                nint result = Write(file, write);
                if (result == -(nint)Errno.EINVAL)
                    (again ??= []).Add(writes[i]);
                else if (result < 0)
                    Fail(write, result);
            }
        }
        foreach (var write in again ?? [])
            Once(write, Directory(write, directoryOf));
    }

    private static void Once(CgroupWrite write, string directory)
    {
        int fd = OpenFor(write, directory, out bool otherwise);
        if (fd < 0)
            return;
        using var file = new FileFd(fd);
        write = otherwise ? write.Otherwise! : write;
        nint result = Write(file, write);
        if (result < 0)
            Fail(write, result);
    }

    private static nint Write(FileFd file, CgroupWrite write)
    {
        Span<byte> buffer = stackalloc byte[256];
        var bytes = Encoding.UTF8.GetByteCount(write.Value) <= buffer.Length
            ? buffer[..Encoding.UTF8.GetBytes(write.Value, buffer)]
            : Encoding.UTF8.GetBytes(write.Value);
        return Sys.Write(file.Number, bytes);
    }

    private static string Directory(CgroupWrite write, Func<string, string?> directoryOf)
        => directoryOf(write.Controller) ?? throw new SampanException(ErrorKind.Unsupported, $"{write.Field}: this host's cgroups have no {write.Controller} controller");

    /// <summary>The file, its substitute, or -1 when it may be missing.</summary>
    private static int OpenFor(CgroupWrite write, string directory, out bool otherwise)
    {
        otherwise = false;
        nint fd = Sys.Openat(At.AT_FDCWD, $"{directory}/{write.File}", OpenFlags.O_WRONLY);
        if (fd == -(nint)Errno.ENOENT && write.Otherwise is { } other)
        {
            otherwise = true;
            fd = Sys.Openat(At.AT_FDCWD, $"{directory}/{other.File}", OpenFlags.O_WRONLY);
        }
        if (fd >= 0)
            return (int)fd;
        if (fd != -(nint)Errno.ENOENT)
            Fail(write, fd);
        if (write.Optional)
            return -1;
        // v2 shows a controller's files only where the parent hands it down.
        throw new SampanException(ErrorKind.Unsupported, Sys.Statx(At.AT_FDCWD, directory, out _) < 0
            ? $"{write.Field}: the cgroup {directory} is gone"
            : $"{write.Field}: this host's {write.Controller} controller has no {write.File}{Hint(write)}");
    }

    private static string Hint(CgroupWrite write) => write.File switch
    {
        "memory.memsw.limit_in_bytes" or "memory.swap.max" => " (swap is not accounted for: the kernel wants swapaccount=1 on its command line)",
        "cpu.rt_runtime_us" or "cpu.rt_period_us" => " (the kernel is built without CONFIG_RT_GROUP_SCHED)",
        "blkio.weight" or "blkio.weight_device" or "io.bfq.weight" => " (no I/O scheduler with weights is loaded: the kernel wants bfq)",
        _ => "",
    };

    private static void Fail(CgroupWrite write, nint result)
    {
        var errno = (Errno)(-result);
        string cause = (write.File, errno) switch
        {
            ("memory.limit_in_bytes" or "memory.memsw.limit_in_bytes", Errno.EBUSY) => "the container uses more than that already",
            ("cpuset.cpus", Errno.EACCES or Errno.EINVAL or Errno.ERANGE) => "not CPUs that the parent cgroup may use",
            ("cpuset.mems", Errno.EACCES or Errno.EINVAL or Errno.ERANGE) => "not memory nodes that the parent cgroup may use",
            ("cpuset.cpus" or "cpuset.mems", Errno.ENOSPC) => "a cpuset with processes in it may not become empty",
            ("cpu.rt_runtime_us", Errno.EINVAL) => "more real time than the cgroup above has left",
            ("devices.allow", Errno.EPERM) => "the parent cgroup does not allow it",
            _ => errno.Describe(),
        };
        // A number that the kernel does not like is the caller's, not the host's.
        var kind = errno is Errno.EINVAL or Errno.ERANGE or Errno.ENOSPC ? ErrorKind.InvalidArgument : new LinuxException(errno, "write", write.File).Kind;
        throw new SampanException(kind, $"{write.Field}: cannot set {write.File} to {write.Value}: {cause}");
    }
}
