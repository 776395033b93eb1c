using System.Globalization;
using Sampan.Linux;

namespace Sampan.RootTests.Harness;

/// <summary>
/// What a container can leave behind on a host, at one moment: named sets, each holding descriptions. Two snapshots are compared
/// set by set.
/// </summary>
internal sealed class HostSnapshot
{
    private readonly Dictionary<string, List<string>> _sets = [];

    public static HostSnapshot Take()
    {
        var snapshot = new HostSnapshot();
        snapshot.Add("mount", Mounts());
        snapshot.Add("cgroup", Cgroups());
        snapshot.Add("process", Descendants());
        snapshot.Add("namespace", Namespaces());
        snapshot.Add("network link", Directory.GetDirectories("/sys/class/net").Select(d => Path.GetFileName(d)!));
        snapshot.Add("file descriptor", OwnDescriptors());
        snapshot.Add("SysV IPC object", SysVIpc());
        snapshot.Add("temporary file", TemporaryFiles());
        snapshot.Add("host setting", Settings());
        return snapshot;
    }

    /// <summary>What is in <paramref name="after"/> and was not here, as "kind: thing".</summary>
    public IEnumerable<string> NewIn(HostSnapshot after) => Difference(_sets, after._sets, "left behind");

    /// <summary>What was here and is not in <paramref name="after"/>, where a loss is damage: the host's own mounts, devices, links, settings.</summary>
    public IEnumerable<string> LostIn(HostSnapshot after)
        => Difference(after._sets, _sets, "lost").Where(l => !l.StartsWith("process ", StringComparison.Ordinal) && !l.StartsWith("temporary", StringComparison.Ordinal)
            && !l.StartsWith("file desc", StringComparison.Ordinal) && !l.StartsWith("cgroup", StringComparison.Ordinal));

    private void Add(string kind, IEnumerable<string> things) => _sets.Add(kind, [.. things]);

    private static IEnumerable<string> Difference(Dictionary<string, List<string>> less, Dictionary<string, List<string>> more, string verb)
    {
        foreach (var (kind, things) in more)
        {
            var left = new List<string>(less[kind]);
            foreach (string thing in things)
            {
                if (!left.Remove(thing))
                    yield return $"{kind} {verb}: {thing}";
            }
        }
    }

    // mountinfo(5) without the mount and parent ids, which a remount elsewhere may change, and without cgroup2's own options: it has one super block,
    // and CRIU, which mounts it with none, takes nsdelegate away from everybody.
    private static IEnumerable<string> Mounts()
        => File.ReadLines("/proc/self/mountinfo").Select(l => string.Join(' ', l.Split(' ').Skip(2)))
            .Select(l => l.Contains(" - cgroup2 ", StringComparison.Ordinal) ? l[..l.LastIndexOf(' ')] : l);

    private static IEnumerable<string> Cgroups()
    {
        foreach (string mountPoint in Machine.CgroupMounts)
        {
            // A service manager makes and removes its units' groups as it pleases. The parent of the engine's containers stays, as Docker's does.
            foreach (string group in Walk(mountPoint))
            {
                if (!group.EndsWith("/sampan", StringComparison.Ordinal) && !group.EndsWith(".service", StringComparison.Ordinal) && !group.EndsWith(".slice", StringComparison.Ordinal) && !group.EndsWith(".mount", StringComparison.Ordinal))
                    yield return group;
            }
        }

        static IEnumerable<string> Walk(string directory)
        {
            string[] children;
            try { children = Directory.GetDirectories(directory); }
            catch (DirectoryNotFoundException) { yield break; }        // gone meanwhile
            foreach (string child in children)
            {
                yield return child;
                foreach (string below in Walk(child))
                    yield return below;
            }
        }
    }

