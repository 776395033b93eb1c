using System.Globalization;
using Sampan.Engine;
using Sampan.Oci;

namespace Sampan.Cli.Format;

/// <summary>A line of <c>system df</c>.</summary>
internal sealed class DiskUsageRow(string type, int total, int active, long size, long reclaimable) : OciObject
{
    public static OciObject Heads { get; } = new Headings(("Type", "TYPE"), ("TotalCount", "TOTAL"), ("Active", "ACTIVE"), ("Size", "SIZE"), ("Reclaimable", "RECLAIMABLE"));

    public static List<DiskUsageRow> Of(DiskUsage usage)
    {
        var idle = usage.Containers.Where(static c => !c.Status.IsRunning).ToList();
        var free = usage.Volumes.Where(static v => v.Users == 0).ToList();
        return
        [
            new("Images", usage.Images.Count, usage.Images.Count(static i => i.Containers > 0), usage.LayersSize, usage.UnusedLayersSize),
            new("Containers", usage.Containers.Count, usage.Containers.Count - idle.Count, usage.Containers.Sum(static c => c.Written), idle.Sum(static c => c.Written)),
            new("Local Volumes", usage.Volumes.Count, usage.Volumes.Count - free.Count, usage.Volumes.Sum(static v => v.Size), free.Sum(static v => v.Size)),
        ];
    }

    public override void Map(JsonMap map)
    {
        map.Put("Active", active.ToString(CultureInfo.InvariantCulture));
        map.Put("Reclaimable", size > 0 ? $"{Human.Size(reclaimable)} ({reclaimable * 100 / size}%)" : Human.Size(reclaimable));
        map.Put("Size", Human.Size(size));
        map.Put("TotalCount", total.ToString(CultureInfo.InvariantCulture));
        map.Put("Type", type);
    }
}

/// <summary><c>system df -v</c>.</summary>
internal static class DiskUsageTables
{
    public static void Print(Output output, DiskUsage usage, DateTimeOffset now)
    {
        var images = new Table("REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS");
        foreach (var (image, shared, users) in usage.Images)
            foreach (var name in image.Names.DefaultIfEmpty(null))
            {
                var row = new ImageView(image, name, now, cut: true);
                images.Add(row.Repository, row.Tag, row.Id, row.Since, row.Size, Human.Size(shared), Human.Size(image.Size - shared), users.ToString(CultureInfo.InvariantCulture));
            }
        var containers = new Table("CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "NAMES");
        foreach (var (record, status, written, _) in usage.Containers)
        {
            var row = new ContainerView(record, status, now, cut: true);
            containers.Add(row.Id, row.Image, row.Command, row.LocalVolumes, Human.Size(written), row.RunningFor, row.StatusText, row.Names);
        }
        var volumes = new Table("VOLUME NAME", "LINKS", "SIZE");
        foreach (var (name, users, size) in usage.Volumes)
            volumes.Add(name, users.ToString(CultureInfo.InvariantCulture), Human.Size(size));
        output.Write($"Images space usage:\n\n{images}\nContainers space usage:\n\n{containers}\nLocal Volumes space usage:\n\n{volumes}");
    }
}
