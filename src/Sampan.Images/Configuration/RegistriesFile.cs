using Sampan.Oci;

namespace Sampan.Images;

/// <summary>One file of containers-registries.conf(5), version 2.</summary>
internal sealed class RegistriesFile : OciObject
{
    public List<string>? SearchRegistries;
    public string? ShortNameMode;
    public List<string>? CredentialHelpers;
    public List<RegistryRule>? Registries;
    public Dictionary<string, string>? Aliases;

    public override void Map(JsonMap map)
    {
        if (map.Reading && map.Has("registries"))
            map.Fail("registries", "version 1 of the format: write [[registry]] tables, and unqualified-search-registries");
        map.Texts("unqualified-search-registries", ref SearchRegistries);
        map.Text("short-name-mode", ref ShortNameMode);
        map.Texts("credential-helpers", ref CredentialHelpers);
        map.Objects("registry", ref Registries);
        map.TextMap("aliases", ref Aliases);
        if (map.Reading && ShortNameMode is not (null or "enforcing" or "permissive" or "disabled"))
            map.Fail("short-name-mode", $"want enforcing, permissive or disabled, not \"{ShortNameMode}\"");
        if (map.Reading && SearchRegistries?.Find(static s => !RegistryLocation.IsHost(s)) is { } odd)
            map.Fail("unqualified-search-registries", $"\"{odd}\" is no registry: want a name with a dot or a port");
    }
}

/// <summary>A <c>[[registry]]</c>: what goes for names that begin with its prefix.</summary>
internal sealed class RegistryRule : OciObject
{
    /// <summary><c>host[:port][/path]</c>, or <c>*.domain</c> for hosts below a domain.</summary>
    public string? Prefix;

    /// <summary>What stands in the prefix's place for the server; null: the prefix itself.</summary>
    public string? Location;
    public bool Insecure;
    public bool Blocked;
    public bool MirrorByDigestOnly;

    /// <summary>Tried before the location, in this order.</summary>
    public List<RegistryMirror>? Mirrors;

    /// <summary>The file it is in.</summary>
    public string File = "";

    public override void Map(JsonMap map)
    {
        map.Text("prefix", ref Prefix);
        map.Text("location", ref Location);
        map.Flag("insecure", ref Insecure);
        map.Flag("blocked", ref Blocked);
        map.Flag("mirror-by-digest-only", ref MirrorByDigestOnly);
        map.Objects("mirror", ref Mirrors);
        if (!map.Reading)
            return;
        Location = RegistryLocation.Clean(map, Location);
        Prefix = Prefix?.TrimEnd('/') is { Length: > 0 } prefix ? prefix : Location;
        if (Prefix is null)
            map.Fail("prefix", "missing, and no location either");
        if (Prefix.StartsWith('*') && !Prefix.StartsWith("*.", StringComparison.Ordinal))
            map.Fail("prefix", "a * stands for all hosts below a domain: *.example.com");
        foreach (var mirror in Mirrors ?? [])
            if (mirror.Location is null)
                map.Fail("mirror", "location: missing");
            else if (MirrorByDigestOnly && mirror.PullFromMirror is not null)
                map.Fail("mirror", "pull-from-mirror and mirror-by-digest-only exclude each other");
    }

    /// <summary>Characters of <paramref name="name"/> that the prefix covers; -1: it is not about this name.</summary>
    /// <param name="name">In full: <c>docker.io/library/busybox:latest</c>.</param>
    public int Covers(string name)
    {
        string prefix = Prefix!;
        int end = prefix.Length;
        if (prefix[0] == '*')
        {
            int at = name.IndexOf(prefix[1..], StringComparison.Ordinal);
            if (at < 0 || name.AsSpan(0, at).Contains('/'))
                return -1;
            end = at + prefix.Length - 1;
        }
        else if (!name.StartsWith(prefix, StringComparison.Ordinal))
            return -1;
        return end == name.Length || name[end] is '/' or ':' or '@' ? end : -1;
    }
}

/// <summary>A <c>[[registry.mirror]]</c>.</summary>
internal sealed class RegistryMirror : OciObject
{
    public string? Location;
    public bool Insecure;

    /// <summary><c>all</c>, <c>digest-only</c> or <c>tag-only</c>.</summary>
    public string? PullFromMirror;

    public override void Map(JsonMap map)
    {
        map.Text("location", ref Location);
        map.Flag("insecure", ref Insecure);
        map.Text("pull-from-mirror", ref PullFromMirror);
        if (!map.Reading)
            return;
        Location = RegistryLocation.Clean(map, Location);
        if (PullFromMirror is not (null or "all" or "digest-only" or "tag-only"))
            map.Fail("pull-from-mirror", $"want all, digest-only or tag-only, not \"{PullFromMirror}\"");
    }

    public bool Serves(ImageReference name, bool digestsOnly)
        => name.Digest is null ? !digestsOnly && PullFromMirror != "digest-only" : PullFromMirror != "tag-only";
}

internal static class RegistryLocation
{
    public static string? Clean(JsonMap map, string? location)
    {
        if (location?.Contains("://", StringComparison.Ordinal) == true)
            map.Fail("location", "want a host, and perhaps a port and a path, without http:// or https://");
        if (location?.TrimEnd('/') is not { Length: > 0 } clean)
            return null;
        if (!clean.StartsWith('*') && !IsHost(clean))
            map.Fail("location", $"\"{clean}\" is no registry: want a name with a dot or a port");
        return clean;
    }

    /// <summary>False for what would be read as a part of Docker Hub.</summary>
    public static bool IsHost(string location) => !ImageReference.IsShort(location + "/x");
}
