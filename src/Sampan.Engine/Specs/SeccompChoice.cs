using System.Text;

using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>The filter of system calls a container gets.</summary>
internal static class SeccompChoice
{
    public static LinuxSeccomp? Of(HostConfig host)
    {
        var security = SecurityOptions.Parse(host.SecurityOpt);
        if (host.Privileged || security.SeccompUnconfined)
            return null;
        if (security.SeccompProfile is { } json)
            return Custom(json);
        return null;
    }

    private static LinuxSeccomp Custom(string json)
    {
        try
        {
            return JsonReading.Read<LinuxSeccomp>(Encoding.UTF8.GetBytes(json));
        }
        catch (OciFormatException e)
        {
            throw new SampanException(ErrorKind.InvalidArgument, $"seccomp profile: {e.Message}", e);
        }
    }
}
