using System.Globalization;
using Sampan.Oci;

namespace Sampan.OciCli;

/// <summary>Sockets that were opened for the container's program and come with the runtime's own descriptors, from 3 on: sd_listen_fds(3).</summary>
internal static class SocketActivation
{
    /// <summary>Hands them on: <c>LISTEN_PID</c> is 1, which the program is in its PID namespace.</summary>
    /// <returns>How many descriptors are to be kept for it; 0 where <c>LISTEN_PID</c> is not this process.</returns>
    public static int Hand(Process? process)
    {
        if (process is null || Environment.GetEnvironmentVariable("LISTEN_FDS") is not { } text
            || Environment.GetEnvironmentVariable("LISTEN_PID") != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)
            || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count == 0)
            return 0;
        process.Env = [.. process.Env ?? [], $"LISTEN_FDS={count}", "LISTEN_PID=1"];
        return count;
    }
}
