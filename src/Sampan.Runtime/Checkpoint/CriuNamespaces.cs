using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>Namespaces that a container was given by path: others than CRIU's to save, and to be joined again.</summary>
internal static class CriuNamespaces
{
    /// <summary>A dump's <c>external</c> entries: <c>net[INODE]:NAME</c>.</summary>
    public static List<string> External(Spec spec, Criu criu, int pid)
    {
        var external = new List<string>();
        foreach (var ns in ByPath(spec))
        {
            if (Inherited(ns.Type!, criu) is not var (type, name))
                continue;
            string path = $"/proc/{pid}/ns/{type}";
            LinuxException.Check(Sys.Statx(At.AT_FDCWD, path, out var stat, flags: 0), "stat", path);
            external.Add($"{type}[{stat.stx_ino}]:{name}");
        }
        return external;
    }

    /// <summary>Tells a restore which namespaces to join.</summary>
    /// <param name="inherited">Gets the name and the descriptor of each that CRIU inherits.</param>
    /// <param name="joined">Gets the type and the path of the others.</param>
    public static void Rejoin(Spec spec, Criu criu, List<(string Name, FileFd File)> inherited, List<(string Type, string Path)> joined)
    {
        foreach (var ns in ByPath(spec))
        {
            if (Inherited(ns.Type!, criu) is var (_, name))
                inherited.Add((name, Open.File(ns.Path!, OpenFlags.O_RDONLY)));
            else if (ns.Type == "cgroup")
                throw new SampanException(ErrorKind.Unsupported, "linux.namespaces: criu cannot restore a container into a cgroup namespace given by path");
            else
                joined.Add((ns.Type == "mount" ? "mnt" : ns.Type!, ns.Path!));
        }
    }

    private static IEnumerable<LinuxNamespace> ByPath(Spec spec) => (spec.Linux?.Namespaces ?? []).Where(static ns => ns.Path is { Length: > 0 });

    // The names are runc's and crun's.
    private static (string Type, string Name)? Inherited(string type, Criu criu)
    {
        if (type == "network")
            criu.RequireVersion(3, 11, "a network namespace given by path");
        else if (type == "pid")
            criu.RequireVersion(3, 15, "a pid namespace given by path");
        return type switch { "network" => ("net", "extRootNetNS"), "pid" => ("pid", "extRootPidNS"), _ => null };
    }
}
