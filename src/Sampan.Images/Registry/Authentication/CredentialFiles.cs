using System.Text;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Images;

/// <summary>Credentials that <c>podman login</c> and <c>docker login</c> have left in files or with helpers, the first that has any.</summary>
/// <remarks>
/// containers-auth.json(5); docker's config.json has the same form. A file is read, and a helper asked, when a registry asks for credentials, not before.
/// </remarks>
/// <param name="order">registries.conf's <c>credential-helpers</c>; empty: the files alone.</param>
internal sealed class CredentialFiles(IReadOnlyList<string> files, IReadOnlyList<string> order) : ICredentialSource
{
    private const string TheFiles = "containers-auth.json";

    /// <summary>REGISTRY_AUTH_FILE alone when it is set; else podman's places, then Docker's.</summary>
    public static CredentialFiles Of(RegistriesConf conf) => new(PlacesOfEnvironment(), conf.CredentialHelpers);

    /// <summary>Never empty.</summary>
    public static string[] PlacesOfEnvironment()
    {
        if (EnvironmentValue.Of("REGISTRY_AUTH_FILE") is { } only)
            return [only];
        string home = EnvironmentValue.Of("HOME") ?? "/root";
        return [$"{EnvironmentValue.Of("XDG_RUNTIME_DIR") ?? "/run"}/containers{(EnvironmentValue.Of("XDG_RUNTIME_DIR") is null ? "/0" : "")}/auth.json",
            $"{EnvironmentValue.Of("XDG_CONFIG_HOME") ?? $"{home}/.config"}/containers/auth.json", $"{EnvironmentValue.Of("DOCKER_CONFIG") ?? $"{home}/.docker"}/config.json"];
    }

    /// <summary>What went wrong when a helper was asked: told only where the lack of credentials matters, for most images need none.</summary>
    public string? Problem { get; private set; }

    public Credential? Find(string registry, string repository)
    {
        foreach (string one in order.Count > 0 ? order : [TheFiles])
            if ((one == TheFiles ? InFiles(registry, repository) : Ask(one, registry)) is { } found)
                return found;
        return null;
    }

    /// <summary>The helper that a registry's credentials are kept with; null: the file.</summary>
    public CredentialHelper? HelperFor(string registry)
    {
        if (order.FirstOrDefault() is { } first && first != TheFiles)
            return new CredentialHelper(first);
        string? general = null;
        foreach (string file in files)
            if (Read(file) is { } content)
            {
                if (content.HelperOf(registry) is { } own)
                    return new CredentialHelper(own);
                general ??= content.Store;
            }
        return general is null ? null : new CredentialHelper(general);
    }

    private Credential? InFiles(string registry, string repository)
    {
        foreach (string file in files)
        {
            if (Read(file) is not { } content)
                continue;
            foreach (string? helper in (string?[])[content.HelperOf(registry), content.Store])
                if (helper is not null && Ask(helper, registry) is { } kept)
                    return kept;
            foreach (string key in CredentialKeys.Of(registry, repository))
                if (content.Auths is { } auths && auths.TryGetValue(key, out var entry) && entry.Credential($"{file}: auths[\"{key}\"]") is { } found)
                    return found;
        }
        return null;
    }

    private Credential? Ask(string helper, string registry)
    {
        try
        {
            return new CredentialHelper(helper).Get(registry);
        }
        catch (Exception e) when (e is SampanException or LinuxException)
        {
            Problem = e.Message;
            return null;
        }
    }

    private static CredentialFile? Read(string file)
        => SmallFile.ReadIfExists(file) is { Length: > 0 } text ? Json.Read<CredentialFile>(Encoding.UTF8.GetBytes(text), file) : null;
}

/// <summary>What credentials are filed under.</summary>
internal static class CredentialKeys
{
    private const string HubKey = "https://index.docker.io/v1/";

    /// <summary>The narrowest first: a repository, the namespaces it is in, the registry.</summary>
    public static IEnumerable<string> Of(string registry, string repository)
    {
        for (string path = repository; path.Length > 0; path = path.LastIndexOf('/') is var slash and > 0 ? path[..slash] : "")
            yield return $"{registry}/{path}";
        yield return registry;
        yield return $"https://{registry}";
        if (registry == ImageReference.DefaultDomain)
            yield return HubKey;
    }

    /// <summary>True for each spelling of a registry's own key, without a repository.</summary>
    public static bool IsOf(string registry, string key) => Of(registry, "").Contains(key);

    /// <summary>As Docker calls it to a helper.</summary>
    public static string OfHelper(string registry) => registry == ImageReference.DefaultDomain ? HubKey : registry;
}

internal sealed class CredentialFile : OciObject
{
    private Dictionary<string, string>? _helpers;
    public Dictionary<string, CredentialEntry>? Auths;

    /// <summary>The helper for all registries that have none of their own.</summary>
    public string? Store;

    /// <summary>The helper of one registry.</summary>
    public string? HelperOf(string registry)
        => _helpers?.Where(h => CredentialKeys.IsOf(registry, h.Key) || (registry == ImageReference.DefaultDomain && h.Key == "index.docker.io")).Select(static h => h.Value).FirstOrDefault(static h => h.Length > 0);

    public override void Map(JsonMap map)
    {
        map.ObjectMap("auths", ref Auths);
        map.TextMap("credHelpers", ref _helpers);
        map.Text("credsStore", ref Store);
        if (Store is "")
            Store = null;
    }
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
