namespace Sampan.Oci;

/// <summary>Points at content by its digest: image-spec 1.1, descriptor.md.</summary>
public sealed class Descriptor : OciObject
{
    public string? MediaType;
    public string? ArtifactType;
    public string? DigestText;

    /// <summary>Bytes.</summary>
    public long Size;
    public List<string>? Urls;
    public Dictionary<string, string>? Annotations;
    public Platform? Platform;

    /// <summary>Checked when the descriptor was read.</summary>
    public Digest Digest
    {
        get => Digest.Parse(DigestText);
        set => DigestText = value.ToString();
    }

    public string? Annotation(string name) => Annotations is not null && Annotations.TryGetValue(name, out string? value) ? value : null;

    public override void Map(JsonMap map)
    {
        map.Text("mediaType", ref MediaType);
        map.Text("artifactType", ref ArtifactType);
        map.RequiredText("digest", ref DigestText);
        long? size = Size; // required, so written even when 0
        map.Number("size", ref size);
        Size = size ?? 0;
        map.Texts("urls", ref Urls);
        map.TextMap("annotations", ref Annotations);
        map.Object("platform", ref Platform);
        if (!map.Reading)
            return;
        if (!Digest.TryParse(DigestText, out _))
            map.Fail("digest", "want sha256: and 64 lower-case hexadecimal digits");
        if (Size < 0)
            map.Fail("size", "is negative");
    }
}

/// <summary>image-spec 1.1, image-index.md, "platform".</summary>
public sealed class Platform : OciObject
{
    /// <summary>As Go's GOARCH: <c>amd64</c>.</summary>
    public string? Architecture;
    public string? Os;
    public string? Variant;
    public string? OsVersion;

    public override void Map(JsonMap map)
    {
        map.Text("architecture", ref Architecture);
        map.Text("os", ref Os);
        map.Text("os.version", ref OsVersion);
        map.Text("variant", ref Variant);
    }
}
