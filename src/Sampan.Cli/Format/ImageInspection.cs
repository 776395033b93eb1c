using Sampan.Images;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>An image in the shape of Docker's inspect.</summary>
internal sealed class ImageInspection(Image image) : OciObject
{
    public override void Map(JsonMap map)
    {
        Put(map, "Id", image.Id.ToString());
        List<string>? tags = [], digests = [];
        foreach (var name in image.Names)
            (name.Digest is null ? tags : digests).Add(name.Familiar);
        map.Texts("RepoTags", ref tags!);
        map.Texts("RepoDigests", ref digests!);
        Put(map, "Comment", image.Config.Comment ?? "");
        Put(map, "Created", image.Config.Created ?? "");
        Put(map, "Author", image.Config.Author ?? "");
        var config = image.Config.Config;
        map.Object("Config", ref config);
        Put(map, "Architecture", image.Config.Architecture ?? "");
        Put(map, "Os", image.Config.Os ?? "");
        long size = image.Size;
        map.Number("Size", ref size);
        var rootFs = new Layers { Digests = image.Config.RootFs!.DiffIds };
        map.Object("RootFS", ref rootFs!);
    }

    private static void Put(JsonMap map, string name, string? value) => map.RequiredText(name, ref value);

    private sealed class Layers : OciObject
    {
        public List<string>? Digests;

        public override void Map(JsonMap map)
        {
            Put(map, "Type", "layers");
            map.Texts("Layers", ref Digests);
        }
    }
}
