namespace Sampan.Oci;

/// <summary>One image in manifest.json of a docker archive: Docker image specification 1.2, "Combined Image JSON + Filesystem Changeset Format".</summary>
public sealed class DockerArchiveEntry : OciObject
{
    /// <summary>Path of the image config in the archive.</summary>
    public string? Config;
    public List<string>? RepoTags;

    /// <summary>Paths of the layers in the archive, lowest first.</summary>
    public List<string>? Layers;

    public override void Map(JsonMap map)
    {
        map.RequiredText("Config", ref Config);
        map.Texts("RepoTags", ref RepoTags);
        map.Texts("Layers", ref Layers);
    }
}
