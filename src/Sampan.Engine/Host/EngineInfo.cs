using Sampan.Cgroups;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>This engine and its host, in the shape of Docker's info.</summary>
/// <remarks>See <see href="https://docs.docker.com/reference/api/engine/version/v1.47/#tag/System/operation/SystemInfo">Docker Engine API, SystemInfo</see>.</remarks>
public sealed class EngineInfo : OciObject
{
    public int Containers { get; internal init; }

    public int Running { get; internal init; }

    public int Paused { get; internal init; }

    public int Images { get; internal init; }

    public required string Driver { get; init; }

    /// <summary>Controllers of the host's cgroups, as /proc/cgroups or cgroup.controllers names them.</summary>
    public required string[] Controllers { get; init; }

    public bool UnifiedCgroups { get; internal init; }

    public bool SwapLimit { get; internal init; }

    public required string Kernel { get; init; }

    public required string OperatingSystem { get; init; }

    public required string HostName { get; init; }

    public int Cpus { get; internal init; }

    /// <summary>Bytes.</summary>
    public long Memory { get; internal init; }

    public required string Root { get; init; }

    public required string Runtime { get; init; }

    public required List<string> SecurityOptions { get; init; }

    /// <summary>What of the host is missing, in a line each.</summary>
    public required List<string> Warnings { get; init; }

    /// <summary>Of this program.</summary>
    public required string Version { get; init; }

    public override void Map(JsonMap map)
    {
        map.Put("ID", "");
        Count(map, "Containers", Containers);
        Count(map, "ContainersRunning", Running);
        Count(map, "ContainersPaused", Paused);
        Count(map, "ContainersStopped", Containers - Running - Paused);
        Count(map, "Images", Images);
        map.Put("Driver", Driver);
        map.Part("Plugins", plugins =>
        {
            plugins.List("Volume", ["local"]);
            plugins.List("Network", ["host", "none"]);
            plugins.List("Log", ["local"]);
        });
        Has(map, "MemoryLimit", Controllers.Contains("memory"));
        Has(map, "SwapLimit", SwapLimit);
        Has(map, "CpuCfsPeriod", Controllers.Contains("cpu"));
        Has(map, "CpuCfsQuota", Controllers.Contains("cpu"));
        Has(map, "CPUShares", Controllers.Contains("cpu"));
        Has(map, "CPUSet", Controllers.Contains("cpuset"));
        Has(map, "PidsLimit", Controllers.Contains("pids"));
        map.Put("LoggingDriver", "local");
        map.Put("CgroupDriver", "cgroupfs");
        map.Put("CgroupVersion", UnifiedCgroups ? "2" : "1");
        map.Put("KernelVersion", Kernel);
        map.Put("OperatingSystem", OperatingSystem);
        map.Put("OSType", "linux");
        map.Put("Architecture", "x86_64");
        Count(map, "NCPU", Cpus);
        long? memory = Memory;
        map.Number("MemTotal", ref memory);
        map.Put("DockerRootDir", Root);
        map.Put("Name", HostName);
        map.Put("ServerVersion", Version);
        map.Part("Runtimes", runtimes => runtimes.Part("sampan-runtime", one => one.Put("path", Runtime)));
        map.Put("DefaultRuntime", "sampan-runtime");
        map.List("SecurityOptions", SecurityOptions);
        map.List("Warnings", Warnings);
    }

    private static void Count(JsonMap map, string name, int value) => map.Always(name, ref value);

    private static void Has(JsonMap map, string name, bool value) => map.Always(name, ref value);
}

public sealed partial class ContainerEngine
{
    /// <summary>What of the host is there and what is missing for this engine.</summary>
    public List<HostFinding> CheckHost() => HostCheck.Run(Places);

    /// <param name="version">Of the program that asks.</param>
    /// <param name="problem">Told, in a line each, of containers that cannot be read.</param>
    public EngineInfo Info(string version, Action<string> problem)
    {
        var phases = List(problem).ConvertAll(record => StatusOf(record).Phase);
        var cgroups = CgroupHost.Probe();
        bool unified = cgroups.Mode == CgroupMode.V2;
        var facts = FactProbe.Gather(new HostConfig());
        var security = new List<string> { "name=seccomp,profile=builtin", "name=cgroupns" };
        foreach (string module in (SmallFile.ReadIfExists("/sys/kernel/security/lsm") ?? "").Trim().Split(','))
            if (module is "apparmor" or "selinux")
                security.Insert(0, $"name={module}");
        return new EngineInfo
        {
            Containers = phases.Count, Running = phases.Count(static p => p == ContainerPhase.Running), Paused = phases.Count(static p => p == ContainerPhase.Paused),
            Images = Images.List().Count,
            Driver = Driver(null).Name,
            Controllers = unified ? (SmallFile.ReadIfExists($"{CgroupHost.DefaultMountPoint}/cgroup.controllers") ?? "").Split(' ', '\n') : [.. cgroups.Hierarchies.SelectMany(static h => h.Names)],
            UnifiedCgroups = unified,
            SwapLimit = facts.SwapLimit,
            Kernel = SmallFile.Read("/proc/sys/kernel/osrelease").Trim(),
            OperatingSystem = OperatingSystemName(SmallFile.ReadIfExists("/etc/os-release") ?? SmallFile.ReadIfExists("/usr/lib/os-release") ?? ""),
            HostName = SmallFile.Read("/proc/sys/kernel/hostname").Trim(),
            Cpus = HostCounters.Processors(SmallFile.Read("/proc/stat")).Cpus,
            Memory = (long)HostCounters.Memory(SmallFile.Read("/proc/meminfo")),
            Root = Places.Root,
            Runtime = Places.Runtime,
            SecurityOptions = security,
            Warnings = [.. CheckHost().Where(static f => f.State != HostState.Present).Select(static f => $"{f.Subject}: {f.Detail}")],
            Version = version,
        };
    }

    private static string OperatingSystemName(string release)
    {
        foreach (string line in release.Split('\n'))
            if (line.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
                return line["PRETTY_NAME=".Length..].Trim('"');
        return "Linux";
    }
}
