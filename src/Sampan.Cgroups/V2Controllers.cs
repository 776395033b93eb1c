using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>
/// A v2 cgroup has a controller's files only when every cgroup above hands it down:
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v2.html#enabling-and-disabling">Documentation/admin-guide/cgroup-v2.rst, "Enabling and Disabling"</see>.
/// </summary>
internal static class V2Controllers
{
    /// <summary>Makes the cgroups above <paramref name="directory"/> and has each hand down all the controllers it has.</summary>
    /// <exception cref="SampanException">A limit's controller is missing, or cannot be handed down.</exception>
    public static void MakeParents(string root, string directory, List<CgroupWrite> writes, List<string> made)
    {
        // To the last slash: the name after it is the container's own cgroup, a leaf, since processes live in it.
        for (int end = root.Length; end >= 0; end = directory.IndexOf('/', end + 1))
        {
            string ancestor = directory[..end];
            if (end > root.Length)
                CgroupFiles.Make(ancestor, made);
            HandDown(ancestor, writes);
        }
    }

    private static void HandDown(string directory, List<CgroupWrite> writes)
    {
        string available = CgroupFiles.Read(directory, "cgroup.controllers") ?? "", enabled = CgroupFiles.Read(directory, "cgroup.subtree_control") ?? "";
        foreach (var write in writes)
            if (write.Controller != "cgroup" && !Has(available, write.Controller))
                throw new SampanException(ErrorKind.Unsupported, directory == CgroupHost.DefaultMountPoint
                    ? $"{write.Field}: this host's cgroups have no {write.Controller} controller"
                    : $"{write.Field}: the cgroup {directory} was not given the {write.Controller} controller");
        var missing = new List<string>();
        foreach (var range in available.AsSpan().TrimEnd().Split(' '))
            if (available[range] is { Length: > 0 } name && !Has(enabled, name.Trim()))
                missing.Add($"+{name.Trim()}");
        if (missing.Count == 0)
            return;
        string path = $"{directory}/cgroup.subtree_control";
        if (Write(path, string.Join(' ', missing)) >= 0)
            return;
        // One that refuses refuses them all; and only those that a limit needs matter.
        foreach (string controller in missing)
            if (Write(path, controller) is var result && result < 0)
                foreach (var write in writes)
                    if (write.Controller == controller[1..])
                        throw Refused(directory, write, (Errno)(-result));
    }

    private static SampanException Refused(string directory, CgroupWrite write, Errno errno) => errno == Errno.EBUSY
        // "No Internal Process Constraint" of the same document.
        ? new(ErrorKind.Conflict, $"{write.Field}: the cgroup {directory} cannot hand the {write.Controller} controller down while processes are in it itself")
        : new(ErrorKind.PermissionDenied, $"{write.Field}: the cgroup {directory} cannot hand the {write.Controller} controller down: {errno.Describe()}");

    private static bool Has(string list, string controller)
    {
        foreach (var range in list.AsSpan().Split(' '))
            if (list.AsSpan()[range].Trim().SequenceEqual(controller))
                return true;
        return false;
    }

    private static nint Write(string path, string text)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_WRONLY);
        if (fd < 0)
            return fd;
        using var file = new FileFd((int)fd);
        return Sys.Write(file.Number, System.Text.Encoding.UTF8.GetBytes(text));
    }
}
