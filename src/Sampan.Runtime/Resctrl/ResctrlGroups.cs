using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>
/// The directories of resctrl that a container's process is put into: runtime-spec 1.3, config-linux.md, "IntelRdt"; and
/// <see href="https://docs.kernel.org/filesystems/resctrl.html">Documentation/filesystems/resctrl.rst</see>.
/// </summary>
public sealed class ResctrlGroups
{
    private const string Field = "linux.intelRdt";

    private readonly LinuxIntelRdt _rdt;
    private readonly string _root, _class;
    private readonly string? _monitor;
    private readonly bool _isThere;
    private readonly List<string> _made = [];

    /// <param name="root">Where resctrl is mounted.</param>
    public ResctrlGroups(LinuxIntelRdt rdt, string id, string root)
    {
        (_rdt, _root) = (rdt, root);
        (_class, _monitor) = (ResctrlSteps.Class(rdt, id, root), ResctrlSteps.Monitor(rdt, id, root));
        _isThere = Exists(_class);
    }

    /// <summary>Where resctrl is mounted, which is its own place nearly always; null: nowhere.</summary>
    public static string? Mounted()
    {
        const string usual = "/sys/fs/resctrl";
        return Sys.FileSystemType(usual) == FileSystemMagic.RDTGROUP_SUPER_MAGIC ? usual : MountTable.Of("self").Find(static mount => mount.Type == "resctrl")?.Point;
    }

    /// <summary>null: the specification asks for none.</summary>
    /// <exception cref="SampanException">It does, and resctrl is mounted nowhere.</exception>
    public static ResctrlGroups? Of(LinuxIntelRdt? rdt, string id, string? mounted) => rdt is null ? null : new(rdt, id, ResctrlSteps.Root(mounted));

    /// <summary>What goes with the container: a class that is named after it and was not there, and its monitoring group, first. Belongs into the state before <see cref="Make"/>.</summary>
    public List<string> Own
    {
        get
        {
            List<string> own = _monitor is null ? [] : [_monitor];
            if (string.IsNullOrEmpty(_rdt.ClosID) && !_isThere)
                own.Add(_class);
            return own;
        }
    }

    /// <summary>Makes what is missing, and writes the schemata.</summary>
    /// <exception cref="SampanException">A class that should be there and is not, or has other shares; or the kernel's refusal, in its own words. Nothing that was made is left.</exception>
    public void Make()
    {
        try
        {
            string schemata = Schemata();
            bool named = !string.IsNullOrEmpty(_rdt.ClosID);
            if (named && !_isThere && schemata.Length == 0)
                throw new SampanException(ErrorKind.NotFound, $"{Field}.closID: there is no class \"{_rdt.ClosID}\" in {_root}, and without a schema none is made");
            if (named && _isThere)
                Compare(SmallFile.Read($"{_class}/schemata"));
            if (!_isThere)
                MakeDirectory(_class, Field);
            Write(schemata);
            if (_monitor is not null)
                MakeDirectory(_monitor, $"{Field}.enableMonitoring");
        }
        catch
        {
            Undo();
            throw;
        }
    }

    /// <summary>Gives a class that is there other shares.</summary>
    public void Change() => Write(Schemata());

    /// <summary>Puts a process in, and with it those that it will make.</summary>
    public void Enter(int pid)
    {
        foreach (string? directory in (string?[])[_class, _monitor])
        {
            if (directory is not null)
                Try(() => SmallFile.Write($"{directory}/tasks", $"{pid}"), Field);
        }
    }

    /// <summary>Removes what <see cref="Make"/> has made, a class by another name too: after a failure the host is as it was.</summary>
    public void Undo() => Remove([.. _made.AsEnumerable().Reverse()]);

    /// <summary>Removes groups; those that are gone are no error. The kernel puts a process that is left in one into the class above.</summary>
    public static void Remove(List<string>? directories)
    {
        foreach (string directory in directories ?? [])
        {
            nint result = Sys.Unlinkat(At.AT_FDCWD, directory, At.AT_REMOVEDIR);
            if (result != -(nint)Errno.ENOENT)
                LinuxException.Check(result, "rmdir", directory);
        }
    }

    private void Write(string schemata)
    {
        if (schemata.Length > 0)
            Try(() => SmallFile.Write($"{_class}/schemata", schemata), Field);
    }

    private string Schemata()
    {
        var lines = new List<string>();
        foreach (string? line in (List<string?>)[_rdt.L3CacheSchema, _rdt.MemBwSchema, .. _rdt.Schemata ?? []])
        {
            if (!string.IsNullOrEmpty(line))
                lines.Add(line + "\n");
        }
        return string.Concat(lines);
    }

    // Others are in the class: who expects other shares than it has must not change theirs.
    private void Compare(string present)
    {
        foreach (var (schema, field) in ((string?, string)[])[(_rdt.L3CacheSchema, "l3CacheSchema"), (_rdt.MemBwSchema, "memBwSchema")])
        {
            if (!string.IsNullOrEmpty(schema) && !Schema.Holds(present, schema))
                throw new SampanException(ErrorKind.Conflict, $"{Field}.{field}: \"{schema}\" is not what the class \"{_rdt.ClosID}\" has: {string.Join(", ", present.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))}");
        }
    }

    private void MakeDirectory(string directory, string field)
    {
        Try(() => LinuxException.Check(Sys.Mkdirat(At.AT_FDCWD, directory, 0x1ED), "mkdir", directory), field);
        _made.Add(directory);
    }

    private void Try(Action action, string field)
    {
        try
        {
            action();
        }
        catch (LinuxException e)
        {
            string? words = SmallFile.ReadIfExists($"{_root}/info/last_cmd_status")?.Trim();
            throw new SampanException(e.Kind, $"{field}: {e.Message}{(words is null or "" or "ok" ? "" : $" ({words})")}", e);
        }
    }

    private static bool Exists(string directory) => Sys.Statx(At.AT_FDCWD, directory, out _) >= 0;

    /// <summary>Lines of a schemata file, such as <c>L3:0=7ff;1=7ff</c>.</summary>
    private static class Schema
    {
        /// <summary>Whether a line of <paramref name="present"/> gives each cache the share that <paramref name="wanted"/> names, in whatever order and with whatever zeros before it.</summary>
        public static bool Holds(string present, string wanted)
        {
            var (name, shares) = Parse(wanted);
            foreach (string line in present.Split('\n'))
            {
                var (other, has) = Parse(line);
                if (other == name)
                    return shares.TrueForAll(has.Contains);
            }
            return false;
        }

        private static (string Name, List<(string Cache, string Share)> Shares) Parse(string line)
        {
            int colon = line.IndexOf(':');
            if (colon < 0)
                return ("", []);
            var shares = new List<(string, string)>();
            foreach (string share in line[(colon + 1)..].Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                int equals = share.IndexOf('=');
                shares.Add((Number(share[..Math.Max(0, equals)]), Number(share[(equals + 1)..])));
            }
            return (line[..colon].Trim(), shares);
        }

        private static string Number(string text) => text.Trim().TrimStart('0').ToLowerInvariant();
    }
}
