namespace Sampan.Oci;

/// <summary>One image for one platform: image-spec 1.1, manifest.md.</summary>
public sealed class ImageManifest : OciObject
{
    public int SchemaVersion = 2;
    public string? MediaType;
    public string? ArtifactType;
    public Descriptor? Config;

    /// <summary>Lowest first.</summary>
    public List<Descriptor>? Layers;
    public Dictionary<string, string>? Annotations;

    /// <summary>The manifest that this one is about: of a signature, the image that is signed.</summary>
    public Descriptor? Subject;

    public override void Map(JsonMap map)
    {
        map.Number("schemaVersion", ref SchemaVersion);
        map.Text("mediaType", ref MediaType);
        map.Text("artifactType", ref ArtifactType);
        map.Object("config", ref Config);
        map.Objects("layers", ref Layers);
        map.Object("subject", ref Subject);
        map.TextMap("annotations", ref Annotations);
        if (!map.Reading)
            return;
        if (SchemaVersion != 2)
            map.Fail("schemaVersion", $"want 2, not {SchemaVersion}");
        if (MediaType is not null && !MediaTypes.IsManifest(MediaType))
            map.Fail("mediaType", $"{MediaType} is not an image manifest");
        if (Config is null)
            map.Fail("config", "missing");
        if (Layers is null)
            map.Fail("layers", "missing");
        ManifestConfusion.Refuse(map, wantLayers: true);
    }
}

/// <summary>
/// A document that is an index to one reader and a manifest to another could pass a check as one and be run as the other
/// (image-spec 1.1, manifest.md, "mediaType"; CVE-2021-41190).
/// </summary>
internal static class ManifestConfusion
{
    public static void Refuse(JsonMap map, bool wantLayers)
    {
        string other = wantLayers ? "manifests" : "layers";
        if (map.Has(other))
            map.Fail(other, wantLayers ? "an image manifest may not list manifests" : "an image index may not list layers");
    }
}
