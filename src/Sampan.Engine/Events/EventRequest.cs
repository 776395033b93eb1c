using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Which events are wanted.</summary>
public sealed class EventRequest
{
    /// <summary>Not older than this; null: from now on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Until this moment, which may be yet to come; null: for ever.</summary>
    public DateTimeOffset? Until { get; init; }

    public Func<EventRecord, bool> Wants { get; init; } = static _ => true;
}
