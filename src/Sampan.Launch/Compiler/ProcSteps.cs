using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>
/// What is written to procfs while the host's own is in sight: nothing an image plants at /proc can receive it.
/// </summary>
internal static class ProcSteps
{
    public static void WriteHostProc(Compilation c)
    {
        foreach (var (name, value) in c.Linux.Sysctl ?? [])
        {
            c.Child.For($"linux.sysctl[\"{name}\"]", name);
            CheckNamespaced(c, name);
            c.WriteProc("sys/" + SysctlPath(name), value);
        }
    }

    // sysctl(8): with a slash as the first separator, dots belong to the names (net/ipv4/conf/eth0.1/forwarding).
    private static string SysctlPath(string name)
    {
        int first = name.AsSpan().IndexOfAny('.', '/');
        return first >= 0 && name[first] == '/' ? name : name.Replace('.', '/');
    }

    // Only what the container's own namespaces hold: anything else would change the host.
    private static void CheckNamespaced(Compilation c, string name)
    {
        string field = $"linux.sysctl[\"{name}\"]";
        string path = SysctlPath(name);
        if (path.Contains("..", StringComparison.Ordinal) || path.StartsWith('/'))
            throw Compilation.Invalid(field, "is not the name of a sysctl");
        string? type = path switch
        {
            _ when path.StartsWith("net/", StringComparison.Ordinal) => "network",
            "kernel/domainname" or "kernel/hostname" => "uts",
            "kernel/msgmax" or "kernel/msgmnb" or "kernel/msgmni" or "kernel/sem" or "kernel/shmall" or "kernel/shmmax" or "kernel/shmmni" or "kernel/shm_rmid_forced" => "ipc",
            _ when path.StartsWith("fs/mqueue/", StringComparison.Ordinal) => "ipc",
            _ when path.StartsWith("user/", StringComparison.Ordinal) => "user",
            _ => null,
        };
        if (type is null)
            throw Compilation.Invalid(field, "belongs to the whole host, not to a namespace");
        if (path == "kernel/hostname")
            throw Compilation.Invalid(field, "set hostname instead");
        if ((c.Linux.Namespaces ?? []).All(ns => ns.Type != type) || c.Facts.OwnNamespaces.Contains(type))
            throw Compilation.Invalid(field, $"needs a {type} namespace other than the host's, or the host would be changed");
    }
}
