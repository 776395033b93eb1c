using System.Globalization;
using System.Text;

using Sampan.Engine;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>A container as a row of <c>ps</c>; the fields are those of Docker's <c>--format</c>.</summary>
public sealed class ContainerView(ContainerRecord record, ContainerStatus status, DateTimeOffset now, bool cut) : OciObject
{
    private const int CommandWidth = 20;

    public ContainerRecord Record => record;

    public ContainerStatus Status => status;

    public string Id => cut ? record.ShortId : record.Id!;

    public string Image => record.Config!.Image is { } image && image.StartsWith("sha256:", StringComparison.Ordinal) && cut ? image.Substring(7, Math.Min(12, image.Length - 7)) : record.Config.Image!;

    public string Names => record.Name!;

    public string RunningFor => $"{Human.Duration(Since(record.Created))} ago";

    public string State => status.Phase.ToString().ToLowerInvariant();

    public string StatusText => status.Phase switch
    {
        ContainerPhase.Created => "Created",
        ContainerPhase.Running => $"Up {Human.Duration(Since(status.StartedAt))}{HealthText}",
        ContainerPhase.Restarting => $"Restarting ({status.ExitCode}) {Human.Duration(Since(status.FinishedAt))} ago",
        _ when status.FinishedAt is null => $"Exited ({status.ExitCode})",
        _ => $"Exited ({status.ExitCode}) {Human.Duration(Since(status.FinishedAt))} ago",
    };

    private string HealthText => status.Health?.Status switch
    {
        null => "",
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
            return Quote(cut ? Human.Ellipsis(text.ToString(), CommandWidth) : text.ToString());
        }
    }

    /// <summary>Headings by field, for <c>--format table</c>.</summary>
    public static OciObject Heads { get; } = new Headings();

    public override void Map(JsonMap map)
    {
        Put(map, "ID", Id);
        Put(map, "Names", Names);
        Put(map, "Image", Image);
        Put(map, "Command", Command);
        Put(map, "CreatedAt", record.Created!);
        Put(map, "RunningFor", RunningFor);
        Put(map, "State", State);
        Put(map, "Status", StatusText);
        Put(map, "Ports", "");
        Put(map, "Networks", record.HostConfig!.NetworkMode ?? "");
        Put(map, "Labels", string.Join(',', (record.Config!.Labels ?? []).Select(static label => $"{label.Key}={label.Value}")));
        Put(map, "Mounts", string.Join(',', record.Mounts!.Select(static mount => mount.Name ?? mount.Source)));
    }

    private TimeSpan Since(string? time)
        => DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && now > moment ? now - moment : TimeSpan.Zero;

    /// <summary>As Go's %q: what is no text is shown by its escape.</summary>
    private static string Quote(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in text)
            quoted.Append(c switch
            {
                '"' => "\\\"", '\\' => "\\\\", '\n' => "\\n", '\t' => "\\t", '\r' => "\\r",
                _ when char.IsControl(c) => $"\\x{(int)c:x2}",
                _ => c.ToString(),
            });
        return quoted.Append('"').ToString();
    }

    private static void Put(JsonMap map, string name, string? value) => map.RequiredText(name, ref value);

    private sealed class Headings : OciObject
    {
        public override void Map(JsonMap map)
        {
            foreach (var (name, head) in ((string, string)[])[("ID", "CONTAINER ID"), ("Names", "NAMES"), ("Image", "IMAGE"), ("Command", "COMMAND"), ("CreatedAt", "CREATED AT"),
                ("RunningFor", "CREATED"), ("State", "STATE"), ("Status", "STATUS"), ("Ports", "PORTS"), ("Networks", "NETWORKS"), ("Labels", "LABELS"), ("Mounts", "MOUNTS")])
                Put(map, name, head);
        }
    }
}
