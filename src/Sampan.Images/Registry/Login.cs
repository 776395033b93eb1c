namespace Sampan.Images;

/// <summary>Logging in at a registry and out again.</summary>
public static class RegistryLogin
{
    /// <summary>Asks the registry whether it knows the user, and keeps the credentials when it does.</summary>
    /// <param name="registry">As in references: <c>localhost:5000</c>; docker.io for Docker Hub.</param>
    /// <returns>The file they are in.</returns>
    /// <exception cref="SampanException">PermissionDenied: it does not; the file is then as it was.</exception>
    public static async Task<string> Login(string registry, string user, string password, bool insecure, CancellationToken stop)
    {
        if (user.Contains(':'))
            throw new SampanException(ErrorKind.InvalidArgument, "a user name may not hold a colon");
        var credential = new Credential(user, password);
        using var session = new RegistrySession(RegistriesConf.OfEnvironment().ServerOf(registry, registry, insecure), new Given(registry, credential), CertificateDirectories.System);
        try
        {
            using var response = await session.Send(new RegistryRequest(HttpMethod.Get, "/v2/", "") { Subject = "login" }, stop).ConfigureAwait(false);
        }
        catch (SampanException e) when (e.Kind == ErrorKind.PermissionDenied)
        {
            throw new SampanException(ErrorKind.PermissionDenied, $"registry {registry}: unauthorized: incorrect username or password", e);
        }
        var store = CredentialStore.OfEnvironment();
        store.Keep(registry, credential);
        return store.File;
    }

    /// <returns>False: nobody was logged in.</returns>
    public static bool Logout(string registry) => CredentialStore.OfEnvironment().Forget(registry);

    /// <summary>What a person calls a registry: its name, or a URL of it.</summary>
    /// <exception cref="SampanException">Not a name of a registry.</exception>
    public static string ServerName(string text)
    {
        string name = text.Contains("://", StringComparison.Ordinal) ? text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..] : text;
        name = name.Split('/')[0];
        if (name is "index.docker.io" or "registry-1.docker.io")
            return ImageReference.DefaultDomain;
        return ImageReference.TryParse($"{name}/x/y", out var reference) && reference.Domain == name ? name
            : throw new SampanException(ErrorKind.InvalidArgument, $"\"{text}\" is not a registry's name: want a host, and perhaps a port");
    }

    private sealed class Given(string registry, Credential credential) : ICredentialSource
    {
        public Credential? Find(string name, string repository) => name == registry ? credential : null;
    }
}
