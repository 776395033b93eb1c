namespace Sampan.Images;

/// <summary>Connections and tokens that several pulls or pushes share: one for each registry, kept until this is disposed.</summary>
public sealed class RegistrySessions : IDisposable
{
    private readonly Dictionary<RegistryServer, RegistrySession> _open = [];
    private readonly Lock _gate = new();

    internal RegistrySession Of(RegistryServer server, ICredentialSource credentials)
    {
        lock (_gate)
        {
            if (!_open.TryGetValue(server, out var session))
                _open.Add(server, session = new RegistrySession(server, credentials, CertificateDirectories.OfEnvironment()));
            return session;
        }
    }

    public void Dispose()
    {
        foreach (var session in _open.Values)
            session.Dispose();
    }
}
