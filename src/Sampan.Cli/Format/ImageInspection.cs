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
        Put(map, "Id", image.Id.ToString());
        List<string>? tags = [.. image.Names.Where(static n => n.Digest is null).Select(static n => n.Familiar)];
        List<string>? digests = [.. image.RepoDigests.Select(static n => n.Familiar)];
        map.Texts("RepoTags", ref tags);
        map.Texts("RepoDigests", ref digests);
        Put(map, "Parent", "");
        Put(map, "Comment", config.Comment ?? "");
        Put(map, "Created", config.Created ?? "");
        Put(map, "DockerVersion", "");
        Put(map, "Author", config.Author ?? "");
        var settings = config.Config;
        map.Object("Config", ref settings);
        Put(map, "Architecture", config.Architecture ?? "");
        if (!string.IsNullOrEmpty(config.Variant))
            Put(map, "Variant", config.Variant);
        Put(map, "Os", config.Os ?? "");
        if (!string.IsNullOrEmpty(config.OsVersion))
            Put(map, "OsVersion", config.OsVersion);
        long? size = image.Size; // also when it is 0
        map.Number("Size", ref size);
        Part(map, "GraphDriver", driver =>
        {
            Part(driver, "Data", data =>
            {
                if (directories.Count > 1)
                    Put(data, "LowerDir", string.Join(':', directories.Skip(1)));
                if (directories.Count > 0)
                    Put(data, "UpperDir", directories[0]);
            });
            Put(driver, "Name", "overlay");
        });
        Part(map, "RootFS", root =>
        {
            Put(root, "Type", "layers");
            var layers = config.RootFs!.DiffIds;
            root.Texts("Layers", ref layers);
        });
        Part(map, "Metadata", metadata => Put(metadata, "LastTagTime", image.LastTagged ?? ZeroTime));
        Part(map, "Descriptor", descriptor =>
        {
            Put(descriptor, "mediaType", image.Manifest.MediaType ?? MediaTypes.Manifest);
            Put(descriptor, "digest", image.ManifestDigest.ToString());
        });
    }

    private static void Put(JsonMap map, string name, string? value) => map.RequiredText(name, ref value);

    private static void Part(JsonMap map, string name, Action<JsonMap> fields)
    {
        var part = new Fields { Fill = fields };
        map.Object(name, ref part);
    }

    private sealed class Fields : OciObject
    {
        public Action<JsonMap>? Fill;

        public override void Map(JsonMap map) => Fill!(map);
    }
}
