using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;
using Xunit;

namespace Sampan.Launch.Tests.Plans;

/// <summary>Specifications that no plan is made of: the message names the field.</summary>
public class RefusalTests
{
    private static string Refusal(Action<Spec> change, HostFacts? host = null)
    {
        var spec = Specs.Small("mount");
        change(spec);
        return Assert.Throws<SampanException>(() => Specs.Compile(spec, host)).Message;
    }

    [Fact]
    public void Nothing_to_run() => Assert.Equal("process.args: must not be empty", Refusal(static s => s.Process!.Args = []));

    [Fact]
    public void Every_fault_is_told_at_once()
        => Assert.Equal("root: missing; process.args: must not be empty; process.cwd: \"\" is not an absolute path", Refusal(static s => (s.Root, s.Process!.Args, s.Process.Cwd) = (null, null, "")));

    [Fact]
    public void A_relative_working_directory() => Assert.Equal("process.cwd: \"work\" is not an absolute path", Refusal(static s => s.Process!.Cwd = "work"));

    [Fact]
    public void A_mount_with_an_id_that_is_not_mapped()
        => Assert.Equal("mounts[0].options: \"gid=5\": 5 is not mapped by linux.gidMappings", Refusal(static s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = s.Linux.GidMappings = [new LinuxIdMapping { HostID = 1000, Size = 1 }];
            s.Mounts = [new() { Destination = "/dev/pts", Type = "devpts", Options = ["gid=5"] }];
        }));

    [Fact]
    public void An_ordinary_user_without_a_user_namespace()
        => Assert.Equal("linux.namespaces: rootless container requires user namespaces", Refusal(static s => { }, new HostFacts { Capabilities = 0 }));

    [Fact]
    public void A_namespace_twice() => Assert.StartsWith("linux.namespaces[1].type: mount is there twice", Refusal(static s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "mount" })));

    [Fact]
    public void A_namespace_that_is_none() => Assert.StartsWith("linux.namespaces[1].type: \"net\" is not a namespace", Refusal(static s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "net" })));

    [Fact]
    public void A_user_namespace_without_maps() => Assert.StartsWith("linux.uidMappings, linux.gidMappings:", Refusal(static s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" })));

    [Theory]
    [InlineData("eth0", "a234567890123456", "linux.netDevices.eth0.name: \"a234567890123456\" is not a name")]
    [InlineData("eth0", "a/b", "linux.netDevices.eth0.name: \"a/b\" is not a name")]
    [InlineData("eth0", "a b", "linux.netDevices.eth0.name: \"a b\" is not a name")]
    [InlineData("eth0", "eth%s", "linux.netDevices.eth0.name: \"eth%s\" is not a name")]
    [InlineData("eth0", "%d%d", "linux.netDevices.eth0.name: \"%d%d\" is not a name")]
    [InlineData("..", null, "linux.netDevices...: \"..\" is not a name")]
    [InlineData("", null, "linux.netDevices.: \"\" is not a name")]
    [InlineData("eth0", "eth1", "linux.netDevices.eth1: eth0 is to be called eth1 as well")]
    public void A_network_device_by_a_bad_name(string name, string? inside, string why)
        => Assert.StartsWith(why, Refusal(s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "network" });
            s.Linux.NetDevices = new() { [name] = new LinuxNetDevice { Name = inside }, ["eth1"] = new LinuxNetDevice() };
        }));

    [Fact]
    public void A_network_device_without_a_namespace()
        => Assert.Equal("linux.netDevices: need a network namespace", Refusal(static s => s.Linux!.NetDevices = new() { ["eth0"] = new LinuxNetDevice() }));

    [Theory]
    [InlineData("kernel.core_pattern", "belongs to the whole host")]
    [InlineData("net.ipv4.ip_forward", "needs a network namespace")]
    [InlineData("kernel.shmmax", "needs a ipc namespace")]
    [InlineData("net/../kernel/core_pattern", "is not the name of a sysctl")]
    public void A_sysctl_of_the_host(string name, string why) => Assert.Contains(why, Refusal(s => s.Linux!.Sysctl = new() { [name] = "x" }));

    [Fact]
    public void A_sysctl_of_a_namespace_that_is_the_launchers_own()
        => Assert.Contains("needs a network namespace", Refusal(static s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "network", Path = "/proc/1/ns/net" });
            s.Linux.Sysctl = new() { ["net.ipv4.ip_forward"] = "1" };
        }, new HostFacts { OwnNamespaces = ["network"] }));

    [Fact]
    public void A_flag_of_a_filter_that_the_kernel_is_too_old_for()
        => Assert.Equal("linux.seccomp.flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs Linux 5.19 or newer, this is 5.14",
            Refusal(static s => s.Linux!.Seccomp = Specs.Notifying("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"), new HostFacts { Kernel = new Version(5, 14) }));

    [Fact]
    public void A_hostname_without_a_namespace_of_its_own() => Assert.StartsWith("hostname: needs a uts namespace", Refusal(static s => s.Hostname = "x"));

    [Theory]
    [InlineData("/proc/sys")]
    [InlineData("/proc/self/attr")]
    [InlineData("/proc//../proc/sys/kernel")]
    [InlineData("/bundle/rootfs/proc/sys")] // the host's path of the same place
    [InlineData("/bundle/rootfs/srv/..//proc/sys")]
    public void A_mount_that_would_fake_procfs(string destination)
        => Assert.Contains("inside /proc", Refusal(s => s.Mounts = [new() { Destination = destination, Type = "tmpfs" }]));

    [Fact]
    public void A_tmpfs_as_proc()
    {
        foreach (string proc in (string[])["/proc", "/bundle/rootfs/proc"])
            Assert.Contains("/proc can only be a proc file system", Refusal(s => s.Mounts = [new() { Destination = proc, Type = "tmpfs" }]));
    }

    [Fact]
    public void A_copy_into_what_is_no_tmpfs()
        => Assert.Equal("mounts[0]: tmpcopyup is for a tmpfs alone", Refusal(static s => s.Mounts = [new() { Destination = "/d", Type = "ramfs", Options = ["tmpcopyup"] }]));

    [Theory]
    [InlineData("bind", "idmap", "mounts[0].options: idmap: needs uidMappings and gidMappings, or a user namespace of the container")]
    [InlineData("tmpfs", "idmap", "mounts[0]: only a bind mount can be id-mapped")]
    public void A_mount_option_that_means_nothing_here(string type, string option, string message)
        => Assert.StartsWith(message, Refusal(s => s.Mounts = [new() { Destination = "/d", Source = "/srv", Type = type, Options = [option] }]));

    [Fact]
    public void An_id_mapping_for_users_alone()
        => Assert.Equal("mounts[0].gidMappings: an id-mapped mount has both uidMappings and gidMappings",
            Refusal(static s => s.Mounts = [new() { Destination = "/d", Source = "/srv", Type = "bind", UidMappings = [new LinuxIdMapping { Size = 1 }] }]));

    [Fact]
    public void A_source_that_is_not_there()
        => Assert.Equal("mounts[0].source: /nowhere: no such file or directory", Refusal(static s => s.Mounts = [new() { Destination = "/d", Type = "bind", Source = "/nowhere" }]));

    [Fact]
    public void A_limit_that_the_machine_forbids()
    {
        var host = new HostFacts { Capabilities = Specs.Without(Capability.CAP_SYS_RESOURCE), Limits = new Dictionary<int, rlimit64> { [7] = new rlimit64 { rlim_cur = 1024, rlim_max = 4096 } } };
        Assert.Equal("process.rlimits[0]: RLIMIT_NOFILE: this machine allows at most 4096, and raising it needs CAP_SYS_RESOURCE",
            Refusal(static s => s.Process!.Rlimits = [new PosixRlimit { Type = "RLIMIT_NOFILE", Soft = 1, Hard = 5000 }], host));
    }

    [Fact]
    public void A_user_that_is_not_mapped() => Assert.Equal("process.user.additionalGids[1]: 65536 is not mapped by linux.gidMappings", Refusal(static s =>
    {
        s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
        s.Linux.UidMappings = s.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        s.Process!.User = new User { Uid = 65535, AdditionalGids = [5, 65536] };
    }));

    [Theory]
    [InlineData(0u, 1u, 4294967295u, "linux.uidMappings[0]: 4294967295 ids from 1 go past the last, 4294967294")]
    [InlineData(4294967295u, 0u, 1u, "linux.uidMappings[0]: 1 ids from 4294967295 go past the last, 4294967294")]
    [InlineData(0u, 0u, 0u, "linux.uidMappings[0].size: must not be 0")]
    [InlineData(1u, 1u, 10u, "linux.uidMappings: 0 is not mapped, and it is root of the namespace who makes the container")]
    public void Maps_at_the_edges_of_the_ids(uint inside, uint outside, uint size, string message)
        => Assert.Equal(message, Refusal(s => Map(s, new LinuxIdMapping { ContainerID = inside, HostID = outside, Size = size })));

    [Fact]
    public void All_ids_can_be_mapped()
    {
        var spec = Specs.Small("mount");
        Map(spec, new LinuxIdMapping { Size = uint.MaxValue });
        spec.Process!.User = new User { Uid = uint.MaxValue - 1 };
        Specs.Compile(spec);
    }

    /// <summary>CVE-2021-43784: their length overflowed in another runtime's message to itself.</summary>
    [Fact]
    public void More_mappings_than_the_kernel_takes()
        => Assert.Equal("linux.uidMappings: 6000 mappings, the kernel takes at most 340",
            Refusal(static s => Map(s, [.. Enumerable.Range(0, 6000).Select(static i => new LinuxIdMapping { ContainerID = (uint)i, HostID = (uint)i, Size = 1 })])));

    private static void Map(Spec spec, params LinuxIdMapping[] uids)
    {
        spec.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
        (spec.Linux.UidMappings, spec.Linux.GidMappings) = ([.. uids], [new LinuxIdMapping { Size = 1 }]);
    }

    [Theory]
    [InlineData("CAP_CHOWN", "CAP_NOTHING", "process.capabilities.bounding: CAP_NOTHING: no known capability, left out")]
    [InlineData("CAP_CHOWN", "CHOWN", "process.capabilities.bounding: CHOWN: no known capability, left out")]
    [InlineData("CAP_CHOWN", "CAP_SYS_TIME", "process.capabilities.bounding: CAP_SYS_TIME: not to be had here, left out")]
    [InlineData("CAP_CHOWN", "CAP_BPF", "process.capabilities.bounding: CAP_BPF: not to be had here, left out")] // newer than the kernel
    public void A_capability_that_cannot_be_given_is_left_out_with_a_warning(string given, string missing, string warning)
    {
        var spec = Specs.Small("mount");
        spec.Process!.Capabilities = new LinuxCapabilities { Bounding = [given, missing], Permitted = [given], Effective = [given] };
        var plan = Specs.Compile(spec, new HostFacts { LastCapability = (int)Capability.CAP_AUDIT_READ, Capabilities = ~(1UL << (int)Capability.CAP_SYS_TIME) });
        Assert.Equal([warning], plan.Warnings);
    }

    [Fact]
    public void So_is_one_that_another_set_does_not_allow()
    {
        var spec = Specs.Small("mount");
        spec.Process!.Capabilities = new LinuxCapabilities
        {
            Bounding = ["CAP_CHOWN"], Permitted = ["CAP_CHOWN", "CAP_KILL"], Effective = ["CAP_CHOWN", "CAP_FOWNER"], Inheritable = ["CAP_CHOWN", "CAP_KILL"],
            Ambient = ["CAP_CHOWN", "CAP_KILL"],
        };
        Assert.Equal(
        [
            "process.capabilities.inheritable: CAP_KILL: not in the bounding set, left out",
            "process.capabilities.effective: CAP_FOWNER: not permitted, left out",
            "process.capabilities.ambient: can't raise ambient capability CAP_KILL: not both permitted and inheritable, left out",
        ], Specs.Compile(spec).Warnings);
    }

    [Fact]
    public void A_limit_twice() => Assert.Equal("process.rlimits[1].type: RLIMIT_CORE is there twice",
        Refusal(static s => s.Process!.Rlimits = [new() { Type = "RLIMIT_CORE", Soft = 0, Hard = 0 }, new() { Type = "RLIMIT_CORE", Soft = 0, Hard = 0 }]));

    [Fact]
    public void Half_a_limit() => Assert.Equal("process.rlimits[0].soft: missing", Refusal(static s => s.Process!.Rlimits = [new() { Type = "RLIMIT_CORE", Hard = 0 }]));

    [Theory]
    [InlineData("SCHED_OTHER", 20, null, null, "process.scheduler.nice: 20 is not from -20 to 19")]
    [InlineData("SCHED_FIFO", null, null, null, "process.scheduler.priority: SCHED_FIFO needs one from 1 to 99")]
    [InlineData("SCHED_RR", null, 100, null, "process.scheduler.priority: SCHED_RR needs one from 1 to 99")]
    [InlineData("SCHED_IDLE", null, 1, null, "process.scheduler.priority: SCHED_IDLE takes none")]
    [InlineData("SCHED_BATCH", null, null, 7ul, "process.scheduler: runtime, deadline and period are for SCHED_DEADLINE, not for SCHED_BATCH")]
    [InlineData("SCHED_FAST", null, null, null, "process.scheduler.policy: \"SCHED_FAST\" is none of SCHED_OTHER, SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_ISO, SCHED_IDLE, SCHED_DEADLINE")]
    public void A_schedule_that_cannot_be(string policy, int? nice, int? priority, ulong? runtime, string message)
        => Assert.Equal(message, Refusal(s => s.Process!.Scheduler = new Scheduler { Policy = policy, Nice = nice, Priority = priority, Runtime = runtime }));

    [Theory]
    [InlineData("MPOL_BEST", null, null, "linux.memoryPolicy.mode: invalid memory policy mode \"MPOL_BEST\": it is none of MPOL_DEFAULT,")]
    [InlineData(null, null, null, "linux.memoryPolicy.mode: invalid memory policy mode \"\": it is none of MPOL_DEFAULT,")]
    [InlineData("MPOL_BIND", "", null, "linux.memoryPolicy.nodes: MPOL_BIND needs at least one node")]
    [InlineData("MPOL_LOCAL", "0", null, "linux.memoryPolicy.nodes: MPOL_LOCAL takes no nodes: mode requires 0 nodes but got 1")]
    [InlineData("MPOL_BIND", "0-", null, "linux.memoryPolicy.nodes: invalid memory policy node: \"0-\" is no list of numbers and ranges")]
    [InlineData("MPOL_BIND", "3-1", null, "linux.memoryPolicy.nodes: invalid memory policy node: \"3-1\" is no list of numbers and ranges")]
    [InlineData("MPOL_BIND", "0,1024", null, "linux.memoryPolicy.nodes: invalid memory policy node: \"0,1024\": 1024 is more than 1023, the highest number")]
    [InlineData("MPOL_BIND", "99999999999", null, "linux.memoryPolicy.nodes: invalid memory policy node: \"99999999999\" is no list of numbers and ranges")]
    [InlineData("MPOL_BIND", "0", "MPOL_F_FAST", "linux.memoryPolicy.flags: invalid memory policy flag \"MPOL_F_FAST\": it is none of MPOL_F_NUMA_BALANCING,")]
    [InlineData("MPOL_WEIGHTED_INTERLEAVE", "0", null, "linux.memoryPolicy.mode: MPOL_WEIGHTED_INTERLEAVE needs Linux 6.9 or newer, this is 6.1")]
    public void A_memory_policy_that_cannot_be(string? mode, string? nodes, string? flag, string message)
        => Assert.StartsWith(message, Refusal(s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = mode, Nodes = nodes, Flags = flag is null ? null : [flag] }, new HostFacts { Kernel = new Version(6, 1) }));

    [Fact]
    public void An_oom_score_that_cannot_be() => Assert.Equal("process.oomScoreAdj: 1001 is not from -1000 to 1000", Refusal(static s => s.Process!.OomScoreAdj = 1001));

    [Fact]
    public void A_terminal_larger_than_can_be()
        => Assert.Equal("process.consoleSize: 65536 by 24 is more than a terminal can have, 65535 by 65535", Refusal(static s => (s.Process!.Terminal, s.Process.ConsoleSize) = (true, new ConsoleSize { Width = 65536, Height = 24 })));

    [Fact]
    public void A_relative_path_of_a_namespace()
        => Assert.Equal("linux.namespaces[1].path: \"net\" is not an absolute path", Refusal(static s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "network", Path = "net" })));

    [Fact]
    public void Time_offsets_of_a_namespace_that_exists() => Assert.StartsWith("linux.timeOffsets: need a time namespace of the container's own", Refusal(static s =>
    {
        s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "time", Path = "/proc/42/ns/time" });
        s.Linux.TimeOffsets = new() { ["boottime"] = new LinuxTimeOffset { Secs = 1 } };
    }));

    [Fact]
    public void A_confinement_that_would_not_be_there()
    {
        Assert.StartsWith("process.apparmorProfile: \"strict\": AppArmor is not enabled", Refusal(static s => s.Process!.ApparmorProfile = "strict", new HostFacts { SELinux = true }));
        var appArmor = new HostFacts { AppArmorExec = "/proc/self/attr/exec" };
        Assert.StartsWith("process.selinuxLabel: \"u:r:box_t:s0\": SELinux is not enabled", Refusal(static s => s.Process!.SelinuxLabel = "u:r:box_t:s0", appArmor));
        Assert.StartsWith("linux.mountLabel: \"u:r:box_t:s0\": SELinux is not enabled", Refusal(static s => s.Linux!.MountLabel = "u:r:box_t:s0", appArmor));
    }

    [Fact]
    public void A_policy_that_is_none()
        => Assert.StartsWith("process.scheduler.policy: \"FAST\" is none of SCHED_OTHER", Refusal(static s => s.Process!.Scheduler = new Scheduler { Policy = "FAST" }));

    [Theory]
    [InlineData("..", null, null, "linux.intelRdt.closID: \"..\" is not the name of a class of service")]
    [InlineData("a/b", null, null, "linux.intelRdt.closID: \"a/b\" is not the name")]
    [InlineData("info", null, null, "linux.intelRdt.closID: \"info\" is not the name")]
    [InlineData("gold", "L3:0=f\nMB:0=1", null, "linux.intelRdt.l3CacheSchema: may not contain a newline")]
    [InlineData("gold", null, "L3:0=f", "linux.intelRdt.memBwSchema: \"L3:0=f\" does not begin with MB:")]
    [InlineData("gold", "L3:0=f", null, "linux.intelRdt: no resctrl file system is mounted on this host")]
    public void A_class_of_service_that_cannot_be_had(string clos, string? l3, string? bandwidth, string message)
        => Assert.StartsWith(message, Refusal(s => s.Linux!.IntelRdt = new LinuxIntelRdt { ClosID = clos, L3CacheSchema = l3, MemBwSchema = bandwidth }));

    [Theory]
    [InlineData(-1, 0, "linux.devices[0].major: -1 is not from 0 to 4095")]
    [InlineData(4096, 0, "linux.devices[0].major: 4096 is not from 0 to 4095")]
    [InlineData(1, 1048576, "linux.devices[0].minor: 1048576 is not from 0 to 1048575")]
    public void A_device_number_that_cannot_be(long major, long minor, string message)
        => Assert.Equal(message, Refusal(s => s.Linux!.Devices = [new LinuxDevice { Path = "/dev/x", Type = "c", Major = major, Minor = minor }]));

    [Theory]
    [InlineData("1.3")]
    [InlineData("1.3.0.1")]
    [InlineData("1.03.0")]
    [InlineData("1.3.x")]
    [InlineData("1.3.0-")]
    [InlineData("1.3.0-rc.01")]
    [InlineData("1.3.0+a_b")]
    [InlineData("v1.3.0")]
    public void What_is_no_version(string version) => Assert.Equal($"ociVersion: \"{version}\" is not a version such as 1.3.0", Refusal(s => s.OciVersion = version));

    [Fact]
    public void A_version_of_the_future() => Assert.Equal("ociVersion: \"2.0.0-rc.1+x\" is not a version this runtime knows (1.x)", Refusal(static s => s.OciVersion = "2.0.0-rc.1+x"));

    [Fact]
    public void Paths_that_are_relative()
        => Assert.Equal("linux.maskedPaths[1]: \"proc/kcore\" is not an absolute path; linux.readonlyPaths[0]: \"\" is not an absolute path; hooks.poststop[0].path: \"stop\" is not an absolute path",
            Refusal(static s =>
            {
                s.Linux!.MaskedPaths = ["/proc/kcore", "proc/kcore"];
                s.Linux.ReadonlyPaths = [""];
                s.Hooks = new Hooks { Prestart = [new Hook { Path = "/bin/true" }], Poststop = [new Hook { Path = "stop" }] };
            }));

    [Fact]
    public void A_hook_with_a_NUL()
        => Assert.StartsWith("hooks.startContainer[0]: its path, arguments and environment", Refusal(static s => s.Hooks = new Hooks { StartContainer = [new Hook { Path = "/bin/true", Args = ["a\0b"] }] }));

    [Fact]
    public void An_annotation_without_a_key() => Assert.Equal("annotations: a key must not be empty", Refusal(static s => s.Annotations = new() { [""] = "x" }));

    [Fact]
    public void No_mount_namespace_beside_a_user_namespace()
        => Assert.StartsWith("linux.namespaces: a user namespace needs a mount namespace", Refusal(static s =>
        {
            s.Linux!.Namespaces = [new LinuxNamespace { Type = "user" }];
            s.Linux.UidMappings = s.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        }));

    [Fact]
    public void A_path_with_a_NUL() => Assert.Contains("NUL", Refusal(static s => s.Process!.Args = ["a\0b"]));
}
