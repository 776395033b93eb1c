using System.Globalization;
using Sampan.Images;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>One step that made an image, as a row of <c>history</c>.</summary>
internal sealed class HistoryView(ImageStep step, DateTimeOffset now, bool cut, bool human) : OciObject
{
    private const int Widest = 45;

    public string Id => step.Image is not { } id ? "<missing>" : cut ? id.Short : id.ToString();

    public string Since => !human ? CreatedAt : Created is { } time ? $"{Human.Duration(now > time ? now - time : TimeSpan.Zero)} ago" : "N/A";

    public string CreatedAt => Created?.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture) ?? "N/A";

    /// <summary>One line, whatever it holds.</summary>
    public string CreatedBy => string.Concat((step.CreatedBy ?? "").Select(static c => char.IsControl(c) ? ' ' : c)) is var text && cut ? Human.Ellipsis(text, Widest) : text;

    public string Size => human ? Human.Size(step.Size) : step.Size.ToString(CultureInfo.InvariantCulture);

    public string Comment => string.Concat((step.Comment ?? "").Select(static c => char.IsControl(c) ? ' ' : c));

    public static OciObject Heads { get; } = new Headings(("ID", "IMAGE"), ("CreatedSince", "CREATED"), ("CreatedAt", "CREATED AT"), ("CreatedBy", "CREATED BY"), ("Size", "SIZE"), ("Comment", "COMMENT"));

    private DateTimeOffset? Created => DateTimeOffset.TryParse(step.Created, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    public override void Map(JsonMap map)
    {
        map.Put("Comment", Comment);
        map.Put("CreatedAt", CreatedAt);
        map.Put("CreatedBy", CreatedBy);
        map.Put("CreatedSince", Since);
        map.Put("ID", Id);
        map.Put("Size", Size);
    }
}
