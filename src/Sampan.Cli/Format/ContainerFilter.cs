using System.Globalization;

using Sampan.Engine;

namespace Sampan.Cli.Format;

/// <summary>One <c>--filter key=value</c> of <c>ps</c>.</summary>
internal sealed record ContainerFilter(string Key, string Value)
{
    public bool ShowsStopped => Key is "status" or "exited";

    public static ContainerFilter Parse(string text)
    {
        int equals = text.IndexOf('=');
        if (equals <= 0)
            throw new SampanException(ErrorKind.InvalidArgument, $"invalid filter \"{text}\": want key=value");
        var filter = new ContainerFilter(text[..equals].Trim().ToLowerInvariant(), text[(equals + 1)..].Trim());
        bool known = filter.Key switch
        {
            "id" or "name" or "label" or "ancestor" => true,
            "status" => filter.Value is "created" or "running" or "paused" or "restarting" or "removing" or "exited" or "dead",
            "health" => filter.Value is "starting" or "healthy" or "unhealthy" or "none",
            "exited" => int.TryParse(filter.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
            _ => false,
        };
        return known ? filter : throw new SampanException(ErrorKind.InvalidArgument, $"invalid filter '{text}': want id, name, label, status, health, exited or ancestor, and a value that fits");
    }

    /// <summary>Filters of one key are alternatives, those of different keys all hold; labels all hold.</summary>
    public static bool AllMatch(List<ContainerFilter> filters, ContainerView view)
        => filters.TrueForAll(filter => filter.Key == "label" ? filter.Matches(view) : filters.Exists(other => other.Key == filter.Key && other.Matches(view)));

    private bool Matches(ContainerView view) => Key switch
    {
        "id" => view.Record.Id!.StartsWith(Value, StringComparison.Ordinal),
        "name" => NameMatches(view.Names),
        "status" => view.State == Value,
        "health" => (view.Status.Health?.Status ?? "none") == Value,
        "exited" => view.Status.Phase == ContainerPhase.Exited && view.Status.ExitCode.ToString(CultureInfo.InvariantCulture) == Value,
        "ancestor" => view.Record.Config!.Image == Value || view.Record.Config.Image == $"{Value}:latest" || $"{view.Record.Config.Image}:latest" == Value
            || (Value.Length >= 4 && (view.Record.ImageId!.StartsWith($"sha256:{Value}", StringComparison.Ordinal) || view.Record.ImageId.StartsWith(Value, StringComparison.Ordinal))),
        _ => LabelMatches(view.Record.Config!.Labels),
    };

    /// <summary>A part of the name will do, as with Docker; <c>^</c> and <c>$</c> tie it to an end.</summary>
    private bool NameMatches(string name)
    {
        string part = Value.TrimStart('^').TrimStart('/').TrimEnd('$');
        bool start = Value.StartsWith('^'), end = Value.EndsWith('$');
        return start && end ? name == part
            : start ? name.StartsWith(part, StringComparison.Ordinal)
            : end ? name.EndsWith(part, StringComparison.Ordinal)
            : name.Contains(part, StringComparison.Ordinal);
    }

    private bool LabelMatches(Dictionary<string, string>? labels)
    {
        int equals = Value.IndexOf('=');
        return labels is not null && labels.TryGetValue(equals < 0 ? Value : Value[..equals], out string? value) && (equals < 0 || value == Value[(equals + 1)..]);
    }
}
