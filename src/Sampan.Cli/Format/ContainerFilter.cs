using System.Globalization;

using Sampan.Engine;

namespace Sampan.Cli.Format;

/// <summary>One <c>--filter key=value</c> of <c>ps</c>.</summary>
internal sealed class ContainerFilter
{
    private readonly string _key;
    private readonly Func<ContainerView, bool> _matches;

    private ContainerFilter(string key, Func<ContainerView, bool> matches) => (_key, _matches) = (key, matches);

    public bool ShowsStopped => _key is "status" or "exited";

    /// <param name="engine">Where containers and images that a filter names are looked up; null: nowhere.</param>
    /// <exception cref="SampanException">Another key, a value that does not fit, a container that is not there.</exception>
    public static ContainerFilter Parse(string text, ContainerEngine? engine = null)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0)
            throw new SampanException(ErrorKind.InvalidArgument, $"invalid filter \"{text}\": want key=value");
        string key = text[..equals].Trim().ToLowerInvariant(), value = text[(equals + 1)..].Trim();
        return new ContainerFilter(key, Test(key, value, engine) ?? throw new SampanException(ErrorKind.InvalidArgument,
            $"invalid filter '{text}': want ancestor, before, exited, expose, health, id, is-task, label, name, network, publish, since, status or volume, and a value that fits"));
    }

    /// <summary>Filters of one key are alternatives, those of different keys all hold; labels all hold.</summary>
    public static bool AllMatch(List<ContainerFilter> filters, ContainerView view)
        => filters.TrueForAll(filter => filter._key == "label" ? filter._matches(view) : filters.Exists(other => other._key == filter._key && other._matches(view)));

    private static Func<ContainerView, bool>? Test(string key, string value, ContainerEngine? engine)
    {
        switch (key)
        {
            case "id":
                return view => view.Record.Id!.StartsWith(value, StringComparison.Ordinal);
            case "name":
                return Name(value);
            case "label":
                return view => LabelText.Has(view.Record.Config!.Labels, value);
            case "status" when value is "created" or "running" or "paused" or "restarting" or "removing" or "exited" or "dead":
                return view => view.State == value;
            case "exited" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int code):
                return view => view.Status.Phase == ContainerPhase.Exited && view.Status.ExitCode == code;
            case "ancestor":
                return Ancestor(value, engine);
            case "before" or "since" when engine is not null:
                string created = engine.Find(value).Created!;
                return view => string.CompareOrdinal(view.Record.Created, created) is var order && (key == "before" ? order < 0 : order > 0);
            case "health" when value is "starting" or "healthy" or "unhealthy" or "none":
                return view => (view.Health.Length == 0 ? "none" : view.Health) == value;
            case "volume":
                return view => view.Record.Mounts!.Exists(mount => mount.Name == value || mount.Source == value || mount.Destination == value);
            case "network":
                return view => view.Networks == value;
            case "expose":
                return view => view.Record.Config!.ExposedPorts?.Any(port => PortText.Holds(value, port)) == true;
            case "publish" when PortText.IsValid(value):
                return static _ => false; // no container publishes any yet
            case "is-task" when value is "true" or "false":
                return _ => value == "false"; // there is no swarm
            default:
                return null;
        }
    }

    /// <summary>
    /// A part of the name will do; <c>^</c> and <c>$</c> tie it to an end, <c>|</c> separates alternatives, <c>.*</c> stands for anything. Docker has whole
    /// regular expressions here, which would make the program a megabyte larger.
    /// </summary>
    private static Func<ContainerView, bool> Name(string value) => view => value.Split('|').Any(one => NameMatches(view.Record.Name!, one));

    private static bool NameMatches(string name, string value)
    {
        // Docker's names begin with a slash.
        string part = value.TrimStart('^').TrimStart('/').TrimEnd('$');
        bool start = value.StartsWith('^'), end = value.EndsWith('$');
        string[] pieces = part.Split(".*");
        int at = 0;
        for (int i = 0; i < pieces.Length; i++)
        {
            bool first = i == 0 && start, last = i == pieces.Length - 1 && end;
            int found = last ? (name.EndsWith(pieces[i], StringComparison.Ordinal) ? name.Length - pieces[i].Length : -1) : name.IndexOf(pieces[i], at, StringComparison.Ordinal);
            if (found < at || (first && found != 0))
                return false;
            at = found + pieces[i].Length;
        }
        return true;
    }

    /// <summary>Containers of an image, and of images made from it.</summary>
    private static Func<ContainerView, bool> Ancestor(string value, ContainerEngine? engine)
    {
        List<string>? layers = null;
        if (engine is not null && engine.Images.Find(value) is { } image)
            layers = [.. engine.Images.Layers.Of(image)];
        return view =>
        {
            var record = view.Record;
            string named = record.Config!.Image!;
            return named == value || named == $"{value}:latest" || $"{named}:latest" == value
                || (value.Length >= 4 && (record.ImageId!.StartsWith($"sha256:{value}", StringComparison.Ordinal) || record.ImageId.StartsWith(value, StringComparison.Ordinal)))
                || (layers is { Count: > 0 } && record.Layers!.Count >= layers.Count && record.Layers.TakeLast(layers.Count).SequenceEqual(layers));
        };
    }
}

/// <summary>Ports in filters: <c>80</c>, <c>80/tcp</c>, <c>8000-8080/udp</c>.</summary>
internal static class PortText
{
    public static bool IsValid(string text) => Range(text) is not null;

    /// <param name="port">As an image exposes it.</param>
    public static bool Holds(string range, string port)
        => Range(range) is { } wanted && Range(port) is { } there && wanted.Protocol == there.Protocol && wanted.First <= there.First && wanted.Last >= there.Last;

    private static (ushort First, ushort Last, string Protocol)? Range(string text)
    {
        string[] parts = text.Split('/'), ends = parts[0].Split('-');
        return parts.Length <= 2 && ends.Length <= 2 && ushort.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out ushort first)
            && ushort.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out ushort last) ? (first, last, parts.Length > 1 ? parts[1] : "tcp") : null;
    }
}
