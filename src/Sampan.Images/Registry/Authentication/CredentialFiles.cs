using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Credentials that <c>podman login</c> and <c>docker login</c> have left in files, the first that has any.</summary>
/// <remarks>containers-auth.json(5); docker's config.json has the same form. A file is read when a registry asks for credentials, not before.</remarks>
internal sealed class CredentialFiles(IReadOnlyList<string> files) : ICredentialSource
{
    private const string HubKey = "https://index.docker.io/v1/";

    /// <summary>REGISTRY_AUTH_FILE alone when it is set; else podman's places, then Docker's.</summary>
    public static CredentialFiles OfEnvironment() => new(PlacesOfEnvironment());

    /// <summary>Never empty.</summary>
    public static string[] PlacesOfEnvironment()
    {
        if (Variable("REGISTRY_AUTH_FILE") is { } only)
            return [only];
        string home = Variable("HOME") ?? "/root";
        return [$"{Variable("XDG_RUNTIME_DIR") ?? "/run"}/containers{(Variable("XDG_RUNTIME_DIR") is null ? "/0" : "")}/auth.json",
            $"{Variable("XDG_CONFIG_HOME") ?? $"{home}/.config"}/containers/auth.json", $"{Variable("DOCKER_CONFIG") ?? $"{home}/.docker"}/config.json"];
    }

    public Credential? Find(string registry, string repository)
    {
        foreach (string file in files)
            if (SmallFile.ReadIfExists(file) is { Length: > 0 } text && Json.Read<CredentialFile>(Encoding.UTF8.GetBytes(text), file).Auths is { } auths)
                foreach (string key in Keys(registry, repository))
                    if (auths.TryGetValue(key, out var entry) && entry.Credential($"{file}: auths[\"{key}\"]") is { } found)
                        return found;
        return null;
    }

    /// <summary>True for each spelling of a registry's own key, without a repository.</summary>
    public static bool IsOf(string registry, string key) => Keys(registry, "").Contains(key);

    /// <summary>The narrowest first: a repository, the namespaces it is in, the registry.</summary>
    private static IEnumerable<string> Keys(string registry, string repository)
    {
        for (string path = repository; path.Length > 0; path = path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "")
            yield return $"{registry}/{path}";
        yield return registry;
        yield return $"https://{registry}";
        if (registry == ImageReference.DefaultDomain)
            yield return HubKey;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}

internal sealed class CredentialFile : OciObject
{
    public Dictionary<string, CredentialEntry>? Auths;

    public override void Map(JsonMap map) => map.ObjectMap("auths", ref Auths);
}

internal sealed class CredentialEntry : OciObject
{
    public string? Auth;
    public string? IdentityToken;

    public override void Map(JsonMap map)
    {
        map.Text("auth", ref Auth);
        map.Text("identitytoken", ref IdentityToken);
    }

    /// <param name="what">The entry, for a message, which never shows what is in it.</param>
    public Credential? Credential(string what)
    {
        if (string.IsNullOrEmpty(Auth))
            return null;
        byte[] bytes = new byte[Auth.Length];
        string pair = Convert.TryFromBase64String(Auth, bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length).TrimEnd('\0') : "";
        int colon = pair.IndexOf(':');
        if (colon <= 0)
            throw new SampanException(ErrorKind.Corrupt, $"{what}.auth: want a user and a password joined by a colon, in base64");
        return new Credential(pair[..colon], pair[(colon + 1)..]) { IdentityToken = string.IsNullOrEmpty(IdentityToken) ? null : IdentityToken };
    }
}
