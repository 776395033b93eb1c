
using Sampan.Cgroups;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.Runtime;

namespace Sampan.Engine;

/// <summary>A container whose processes stand still until this is disposed.</summary>
internal sealed class PausedContainer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Cgroup _cgroup;

    private PausedContainer(Cgroup cgroup) => _cgroup = cgroup;

    /// <returns>null: the container's cgroup has no freezer, or is gone.</returns>
    public static PausedContainer? Freeze(Places places, ContainerRecord record)
    {
        if (SmallFile.BytesIfExists($"{places.RuntimeState}/{record.Id}/state.json", JsonReading.Limit) is not { } json)
            return null;
        var paths = JsonReading.Read<ContainerState>(json).CgroupPaths ?? [];
        if (!paths.ContainsKey("freezer") && !paths.ContainsKey(""))
            return null;
        var cgroup = Cgroup.Open(paths);
        var paused = new PausedContainer(cgroup);
        try
        {
            cgroup.Freeze(Patience);
            return paused;
        }
        catch
        {
            paused.Dispose();
            throw;
        }
    }

    public void Dispose() => _cgroup.Thaw();
}
