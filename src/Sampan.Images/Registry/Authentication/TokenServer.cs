using System.Net;

namespace Sampan.Images;

/// <summary>Which credentials a token server may see: a registry could name anybody's (CVE-2020-15157).</summary>
internal static class TokenServer
{
    /// <summary>Those of the registry when both are of one site; else those filed under the token server's own name.</summary>
    public static Credential? Find(ICredentialSource credentials, RegistryServer server, Uri realm, string repository)
        => IsOfSameSite(server.Authority, realm) ? credentials.Find(server.Name, repository) : credentials.Find(realm.Authority, "");

    /// <summary>
    /// The registry's own host, or one below the domain that the registry is in: auth.docker.io for registry-1.docker.io, gitlab.com for registry.gitlab.com.
    /// </summary>
    internal static bool IsOfSameSite(string registry, Uri realm)
    {
        var own = new Uri($"https://{registry}");
        if (string.Equals(own.IdnHost, realm.IdnHost, StringComparison.OrdinalIgnoreCase))
            return true;
        if (IPAddress.TryParse(own.IdnHost, out _))
            return false;
        string site = own.IdnHost[(own.IdnHost.IndexOf('.') + 1)..].ToLowerInvariant();
        string host = realm.IdnHost.ToLowerInvariant();
        return !IsPublicSuffix(site) && (host == site || host.EndsWith($".{site}", StringComparison.Ordinal));
    }

    /// <summary>True for <c>com</c>, and for what looks like <c>co.uk</c>: strangers have neighbours' names there.</summary>
    private static bool IsPublicSuffix(string site)
    {
        string[] labels = site.Split('.');
        return labels.Length < 2 || (labels.Length == 2 && labels[1].Length == 2 && labels[0].Length <= 3);
    }
}
