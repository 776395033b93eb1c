using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>Writing the journal of events.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Tells whoever listens that something was done to an image.</summary>
    /// <param name="id">The image's, or its name where nothing else is known.</param>
    public void TellOfImage(string action, string id, string name)
        => EventJournal.Append(Places.Root, EventRecord.Now(EventRecord.Image, action, new EventActor { ID = id, Attributes = new() { ["name"] = name } }));

    /// <summary>Tells whoever listens that something happened to a container.</summary>
    internal void Tell(ContainerRecord record, string action, params ReadOnlySpan<(string Name, string Value)> more)
        => EventJournal.Append(Places.Root, EventRecord.Now(EventRecord.Container, action, ActorOf(record).With(more)));

    /// <summary>Name, image and labels, as Docker's events have them.</summary>
    private static EventActor ActorOf(ContainerRecord record)
    {
        var attributes = new Dictionary<string, string>(record.Config!.Labels ?? [], StringComparer.Ordinal) { ["image"] = record.Config.Image ?? "", ["name"] = record.Name! };
        return new EventActor { ID = record.Id, Attributes = attributes };
    }
}
