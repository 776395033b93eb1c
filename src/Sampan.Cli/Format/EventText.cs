using System.Globalization;
using Sampan.Oci;
using Sampan.Runtime.Monitoring;

namespace Sampan.Cli.Format;

/// <summary>An event as a line: <c>2026-01-02T03:04:05.000000000Z container start ID (image=busybox, name=web)</c>.</summary>
internal static class EventText
{
    public static string Line(EventRecord record)
    {
        var local = DateTimeOffset.UnixEpoch.AddTicks(record.TimeNano / 100).ToLocalTime();
        string zone = local.Offset == TimeSpan.Zero ? "Z" : local.ToString("zzz", CultureInfo.InvariantCulture);
        string line = $"{local.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture)}.{record.TimeNano % 1_000_000_000:D9}{zone} {record.Type} {record.Action} {record.Actor!.ID}";
        var attributes = record.Actor.Attributes ?? [];
        return attributes.Count == 0 ? line : $"{line} ({string.Join(", ", attributes.OrderBy(static a => a.Key, StringComparer.Ordinal).Select(static a => $"{a.Key}={a.Value}"))})";
    }
}

/// <summary>An event as <c>--format json</c> shows it: with the three fields that Docker's had before it had the others.</summary>
internal sealed class EventView(EventRecord record) : OciObject
{
    public override void Map(JsonMap map)
    {
        map.Put("status", record.Action);
        map.Put("id", record.Actor!.ID);
        if (record.Actor.Attributes?.GetValueOrDefault("image") is { Length: > 0 } image)
            map.Put("from", image);
        record.Map(map);
    }
}

/// <summary>The <c>--filter</c>s of <c>events</c>: those of one key are alternatives, those of different keys all hold; labels all hold.</summary>
internal sealed class EventFilter
{
    private readonly List<(string Key, Func<EventRecord, bool> Holds)> _tests = [];

    /// <exception cref="SampanException">Another key.</exception>
    public EventFilter(IEnumerable<string> texts)
    {
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=');
            string key = equals > 0 ? text[..equals].Trim().ToLowerInvariant() : "", value = text[(equals + 1)..].Trim();
            _tests.Add((key, key switch
            {
                "type" => record => record.Type == value,
                // The command of exec_start is no part of its name.
                "event" => record => record.Action == value || record.Action!.StartsWith($"{value}:", StringComparison.Ordinal),
                "container" => record => record.Type == EventRecord.Container && Names(record, value),
                "image" => record => record.Type == EventRecord.Image ? Names(record, value) || IsImage(record.Actor!.Attributes?.GetValueOrDefault("name"), value)
                    : IsImage(record.Actor!.Attributes?.GetValueOrDefault("image"), value),
                "label" => record => LabelText.Has(record.Actor!.Attributes, value),
                _ => throw new SampanException(ErrorKind.InvalidArgument, $"invalid filter '{text}': want container, event, image, label or type, and a value"),
            }));
        }
    }

    public bool Matches(EventRecord record)
        => _tests.TrueForAll(test => test.Key == "label" ? test.Holds(record) : _tests.Exists(other => other.Key == test.Key && other.Holds(record)));

    private static bool Names(EventRecord record, string value)
        => record.Actor!.ID == value || record.Actor.Attributes?.GetValueOrDefault("name") == value || (value.Length > 0 && record.Actor.ID!.StartsWith(value, StringComparison.Ordinal));

    private static bool IsImage(string? name, string value) => name is not null && (name == value || name.StartsWith($"{value}:", StringComparison.Ordinal) || value.StartsWith($"{name}:", StringComparison.Ordinal));
}
