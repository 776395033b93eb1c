using Sampan.Linux;

namespace Sampan.OciCli;

/// <summary>Descriptors that the caller hands on to the container, from 3 on.</summary>
internal static class PreservedFds
{
    private const int F_GETFD = 1, FD_CLOEXEC = 1;

    /// <summary>Makes sure that they came from the caller: a number he has left free may by now be a descriptor of ours, which is not the container's to have.</summary>
    /// <exception cref="SampanException">One did not.</exception>
    public static int Check(int count)
    {
        for (int i = 0; i < count; i++)
        {
            nint flags = Sys.Call(SyscallNumber.fcntl, 3 + i, F_GETFD);
            if (flags < 0 || (flags & FD_CLOEXEC) != 0)
                throw new SampanException(ErrorKind.InvalidArgument, $"unable to stat preserved-fd {i + 1} (of {count}): descriptor {3 + i} is not open");
        }
        return count;
    }
}
