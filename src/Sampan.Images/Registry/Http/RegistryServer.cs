using System.Net;

namespace Sampan.Images;

/// <summary>A server that speaks the registry protocol, and how far it is trusted.</summary>
/// <param name="Name">As in references: <c>docker.io</c>, <c>localhost:5000</c>. Credentials and certificates are filed under it.</param>
/// <param name="Authority">Host and port to connect to.</param>
/// <param name="Insecure">Its certificate is not checked, and plain HTTP will do when it speaks nothing else.</param>
internal sealed record RegistryServer(string Name, string Authority, bool Insecure)
{
    private const string HubAuthority = "registry-1.docker.io";

    /// <summary>The server of a reference's domain.</summary>
    public static RegistryServer Of(string domain, bool insecure)
        => new(domain, domain == ImageReference.DefaultDomain ? HubAuthority : domain, insecure || IsLoopback(domain));

    /// <summary>As Docker has it: nobody can listen between a machine and itself.</summary>
    public static bool IsLoopback(string authority)
    {
        string host = authority.StartsWith('[') ? authority[1..Math.Max(1, authority.IndexOf(']'))] : authority.Split(':')[0];
        return host == "localhost" || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));
    }
}
