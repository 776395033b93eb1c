namespace Sampan.Engine;

/// <summary>Giving a container another name.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>Renames a container, running or not. Its hostname stays.</summary>
    /// <exception cref="SampanException">AlreadyExists: the name is another's; InvalidArgument: it is no name, or the container's own.</exception>
    public void Rename(ContainerRecord record, string name)
    {
        // As in inspect, where names begin with a slash.
        name = name.StartsWith('/') ? name[1..] : name;
        ContainerNames.Check(name);
        using var locked = ContainerLock.Take(_containers, record);
        var current = _containers.TryLoad(record.Id!) ?? record;
        string before = current.Name!;
        if (before == name)
            throw new SampanException(ErrorKind.InvalidArgument, $"cannot rename container {name}: it has this name already");
        // The new name first: whoever kills us leaves a container with two names at worst, and a name that no record bears is free to be taken.
        NameRegistry.Claim(_containers, name, current.Id!);
        try
        {
            current.Name = record.Name = name;
            _containers.Save(current, durable: !current.HostConfig!.AutoRemove);
        }
        catch
        {
            record.Name = before;
            NameRegistry.Release(_containers, name, current.Id!);
            throw;
        }
        NameRegistry.Release(_containers, before, current.Id!);
        // Its monitor tells of its end by the new name.
        string live = Places.Live(current.Id!);
        if (Linux.Sys.Statx(Linux.At.AT_FDCWD, $"{live}/{Runtime.Monitoring.EventActor.FileName}", out _) == 0)
            ActorOf(current).Write(live);
        Tell(current, "rename", ("oldName", $"/{before}"));
    }
}