    /// <summary>Everything below this process, zombies included: orphans come to it since it is a subreaper.</summary>
    private static IEnumerable<string> Descendants()
    {
        var parents = new Dictionary<int, (int Parent, string Description)>();
        foreach (string directory in Directory.GetDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
                continue;
            try
            {
                // proc_pid_stat(5): pid (comm) state ppid; comm may hold anything.
                string stat = File.ReadAllText($"/proc/{pid}/stat");
                string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                string comm = stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')];
                parents[pid] = (int.Parse(fields[1], CultureInfo.InvariantCulture), $"{pid} {comm}{(fields[0] == "Z" ? " (zombie)" : "")}");
            }
            catch (IOException) { continue; }                         // it ended meanwhile
            catch (UnauthorizedAccessException) { continue; }
        }
        foreach (var (pid, (_, description)) in parents)
        {
            int at = pid;
            while (at != Environment.ProcessId && parents.TryGetValue(at, out var next))
                at = next.Parent;
            if (at == Environment.ProcessId && pid != Environment.ProcessId)
                yield return description;
        }
    }

    /// <summary>
    /// A namespace lives by its processes (counted above), by mounts, by descriptors. Here are the mounted ones, the pinned ones of
    /// ip-netns(8), and our own, which nothing may have changed.
    /// </summary>
    private static IEnumerable<string> Namespaces()
    {
        foreach (string link in Directory.GetFiles("/proc/self/ns"))
            yield return $"own {Machine.ReadLink(link)}";
        foreach (string line in File.ReadLines("/proc/self/mountinfo"))
        {
            if (line.Contains(" - nsfs ", StringComparison.Ordinal))
                yield return line.Split(' ')[3];
        }
        if (Directory.Exists("/run/netns"))
        {
            foreach (string file in Directory.GetFiles("/run/netns"))
                yield return file;
        }
    }

    private static IEnumerable<string> OwnDescriptors()
    {
        foreach (string path in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            string target = Machine.ReadLink(path);
            // The runtime and the test framework open assemblies and files of code when they need them.
            if (target.Length > 0 && !target.StartsWith("/proc/", StringComparison.Ordinal) && !target.EndsWith(".dll", StringComparison.Ordinal) && !target.EndsWith(".pdb", StringComparison.Ordinal)
                && !target.EndsWith(".so", StringComparison.Ordinal) && !target.StartsWith("/memfd:", StringComparison.Ordinal) && !target.StartsWith("anon_inode:", StringComparison.Ordinal))
                yield return target;
        }
    }

    private static IEnumerable<string> SysVIpc()
    {
        foreach (string kind in new[] { "msg", "sem", "shm" })
        {
            foreach (string line in File.ReadLines($"/proc/sysvipc/{kind}").Skip(1))
                yield return $"{kind} {line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]}";
        }
    }

    private static IEnumerable<string> TemporaryFiles()
        => new[] { "/tmp", "/var/tmp", "/dev/shm", "/run", "/var/lib", "/" }.Where(Directory.Exists).SelectMany(Directory.GetFileSystemEntries)
            .Where(f => f != "/run/criu.kdat")    // what CRIU has found out about this kernel, for whoever uses it next
            .Where(f => !Path.GetFileName(f).StartsWith($"srt{Environment.ProcessId}", StringComparison.Ordinal))    // the harness's own
            .Where(f => !Path.GetFileName(f).StartsWith("dotnet-diagnostic-", StringComparison.Ordinal) && !Path.GetFileName(f).StartsWith("clr-debug-pipe-", StringComparison.Ordinal));

    /// <summary>What a container that is not kept apart would change.</summary>
    private static IEnumerable<string> Settings()
    {
        yield return "hostname " + File.ReadAllText("/proc/sys/kernel/hostname").Trim();
        yield return "domainname " + File.ReadAllText("/proc/sys/kernel/domainname").Trim();
        yield return "ip_forward " + (File.Exists("/proc/sys/net/ipv4/ip_forward") ? File.ReadAllText("/proc/sys/net/ipv4/ip_forward").Trim() : "-");
        yield return "own cgroups " + File.ReadAllText("/proc/self/cgroup").Replace('\n', ' ');
        foreach (string device in Directory.GetFileSystemEntries("/dev"))
            yield return device;
    }
}
