using Sampan.Images;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>An image in the shape of Docker's inspect.</summary>
/// <param name="directories">Where its layers lie, topmost first.</param>
internal sealed class ImageInspection(Image image, IReadOnlyList<string> directories) : OciObject
{
    private const string ZeroTime = "0001-01-01T00:00:00Z";

    public override void Map(JsonMap map)
    {
        var config = image.Config;
        map.Put("Id", image.Id.ToString());
        List<string>? tags = [.. image.Names.Where(static n => n.Digest is null).Select(static n => n.Familiar)];
        List<string>? digests = [.. image.RepoDigests.Select(static n => n.Familiar)];
        map.Texts("RepoTags", ref tags);
        map.Texts("RepoDigests", ref digests);
        map.Put("Parent", "");
        map.Put("Comment", config.Comment ?? "");
        map.Put("Created", config.Created ?? "");
        map.Put("DockerVersion", "");
        map.Put("Author", config.Author ?? "");
        var settings = config.Config;
        map.Object("Config", ref settings);
        map.Put("Architecture", config.Architecture ?? "");
        if (!string.IsNullOrEmpty(config.Variant))
            map.Put("Variant", config.Variant);
        map.Put("Os", config.Os ?? "");
        if (!string.IsNullOrEmpty(config.OsVersion))
            map.Put("OsVersion", config.OsVersion);
        long? size = image.Size; // also when it is 0
        map.Number("Size", ref size);
        map.Part("GraphDriver", driver =>
        {
            driver.Part("Data", data =>
            {
                if (directories.Count > 1)
                    data.Put("LowerDir", string.Join(':', directories.Skip(1)));
                if (directories.Count > 0)
                    data.Put("UpperDir", directories[0]);
            });
            driver.Put("Name", "overlay");
        });
        map.Part("RootFS", root =>
        {
            root.Put("Type", "layers");
            var layers = config.RootFs!.DiffIds;
            root.Texts("Layers", ref layers);
        });
        map.Part("Metadata", metadata => metadata.Put("LastTagTime", image.LastTagged ?? ZeroTime));
        map.Part("Descriptor", descriptor =>
        {
            descriptor.Put("mediaType", image.Manifest.MediaType ?? MediaTypes.Manifest);
            descriptor.Put("digest", image.ManifestDigest.ToString());
        });
    }
}
