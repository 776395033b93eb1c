using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sampan.Images;

/// <summary>Where certificates of single registries lie: a directory a registry, with <c>*.crt</c> (CAs), <c>*.cert</c> and <c>*.key</c> (ours).</summary>
/// <remarks>containers-certs.d(5).</remarks>
internal sealed class CertificateDirectories(IReadOnlyList<string> directories)
{
    /// <summary>The user's, the system's, and Docker's.</summary>
    public static CertificateDirectories OfEnvironment()
    {
        string config = Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } set ? set : $"{Environment.GetEnvironmentVariable("HOME") ?? "/root"}/.config";
        return new([$"{config}/containers/certs.d", "/etc/containers/certs.d", "/etc/docker/certs.d"]);
    }

    /// <summary>What is read now; errors name the file.</summary>
    public ServerTrust TrustOf(RegistryServer server)
    {
        var authorities = new X509Certificate2Collection();
        var own = new X509Certificate2Collection();
        foreach (string parent in directories)
            if ($"{parent}/{server.Name}" is var directory && Directory.Exists(directory))
                foreach (string file in Directory.EnumerateFiles(directory).Order(StringComparer.Ordinal))
                    Read(file, authorities, own);
        return new ServerTrust(server.Insecure, authorities, own);
    }

    private static void Read(string file, X509Certificate2Collection authorities, X509Certificate2Collection own)
    {
        try
        {
            if (file.EndsWith(".crt", StringComparison.Ordinal))
                authorities.ImportFromPemFile(file);
            else if (file.EndsWith(".cert", StringComparison.Ordinal))
                own.Add(X509Certificate2.CreateFromPemFile(file, Path.ChangeExtension(file, ".key")));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SampanException(ErrorKind.InvalidArgument, $"{file}: {(e is CryptographicException ? "no certificate in PEM form (or no key to it)" : file.EndsWith(".cert", StringComparison.Ordinal) ? "it, or its key in the file .key beside it, cannot be read" : "cannot be read")}", e);
        }
    }
}

/// <summary>Whether a server's certificate will do.</summary>
/// <param name="authorities">Besides the system's.</param>
internal sealed class ServerTrust(bool insecure, X509Certificate2Collection authorities, X509Certificate2Collection own)
{
    public X509Certificate2Collection ClientCertificates => own;

    /// <summary>Why the last certificate was refused.</summary>
    public string? Refusal { get; private set; }

    public bool Accepts(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None || insecure)
            return true;
        if (errors == SslPolicyErrors.RemoteCertificateChainErrors && authorities.Count > 0 && certificate is not null && IsSignedByOurs(certificate, chain))
            return true;
        Refusal = errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) ? "it shows none"
            : errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? "it is for another name"
            : string.Join(", ", (chain?.ChainStatus ?? []).Select(static s => Words(s.Status)).Distinct());
        return false;
    }

    private bool IsSignedByOurs(X509Certificate2 certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        return chain.Build(certificate);
    }

    private static string Words(X509ChainStatusFlags status) => status switch
    {
        X509ChainStatusFlags.UntrustedRoot or X509ChainStatusFlags.PartialChain => "signed by an unknown authority",
        X509ChainStatusFlags.NotTimeValid => "expired, or not valid yet",
        X509ChainStatusFlags.Revoked => "revoked",
        _ => status.ToString(),
    };
}
