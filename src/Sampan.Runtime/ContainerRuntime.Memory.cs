using Sampan.Cgroups;

namespace Sampan.Runtime;

public sealed partial class ContainerRuntime
{
    /// <summary>Whether the kernel killed a process of the container for lack of memory. Known until <see cref="Delete"/>, ended or not.</summary>
    public bool OomKilled(string id)
        => StateDirectory.Open(Root, id).Read()?.CgroupPaths is { Count: > 0 } paths && Cgroup.Open(paths).OomKilled;
}
