using System.Globalization;
using System.Text;

using Sampan.Engine;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>A container as a row of <c>ps</c>; the fields are those of Docker's <c>--format</c>.</summary>
public sealed class ContainerView(ContainerRecord record, ContainerStatus status, DateTimeOffset now, bool cut) : OciObject
{
    private const int CommandWidth = 20, MountWidth = 15;

    public ContainerRecord Record => record;

    public ContainerStatus Status => status;

    /// <summary>Bytes that the container wrote, and with those of its image; found out only where they are asked for.</summary>
    public (long Written, long Whole) Sizes { get; set; }

    public string Id => cut ? record.ShortId : record.Id!;

    public string Image => record.Config!.Image is { } image && image.StartsWith("sha256:", StringComparison.Ordinal) && cut ? image.Substring(7, Math.Min(12, image.Length - 7)) : record.Config.Image!;

    public string Names => record.Name!;

    public string RunningFor => $"{Human.Duration(Since(record.Created))} ago";

    public string State => status.Phase.ToString().ToLowerInvariant();

    /// <summary>Empty: nobody looks after it.</summary>
    public string Health => status.Health?.Status ?? "";

    public string LocalVolumes => record.Mounts!.Count(static mount => mount.Type == "volume").ToString(CultureInfo.InvariantCulture);

    public string Networks => record.HostConfig!.NetworkMode ?? "";

    public string Size => Sizes.Whole > 0 ? $"{Human.Size(Sizes.Written)} (virtual {Human.Size(Sizes.Whole)})" : Human.Size(Sizes.Written);

    public string StatusText => status.Phase switch
    {
        ContainerPhase.Created => "Created",
        ContainerPhase.Running => $"Up {Human.Duration(Since(status.StartedAt))}{HealthText}",
        ContainerPhase.Paused => $"Up {Human.Duration(Since(status.StartedAt))} (Paused)",
        ContainerPhase.Restarting => $"Restarting ({status.ExitCode}) {Human.Duration(Since(status.FinishedAt))} ago",
        _ when status.FinishedAt is null => $"Exited ({status.ExitCode})",
        _ => $"Exited ({status.ExitCode}) {Human.Duration(Since(status.FinishedAt))} ago",
    };

    private string HealthText => Health switch
    {
        "" => "",
        Runtime.Monitoring.HealthState.Starting => " (health: starting)",
        var health => $" ({health})",
    };

    /// <summary>In quotes, and cut to fit.</summary>
    public string Command
    {
        get
        {
            var text = new StringBuilder();
            foreach (string word in record.Command!)
                text.Append(text.Length > 0 ? " " : "").Append(text.Length > 0 && word.Contains(' ') ? $"'{word}'" : word);
            return GoQuote.Of(cut ? Human.Ellipsis(text.ToString(), CommandWidth) : text.ToString());
        }
    }

    /// <summary>Headings by field, for <c>--format table</c>.</summary>
    public static OciObject Heads { get; } = new Headings(("ID", "CONTAINER ID"), ("Names", "NAMES"), ("Image", "IMAGE"), ("Command", "COMMAND"), ("CreatedAt", "CREATED AT"),
        ("RunningFor", "CREATED"), ("State", "STATE"), ("Status", "STATUS"), ("Ports", "PORTS"), ("Networks", "NETWORKS"), ("Labels", "LABELS"), ("Mounts", "MOUNTS"),
        ("LocalVolumes", "LOCAL VOLUMES"), ("Size", "SIZE"), ("HealthStatus", "HEALTH STATUS"));

    public override void Map(JsonMap map)
    {
        map.Put("Command", Command);
        map.Put("CreatedAt", Moment.Go(record.Created));
        map.Put("HealthStatus", Health);
        map.Put("ID", Id);
        map.Put("Image", Image);
        map.Put("Labels", string.Join(',', (record.Config!.Labels ?? []).Select(static label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal)));
        map.Put("LocalVolumes", LocalVolumes);
        map.Put("Mounts", string.Join(',', record.Mounts!.Select(static mount => mount.Name ?? mount.Source!).Where(static name => name.Length > 0).Select(name => cut ? Human.Ellipsis(name, MountWidth) : name)));
        map.Put("Names", Names);
        map.Put("Networks", Networks);
        map.Put("Ports", "");
        map.Put("RunningFor", RunningFor);
        map.Put("Size", Size);
        map.Put("State", State);
        map.Put("Status", StatusText);
    }

    private TimeSpan Since(string? time)
        => DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && now > moment ? now - moment : TimeSpan.Zero;
}

/// <summary>Field to heading.</summary>
internal sealed class Headings(params (string Field, string Head)[] heads) : OciObject
{
    public override void Map(JsonMap map)
    {
        foreach (var (field, head) in heads)
            map.Put(field, head);
    }
}
