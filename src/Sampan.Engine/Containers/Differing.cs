using Sampan.Images;

namespace Sampan.Engine;

/// <summary>What a container made of its root file system.</summary>
public sealed partial class ContainerEngine
{
    /// <summary>What was added, changed and deleted since the container was made, in the order of the paths. Volumes are no part of it.</summary>
    public List<Change> Diff(ContainerRecord record)
    {
        var changes = Driver(record.Driver).Changes(Places.Container(record.Id!), record.Layers!);
        return MountPointChanges.Without(changes);
    }

    /// <summary>Writes the whole root file system as a tar archive; without volumes. The same files give the same bytes.</summary>
    public void Export(ContainerRecord record, Stream to)
    {
        TreeArchive.WriteLayers(Driver(record.Driver).View(Places.Container(record.Id!), record.Layers!), id => IdMappings.Inside(record.IdMappings, id), to);
        Tell(record, "export");
    }

    /// <summary>Bytes of the files that the container itself wrote.</summary>
    public long WrittenSize(ContainerRecord record) => Driver(record.Driver).WrittenSize(Places.Container(record.Id!), record.Layers!);

    /// <summary>Bytes that the container wrote, and together with those of its image, as far as that is still here.</summary>
    public (long Written, long Whole) SizesOf(ContainerRecord record)
    {
        long written = WrittenSize(record);
        return (written, written + (record.ImageId is { Length: > 0 } image ? Images.Find(image)?.Size ?? 0 : 0));
    }
}

/// <summary>Files and directories that were made for something to be mounted on are no doing of the container's.</summary>
internal static class MountPointChanges
{
    private static readonly HashSet<string> Places = new(StringComparer.Ordinal)
    {
        "/dev", "/dev/console", "/dev/pts", "/dev/shm", "/dev/mqueue", "/proc", "/sys", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf",
    };

    public static List<Change> Without(IReadOnlyList<Change> changes)
    {
        var made = changes.Where(static c => c.Kind == ChangeKind.Added && Places.Contains(c.Path)).ToHashSet();
        var rest = changes.Where(c => !made.Contains(c)).ToList();
        // A directory that changed by nothing else did not change.
        foreach (string above in made.Select(static c => c.Path[..c.Path.LastIndexOf('/')]).Where(static p => p.Length > 0).Distinct())
            if (!rest.Exists(c => c.Path.StartsWith($"{above}/", StringComparison.Ordinal)))
                rest.RemoveAll(c => c.Kind == ChangeKind.Changed && c.Path == above);
        return rest;
    }
}
