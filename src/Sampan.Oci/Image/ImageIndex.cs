namespace Sampan.Oci;

/// <summary>A list of manifests: image-spec 1.1, image-index.md; also index.json of an image layout.</summary>
public sealed class ImageIndex : OciObject
{
    public int SchemaVersion = 2;
    public string? MediaType;
    public List<Descriptor>? Manifests;
    public Dictionary<string, string>? Annotations;

    public override void Map(JsonMap map)
    {
        map.Number("schemaVersion", ref SchemaVersion);
        map.Text("mediaType", ref MediaType);
        map.Objects("manifests", ref Manifests);
        map.TextMap("annotations", ref Annotations);
        if (!map.Reading)
            return;
        if (SchemaVersion != 2)
            map.Fail("schemaVersion", $"want 2, not {SchemaVersion}");
        if (MediaType is not null && !MediaTypes.IsIndex(MediaType))
            map.Fail("mediaType", $"{MediaType} is not an image index");
        ManifestConfusion.Refuse(map, wantLayers: false);
    }
}

/// <summary>oci-layout: image-spec 1.1, image-layout.md, "oci-layout file".</summary>
public sealed class ImageLayoutMarker : OciObject
{
    public string? ImageLayoutVersion;

    public override void Map(JsonMap map) => map.RequiredText("imageLayoutVersion", ref ImageLayoutVersion);
}
