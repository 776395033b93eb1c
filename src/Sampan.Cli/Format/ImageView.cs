using Sampan.Images;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>An image under one of its names, as a row of <c>images</c>.</summary>
internal sealed class ImageView(Image image, ImageReference? name, DateTimeOffset now, bool cut) : OciObject
{
    private const string None = "<none>";

    public string Id => cut ? image.Id.Short : image.Id.ToString();

    public string Repository => name?.FamiliarRepository ?? None;

    public string Tag => name?.Tag ?? None;

    /// <summary>By which its repository has it, as far as known.</summary>
    public string Digest => (image.RepoDigests.FirstOrDefault(d => d.Repository == name?.Repository)?.Digest ?? image.ManifestDigest).ToString();

    public string Since => image.Created == DateTimeOffset.MinValue ? "N/A" : $"{Human.Duration(now > image.Created ? now - image.Created : TimeSpan.Zero)} ago";

    public string Size => Human.Size(image.Size);

    public static OciObject Heads { get; } = new Headings();

    public override void Map(JsonMap map)
    {
        Put(map, "ID", Id);
        Put(map, "Repository", Repository);
        Put(map, "Tag", Tag);
        Put(map, "Digest", Digest);
        Put(map, "CreatedSince", Since);
        Put(map, "CreatedAt", image.Config.Created ?? "");
        Put(map, "Size", Size);
    }

    private static void Put(JsonMap map, string field, string? value) => map.RequiredText(field, ref value);

    private sealed class Headings : OciObject
    {
        public override void Map(JsonMap map)
        {
            foreach (var (field, head) in ((string, string)[])[("ID", "IMAGE ID"), ("Repository", "REPOSITORY"), ("Tag", "TAG"), ("Digest", "DIGEST"),
                ("CreatedSince", "CREATED"), ("CreatedAt", "CREATED AT"), ("Size", "SIZE")])
                Put(map, field, head);
        }
    }
}
