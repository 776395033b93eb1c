using System.Text;

using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>The filter of system calls a container gets.</summary>
internal static class SeccompChoice
{
    /// <summary>null: none. What capabilities the container has decides which calls the default filter lets through.</summary>
    public static LinuxSeccomp? Of(HostConfig host)
    {
        var security = SecurityOptions.Parse(host.SecurityOpt);
        // A privileged container has a filter only when one is named.
        if (security.SeccompUnconfined || (host.Privileged && security.SeccompProfile is null && !security.SeccompBuiltin))
            return null;
        var capabilities = new HashSet<string>(CapabilityNames.Choose(host.Privileged, host.CapAdd, host.CapDrop, ulong.MaxValue), StringComparer.Ordinal);
        return security.SeccompProfile is { } json ? Custom(json, capabilities) : DefaultSeccompProfile.For(capabilities);
    }

    private static LinuxSeccomp Custom(string json, HashSet<string> capabilities)
    {
        try
        {
            return DockerSeccompProfile.Read(Encoding.UTF8.GetBytes(json), capabilities, SeccompArchFacts.Native, Kernel());
        }
        catch (OciFormatException e)
        {
            throw new SampanException(ErrorKind.InvalidArgument, $"--security-opt seccomp: the profile is wrong: {e.Message}", e);
        }
    }

    /// <summary>6.1 of 6.1.0-18-amd64.</summary>
    private static Version Kernel()
    {
        string release = SmallFile.Read("/proc/sys/kernel/osrelease");
        int end = release.AsSpan().IndexOfAnyExcept("0123456789.");
        string[] numbers = (end < 0 ? release : release[..end]).Split('.');
        return new Version(int.Parse(numbers[0], System.Globalization.CultureInfo.InvariantCulture), int.Parse(numbers[1], System.Globalization.CultureInfo.InvariantCulture));
    }
}
