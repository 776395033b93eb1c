using Sampan.Images;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>An image under one of its names, as a row of <c>images</c>.</summary>
internal sealed class ImageView(Image image, ImageReference? name, DateTimeOffset now, bool cut) : OciObject
{
    private const string None = "<none>";

    /// <summary>As Docker's list has it too: <c>system df -v</c> counts.</summary>
    private const string NotCounted = "N/A";

    public string Id => cut ? image.Id.Short : image.Id.ToString();

    public string Repository => name?.FamiliarRepository ?? None;

    public string Tag => name?.Tag ?? None;

    /// <summary>By which its repository has it, as far as known.</summary>
    public string Digest => (image.RepoDigests.FirstOrDefault(d => d.Repository == name?.Repository)?.Digest ?? image.ManifestDigest).ToString();

    public string Since => image.Created == DateTimeOffset.MinValue ? "N/A" : $"{Human.Duration(now > image.Created ? now - image.Created : TimeSpan.Zero)} ago";

    public string Size => Human.Size(image.Size);

    public static OciObject Heads { get; } = new Headings(("ID", "IMAGE ID"), ("Repository", "REPOSITORY"), ("Tag", "TAG"), ("Digest", "DIGEST"), ("CreatedSince", "CREATED"),
        ("CreatedAt", "CREATED AT"), ("Size", "SIZE"), ("Containers", "CONTAINERS"), ("SharedSize", "SHARED SIZE"), ("UniqueSize", "UNIQUE SIZE"));

    public override void Map(JsonMap map)
    {
        map.Put("Containers", NotCounted);
        map.Put("CreatedAt", Moment.Go(image.Config.Created));
        map.Put("CreatedSince", Since);
        map.Put("Digest", Digest);
        map.Put("ID", Id);
        map.Put("Repository", Repository);
        map.Put("SharedSize", NotCounted);
        map.Put("Size", Size);
        map.Put("Tag", Tag);
        map.Put("UniqueSize", NotCounted);
    }
}
