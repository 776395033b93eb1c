namespace Sampan.Cgroups;

/// <summary>Where a <c>linux.cgroupsPath</c> leads in a hierarchy. runtime-spec 1.3, config-linux.md, "Cgroups Path".</summary>
public static class CgroupPath
{
    private const string Field = "linux.cgroupsPath";

    /// <summary>The directory.</summary>
    /// <param name="path">
    /// Absolute: below the hierarchy's mount point. Relative: below this process's own cgroup; on v2 beside it, for a v2 cgroup
    /// with processes in it cannot hand controllers down.
    /// </param>
    /// <exception cref="SampanException">The path is empty, climbs, or names the hierarchy's root.</exception>
    public static string Directory(CgroupHierarchy hierarchy, string path)
    {
        bool absolute = path.StartsWith('/');
        var below = new System.Text.StringBuilder(path.Length + 1);
        foreach (var range in path.AsSpan().Split('/'))
        {
            var name = path.AsSpan()[range];
            if (name is "" or ".")
                continue;
            if (name is "..")
                throw new SampanException(ErrorKind.InvalidArgument, $"{Field}: \"{path}\": a path with \"..\" could leave where it is meant to be");
            // kernfs: names of 255 bytes, and cgroup v1 forbids newlines, which would make a line of /proc/PID/cgroup of their own.
            if (name.Length > 255 || name.ContainsAny('\n', '\0'))
                throw new SampanException(ErrorKind.InvalidArgument, $"{Field}: a name in it is longer than 255 bytes or holds a newline or a NUL");
            below.Append('/').Append(name);
        }
        if (below.Length == 0)
            throw new SampanException(ErrorKind.InvalidArgument, $"{Field}: \"{path}\" names no cgroup of the container's own");
        return (absolute ? hierarchy.MountPoint : RelativeBase(hierarchy)) + below;
    }

    private static string RelativeBase(CgroupHierarchy hierarchy)
    {
        string own = hierarchy.OwnDirectory;
        if (!hierarchy.IsV2 || own.Length <= hierarchy.MountPoint.Length)
            return own;
        return own[..Math.Max(own.LastIndexOf('/'), hierarchy.MountPoint.Length)];
    }
}
