using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>What a removal of all that is not used took away.</summary>
/// <param name="Ids">Of the containers.</param>
/// <param name="Reclaimed">Bytes.</param>
public sealed record PrunedContainers(List<string> Ids, long Reclaimed);

/// <summary>Clearing up.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Removes all containers that do not run and that <paramref name="wanted"/> picks. One that is started or removed meanwhile is left.</summary>
    /// <param name="problem">Told, in a line each, of containers that cannot be read or removed.</param>
    public PrunedContainers PruneContainers(Func<ContainerRecord, bool> wanted, Action<string> problem)
    {
        var ids = new List<string>();
        long reclaimed = 0;
        foreach (var record in List(problem))
            try
            {
                if (!wanted(record) || StatusOf(record).Phase is not (ContainerPhase.Created or ContainerPhase.Exited))
                    continue;
                long size = WrittenSize(record);
                Remove(record, force: false);
                ids.Add(record.Id!);
                reclaimed += size;
            }
            catch (SampanException e)
            {
                if (e.Kind is not (ErrorKind.NotFound or ErrorKind.Conflict))
                    problem(e.Message);
            }
        EventJournal.Append(Places.Root, EventRecord.Now(EventRecord.Container, "prune", new EventActor { ID = "", Attributes = new() { ["reclaimed"] = $"{reclaimed}" } }));
        return new PrunedContainers(ids, reclaimed);
    }
}
