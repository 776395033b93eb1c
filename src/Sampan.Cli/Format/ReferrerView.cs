using System.Globalization;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>What refers to an image, as a row of <c>image referrers</c>. Whoever may push to the registry chose its texts.</summary>
internal sealed class ReferrerView(Descriptor referrer, bool cut) : OciObject
{
    private const string CreatedKey = "org.opencontainers.image.created";

    public string Digest => cut ? referrer.Digest.Short : referrer.Digest.ToString();

    public static OciObject Heads { get; } = new Headings();

    public override void Map(JsonMap map)
    {
        Put(map, "Digest", Digest);
        Put(map, "ArtifactType", OneLine(referrer.ArtifactType));
        Put(map, "Size", Human.Size(referrer.Size));
        Put(map, "Created", OneLine(referrer.Annotation(CreatedKey)));
        Put(map, "MediaType", OneLine(referrer.MediaType));
        Put(map, "Bytes", referrer.Size.ToString(CultureInfo.InvariantCulture));
        map.TextMap("Annotations", ref referrer.Annotations);
    }

    private static string OneLine(string? text) => text is { Length: > 0 } ? string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c)) : "N/A";

    private static void Put(JsonMap map, string field, string? value) => map.RequiredText(field, ref value);

    private sealed class Headings : OciObject
    {
        public override void Map(JsonMap map)
        {
            foreach (var (field, head) in ((string, string)[])[("Digest", "DIGEST"), ("ArtifactType", "ARTIFACT TYPE"), ("Size", "SIZE"), ("Created", "CREATED"), ("MediaType", "MEDIA TYPE"), ("Bytes", "BYTES"), ("Annotations", "ANNOTATIONS")])
                Put(map, field, head);
        }
    }
}
