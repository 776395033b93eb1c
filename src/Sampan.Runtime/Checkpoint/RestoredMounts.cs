using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>What takes the place of mounts that came from outside: <see cref="DumpedMounts"/>.</summary>
internal static class RestoredMounts
{
    private static readonly string[] DefaultDevices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"];

    /// <summary>Name to source.</summary>
    /// <param name="rootfs">Where the container's root is for the specification.</param>
    /// <param name="root">Where it is now; links in it are followed as the container's kernel would.</param>
    public static Dictionary<string, string> Sources(Spec spec, HostFacts facts, string rootfs, string root)
    {
        var sources = new Dictionary<string, string>();
        foreach (string device in Devices(spec))
            sources[device] = device;
        bool ownCgroups = spec.Linux?.Namespaces?.Exists(static ns => ns.Type == "cgroup") == true;
        foreach (var mount in spec.Mounts ?? [])
        {
            string destination = RestoreCompiler.Place(mount.Destination!, rootfs);
            var options = MountOptions.Parse(mount);
            if (options.Bind && destination != "/")
            {
                string resolved = Resolve(root, destination);
                // Saved by this runtime it is among the container's own mounts, but another names it as any bind.
                string? inside = RestoreCompiler.Inside(mount.Source!, rootfs);
                sources[destination] = sources[resolved] = inside is null ? mount.Source! : root + Resolve(root, inside);
                if (options.Recursive && inside is null)
                    Below(sources, resolved, mount.Source!.TrimEnd('/'));
            }
            else if (mount.Type is "cgroup" or "cgroup2" && !ownCgroups)
            {
                foreach (var hierarchy in facts.CgroupMounts)
                    sources[facts.CgroupMounts is [{ IsV2: true }] ? destination : $"{destination}/{hierarchy.Name}"] = hierarchy.Directory;
            }
        }
        return sources;
    }

    /// <summary>Devices of the container, those that every one has among them.</summary>
    public static IEnumerable<string> Devices(Spec spec) => [.. DefaultDevices, .. (spec.Linux?.Devices ?? []).ConvertAll(static d => d.Path!)];

    private static void Below(Dictionary<string, string> sources, string destination, string source)
    {
        foreach (var mount in MountTable.Of("thread-self"))
        {
            if (mount.Point.StartsWith(source + "/", StringComparison.Ordinal))
                sources[destination + mount.Point[source.Length..]] = mount.Point;
        }
    }

    private static string Resolve(string root, string path)
    {
        using var top = Open.Path(root, OpenFlags.O_DIRECTORY);
        nint fd = Sys.Openat2(top.Number, path, OpenFlags.O_PATH, ResolveFlags.RESOLVE_IN_ROOT | ResolveFlags.RESOLVE_NO_MAGICLINKS);
        if (fd < 0)
            return path;
        using var file = new FileFd((int)fd);
        string found = Readlink.Text($"/proc/self/fd/{file.Number}");
        return found.StartsWith(root + "/", StringComparison.Ordinal) ? found[root.Length..] : path;
    }
}
