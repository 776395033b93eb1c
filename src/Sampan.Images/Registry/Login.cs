namespace Sampan.Images;

/// <summary>Logging in at a registry and out again.</summary>
public static class RegistryLogin
{
    /// <summary>Asks the registry whether it knows the user, and keeps the credentials when it does.</summary>
    /// <param name="registry">As in references: <c>localhost:5000</c>; docker.io for Docker Hub.</param>
    /// <exception cref="SampanException">PermissionDenied: it does not; what was kept is then as it was.</exception>
    public static async Task Login(string registry, string user, string password, bool insecure, CancellationToken stop)
    {
        if (user.Contains(':'))
            throw new SampanException(ErrorKind.InvalidArgument, "a user name may not hold a colon");
        var credential = new Credential(user, password);
        var conf = RegistriesConf.OfEnvironment();
        using var session = new RegistrySession(conf.ServerOf(registry, registry, insecure), new Given(registry, credential), CertificateDirectories.OfEnvironment());
        try
        {
            using var response = await session.Send(new RegistryRequest(HttpMethod.Get, "/v2/", "") { Subject = "login" }, stop).ConfigureAwait(false);
        }
        catch (SampanException e) when (e.Kind == ErrorKind.PermissionDenied)
        {
            throw new SampanException(ErrorKind.PermissionDenied, $"registry {registry}: unauthorized: incorrect username or password", e);
        }
        Keep(conf, registry, credential);
    }

    /// <returns>False: nobody was logged in.</returns>
    public static bool Logout(string registry)
    {
        bool inFile = CredentialStore.OfEnvironment().Forget(registry);
        if (CredentialFiles.Of(RegistriesConf.OfEnvironment()).HelperFor(registry) is not { } helper || helper.Get(registry) is null)
            return inFile;
        helper.Erase(registry);
        return true;
    }

    /// <summary>With the helper that the configuration names, or in the file; never in both.</summary>
    private static void Keep(RegistriesConf conf, string registry, Credential credential)
    {
        var file = CredentialStore.OfEnvironment();
        if (CredentialFiles.Of(conf).HelperFor(registry) is not { } helper)
        {
            file.Keep(registry, credential);
            return;
        }
        helper.Store(registry, credential);
        file.Forget(registry);
    }

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
