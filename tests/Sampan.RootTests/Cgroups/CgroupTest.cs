using Sampan.Cgroups;
using Sampan.Linux;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Cgroups;

/// <summary>Tests of Sampan.Cgroups on the real file system, with shells as the processes. Cgroups are named after the test and removed.</summary>
public abstract class CgroupTest : RootTest
{
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly List<Cgroup> _cgroups = [];

    internal CgroupHost Probed { get; } = CgroupHost.Probe();

    /// <summary>The device rules of a container by default, as far as a shell needs them.</summary>
    internal static List<LinuxDeviceCgroup> Devices => [Allow(1, 3), Allow(1, 5), Allow(1, 9), Allow(5, 0)];

    internal static LinuxDeviceCgroup Allow(long major, long minor) => new() { Allow = true, Type = "c", Major = major, Minor = minor, Access = "rwm" };

    internal Cgroup Create(LinuxResources? resources = null, CgroupScope scope = CgroupScope.Needed, string name = "", CgroupHost? host = null)
    {
        resources ??= new LinuxResources();
        resources.Devices ??= Devices;
        var cgroup = Cgroup.Create(host ?? Probed, $"/{Token}{name}", resources, scope);
        _cgroups.Add(cgroup);
        return cgroup;
    }

    /// <summary>A shell that has put itself into the cgroup, by the very writes that a launcher's child makes, and then runs <paramref name="script"/>.</summary>
    internal Child Shell(Cgroup cgroup, string script)
    {
        using var join = cgroup.OpenJoin();
        var enter = join.TasksPaths.Select(path => $"echo 0 > {path}").ToList();
        if (cgroup.Unified is { } unified)
            enter.Add($"echo 0 > {unified}/cgroup.procs");
        return Keep(Child.Start("/bin/sh", ["-ec", $"{string.Join('\n', enter)}\n{script}"], HostEnvironment));
    }

    internal static string Read(Cgroup cgroup, string controller, string file) => File.ReadAllText(System.IO.Path.Combine(cgroup.DirectoryOf(controller)!, file)).Trim();

    protected override void CleanUp()
    {
        foreach (var cgroup in _cgroups)
        {
            cgroup.KillAll(Signal.SIGKILL);
            cgroup.Remove(Soon);
        }
    }
}
