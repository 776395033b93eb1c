using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;
using Xunit;

namespace Sampan.Launch.Tests.Plans;

/// <summary>What would be done for a specification: each plan is a file to be read.</summary>
public class PlanTests
{
    [Fact]
    public void The_least_container() => Snapshot.Matches("least", Specs.Compile(Specs.Small("mount")));

    [Fact]
    public void Create_waits_for_start() => Snapshot.Matches("create", Specs.Compile(Specs.Small("mount", "pid"), waitForStart: true));

    [Fact]
    public void Every_namespace()
    {
        var spec = Specs.Small("user", "mount", "pid", "network", "ipc", "uts", "cgroup", "time");
        spec.Hostname = "box";
        spec.Linux!.UidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 100000, Size = 65536 }];
        spec.Linux.GidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 100000, Size = 65536 }];
        spec.Linux.TimeOffsets = new() { ["monotonic"] = new LinuxTimeOffset { Secs = 86400 } };
        var host = new HostFacts { Kernel = new Version(6, 18), CgroupTasks = ["/sys/fs/cgroup/memory/c1/tasks"] };
        Snapshot.Matches("namespaces", Specs.Compile(spec, host));
    }

    [Fact]
    public void Namespaces_are_made_while_the_parent_makes_the_cgroups_of_v1()
    {
        var host = new HostFacts { Kernel = new Version(6, 18), CgroupTasks = ["/sys/fs/cgroup/devices/c1/tasks", "/sys/fs/cgroup/memory/c1/tasks"] };
        Snapshot.Matches("cgroups-v1", Specs.Compile(Specs.Small("mount", "pid", "network", "ipc", "uts", "cgroup"), host));
    }

    [Fact]
    public void Network_devices_are_there_before_the_sysctls()
    {
        var spec = Specs.Small("mount", "network");
        spec.Linux!.NetDevices = new() { ["eth0"] = new LinuxNetDevice { Name = "net%d" } };
        spec.Linux.Sysctl = new() { ["net.ipv4.conf.net0.forwarding"] = "1" };
        Snapshot.Matches("network-devices", Specs.Compile(spec));
    }

    [Fact]
    public void A_class_of_service_is_entered_before_anything_is_done_for_the_container()
    {
        var spec = Specs.Small("mount", "user");
        spec.Linux!.UidMappings = spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Linux.IntelRdt = new LinuxIntelRdt { ClosID = "gold", Schemata = ["L3:0=7f0;1=1f"], EnableMonitoring = true };
        Snapshot.Matches("resctrl", Specs.Compile(spec, new HostFacts { Kernel = new Version(6, 18), Resctrl = "/sys/fs/resctrl" }));
    }

    [Fact]
    public void What_is_passed_over_is_said()
    {
        var spec = Specs.Small("mount");
        spec.Linux!.Resources = new LinuxResources { Memory = new LinuxMemory { Kernel = 1 << 20 } };
        spec.Mounts = [new Mount { Destination = "/d", Type = "bind", Source = "/srv", Options = ["ro", "size=3", "quiet"] }];
        Assert.Equal(["linux.resources.memory.kernel: ignored: since 5.16 Linux has no limit of kernel memory alone",
            "mounts[0].options: \"size=3,quiet\": ignored: a bind mount takes no options of a file system"], Specs.Compile(spec, Specs.Host(("/srv", HostPathKind.Directory))).Warnings);
    }

    [Fact]
    public void Without_a_mount_namespace_the_root_is_attached_nowhere()
    {
        var spec = Specs.Small("pid");
        spec.Linux!.RootfsPropagation = "private";
        spec.Root!.Readonly = true;
        spec.Mounts = [new Mount { Destination = "/proc", Type = "proc", Source = "proc" }];
        Snapshot.Matches("inherited-mounts", Specs.Compile(spec));
    }

    [Fact]
    public void A_source_in_the_root_is_what_earlier_mounts_have_put_there()
    {
        var spec = Specs.Small("user", "mount");
        spec.Linux!.UidMappings = spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Mounts = [new() { Destination = "/bundle/rootfs/again", Type = "bind", Source = "/bundle/rootfs/mnt", Options = ["rbind", "idmap"] }];
        Snapshot.Matches("binds-inside", Specs.Compile(spec));
    }

    [Fact]
    public void Masked_twice_is_masked_once()
    {
        var spec = Specs.Small("mount");
        spec.Linux!.MaskedPaths = ["/secret", "/secret"];
        string plan = PlanPrinter.Print(Specs.Compile(spec));
        Assert.Contains("linux.maskedPaths[0]", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("linux.maskedPaths[1]", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Joined_namespaces()
    {
        var spec = Specs.Small("mount");
        spec.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "network", Path = "/run/netns/blue" });
        spec.Linux.Namespaces.Add(new LinuxNamespace { Type = "pid", Path = "/proc/42/ns/pid" });
        Snapshot.Matches("joined", Specs.Compile(spec));
    }

    [Fact]
    public void Joined_namespaces_of_the_host_and_a_new_user_namespace()
    {
        var spec = Specs.Small("mount", "pid", "user");
        spec.Linux!.UidMappings = spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Linux.Namespaces!.Add(new LinuxNamespace { Type = "network", Path = "/run/netns/blue" });
        Snapshot.Matches("joined-userns", Specs.Compile(spec));
    }

    [Fact]
    public void A_joined_user_namespace()
    {
        var spec = Specs.Small("mount", "user");
        spec.Linux!.Namespaces!.Single(static n => n.Type == "user").Path = "/proc/42/ns/user";
        Snapshot.Matches("userns-joined", Specs.Compile(spec));
    }

    [Fact]
    public void An_ordinary_users_container_opens_its_files_itself()
    {
        var spec = Specs.Small("user", "mount", "pid");
        spec.Linux!.UidMappings = spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 1000, Size = 1 }];
        spec.Mounts = [new() { Destination = "/data", Type = "bind", Source = "/srv/data", Options = ["rbind", "ro"] }];
        var host = new HostFacts { Kernel = new Version(6, 18), Capabilities = 0, Paths = new Dictionary<string, HostPathKind> { ["/srv/data"] = HostPathKind.Directory } };
        Snapshot.Matches("rootless", Specs.Compile(spec, host));
    }

    [Fact]
    public void An_ordinary_user_joins_a_container_through_its_user_namespace()
    {
        var spec = Specs.Small("user", "mount", "pid");
        Snapshot.Matches("rootless-exec", LaunchCompiler.Join(new JoinRequest
        {
            ID = "c1", Spec = spec, Process = spec.Process!, Namespaces = CloneFlags.CLONE_NEWUSER | CloneFlags.CLONE_NEWNS | CloneFlags.CLONE_NEWPID, InUserNamespace = true,
        }, new HostFacts { Kernel = new Version(6, 18), Capabilities = 0 }));
    }

    [Fact]
    public void Below_a_rootless_engine_devices_are_bound_in()
    {
        var spec = Specs.Small("mount");
        spec.Linux!.Devices = [new LinuxDevice { Path = "/dev/fuse", Type = "c", Major = 10, Minor = 229 }];
        Snapshot.Matches("nested", Specs.Compile(spec, new HostFacts { Kernel = new Version(6, 18), Nested = true }));
    }

    [Fact]
    public void The_default_mounts()
    {
        var spec = Specs.Small("mount", "cgroup");
        spec.Root!.Readonly = true;
        spec.Mounts =
        [
            new() { Destination = "/proc", Type = "proc", Source = "proc" },
            new() { Destination = "/dev", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "strictatime", "mode=755", "size=65536k"] },
            new() { Destination = "/dev/pts", Type = "devpts", Source = "devpts", Options = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
            new() { Destination = "/sys", Type = "sysfs", Source = "sysfs", Options = ["nosuid", "noexec", "nodev", "ro"] },
            new() { Destination = "/sys/fs/cgroup", Type = "cgroup", Source = "cgroup", Options = ["ro"] },
        ];
        var host = new HostFacts
        {
            Kernel = new Version(6, 18),
            CgroupMounts = [new("cpu,cpuacct", "cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct/c1"), new("unified", "", "/sys/fs/cgroup/unified/c1")],
        };
        Snapshot.Matches("mounts", Specs.Compile(spec, host));
    }

    [Fact]
    public void Mounts_shared_with_the_host()
    {
        var spec = Specs.Small("mount");
        spec.Linux!.RootfsPropagation = "rshared";
        spec.Mounts = [new() { Destination = "/data", Type = "bind", Source = "/srv", Options = ["rbind", "rshared"] }];
        Snapshot.Matches("shared", Specs.Compile(spec, new HostFacts { Kernel = new Version(6, 18), Paths = new Dictionary<string, HostPathKind> { ["/srv"] = HostPathKind.Directory } }));
    }

    [Fact]
    public void An_overlay_as_root()
    {
        var spec = Specs.Small("mount");
        spec.Mounts = [new() { Destination = "/", Type = "overlay", Source = "overlay", Options = ["lowerdir=/l/2:/l/1", "upperdir=/c/upper", "workdir=/c/work"] }];
        Snapshot.Matches("overlay", Specs.Compile(spec));
    }

    [Fact]
    public void An_overlay_on_a_kernel_that_takes_no_layer_by_itself()
    {
        var spec = Specs.Small("mount");
        spec.Mounts = [new() { Destination = "/", Type = "overlay", Source = "overlay", Options = ["lowerdir=/l/2:/l/1", "upperdir=/c/upper", "workdir=/c/work"] }];
        Snapshot.Matches("overlay-6.1", Specs.Compile(spec, new HostFacts { Kernel = new Version(6, 1) }));
    }

    [Fact]
    public void An_overlay_in_a_user_namespace_has_its_layers_id_mapped()
    {
        var spec = Specs.Small("user", "mount");
        spec.Linux!.UidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Mounts =
        [
            new() { Destination = "/", Type = "overlay", Source = "overlay", Options = ["lowerdir=/l/2:/l/1", "upperdir=/c/upper", "workdir=/c/work"] },
            new() { Destination = "/data", Type = "bind", Source = "/srv/data", Options = ["rbind", "ro", "rprivate"] },
        ];
        Snapshot.Matches("overlay-userns", Specs.Compile(spec, Specs.Host(("/srv/data", HostPathKind.Directory))));
    }

    [Fact]
    public void A_directory_of_the_host_as_root_in_a_user_namespace_is_id_mapped()
    {
        var spec = Specs.Small("user", "mount");
        spec.Linux!.UidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Mounts = [new() { Destination = "/", Type = "bind", Source = "/srv/tree", Options = ["rbind", "idmap"] }];
        Snapshot.Matches("directory-userns", Specs.Compile(spec, Specs.Host(("/srv/tree", HostPathKind.Directory))));
    }

    [Fact]
    public void Bind_mounts_of_a_file_and_a_directory()
    {
        var spec = Specs.Small("mount");
        spec.Mounts =
        [
            new() { Destination = "/etc/hosts", Type = "bind", Source = "/c/hosts", Options = ["rbind", "rprivate"] },
            new() { Destination = "/data", Type = "bind", Source = "/srv/data", Options = ["bind", "ro", "nosuid"] },
        ];
        Snapshot.Matches("binds", Specs.Compile(spec, Specs.Host(("/c/hosts", HostPathKind.File), ("/srv/data", HostPathKind.Directory))));
    }

    [Fact]
    public void Mounts_with_ids_of_their_own()
    {
        var spec = Specs.Small("mount");
        List<LinuxIdMapping> mapping = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Mounts =
        [
            new() { Destination = "/a", Source = "/srv", Options = ["rbind", "ridmap", "ro"], UidMappings = mapping, GidMappings = mapping },
            new() { Destination = "/b", Source = "/srv", Options = ["bind"], UidMappings = mapping, GidMappings = mapping },
        ];
        Snapshot.Matches("idmap", Specs.Compile(spec, Specs.Host(("/srv", HostPathKind.Directory))));
    }

    [Fact]
    public void Mounts_with_the_ids_of_the_user_namespace()
    {
        var spec = Specs.Small("user", "mount");
        spec.Linux!.UidMappings = spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Mounts = [new() { Destination = "/a", Source = "/srv", Options = ["rbind", "idmap"] }];
        Snapshot.Matches("idmap-userns", Specs.Compile(spec, Specs.Host(("/srv", HostPathKind.Directory))));
    }

    [Fact]
    public void Mounts_with_options_of_every_kind()
    {
        var spec = Specs.Small("mount");
        spec.Mounts =
        [
            new() { Destination = "/a", Source = "/srv", Options = ["rbind", "rw", "noatime", "rnosuid", "rslave", "shared"] },
            new() { Destination = "/b", Type = "tmpfs", Source = "tmpfs", Options = ["sync", "lazytime", "noexec", "strictatime", "size=64k"] },
            new() { Destination = "/b", Type = "tmpfs", Source = "tmpfs", Options = ["remount", "nosuid", "size=128k"] },
            new() { Destination = "/c", Type = "ext4", Source = "/dev/vdb", Options = ["iversion", "ro", "data=ordered"] },
        ];
        Snapshot.Matches("mount-options", Specs.Compile(spec, Specs.Host(("/srv", HostPathKind.Directory))));
    }

    [Fact]
    public void A_tmpfs_takes_over_what_it_covers()
    {
        var spec = Specs.Small("mount");
        spec.Mounts =
        [
            new() { Destination = "/run", Type = "tmpfs", Source = "tmpfs", Options = ["tmpcopyup", "ro"] },
            new() { Destination = "/tmp", Type = "tmpfs", Source = "tmpfs", Options = ["tmpcopyup", "mode=1777"] },
            new() { Destination = "/var", Type = "tmpfs", Source = "tmpfs" },
        ];
        Snapshot.Matches("tmpfs", Specs.Compile(spec));
    }

    [Fact]
    public void Masked_and_read_only_paths()
    {
        var spec = Specs.Small("mount");
        spec.Mounts = [new() { Destination = "/proc", Type = "proc", Source = "proc" }];
        spec.Linux!.MaskedPaths = ["/proc/kcore", "/proc/acpi", "/proc/none", "/etc/secret"];
        spec.Linux.ReadonlyPaths = ["/proc/sys"];
        Snapshot.Matches("masks", Specs.Compile(spec, Specs.Host(("/proc/kcore", HostPathKind.File), ("/proc/acpi", HostPathKind.Directory), ("/proc/sys", HostPathKind.Directory))));
    }

    /// <summary>Not in the procfs or sysfs below, which nobody sees any more; and what is there is not known.</summary>
    [Theory]
    [InlineData("/proc", "proc", "/proc/kcore", "/proc", "/proc")]
    [InlineData("/sys", "sysfs", "/sys/firmware", "/sys", "/srv")]
    [InlineData("/sys", "sysfs", "/sys/firmware", "/bundle/rootfs/sys", "/srv")]
    [InlineData("/srv/sys", "sysfs", "/srv/sys/firmware", "/srv", "/srv")]
    public void What_covers_a_procfs_or_a_sysfs_is_what_is_masked(string place, string type, string masked, string destination, string source)
    {
        var spec = Specs.Small("mount");
        spec.Mounts = [new() { Destination = place, Type = type, Source = type }];
        spec.Linux!.MaskedPaths = [masked];
        Assert.DoesNotContain($"open_target(root, \"{masked}\"", PlanPrinter.Print(Specs.Compile(spec, Specs.Host((masked, HostPathKind.Directory)))));
        spec.Mounts.Add(new() { Destination = destination, Type = "bind", Source = source, Options = ["rbind"] });
        Assert.Contains($"open_target(root, \"{masked}\"", PlanPrinter.Print(Specs.Compile(spec, Specs.Host((masked, HostPathKind.Missing), (source, HostPathKind.Directory)))));
    }

    /// <summary>As runc has it: so does a test with a link to the bundle.</summary>
    [Fact]
    public void The_hosts_path_of_dev_is_dev()
    {
        var spec = Specs.Small("mount");
        spec.Mounts = [new() { Destination = "/bundle/rootfs/dev/random", Type = "bind", Source = "/dev/zero", Options = ["bind"] }];
        string plan = PlanPrinter.Print(Specs.Compile(spec, Specs.Host(("/dev/zero", HostPathKind.File))));
        Assert.Contains("make_node(dev, \"urandom\"", plan);
        Assert.DoesNotContain("make_node(dev, \"random\"", plan);
        spec.Mounts = [new() { Destination = "/bundle/rootfs/dev", Type = "bind", Source = "/dev", Options = ["rbind"] }];
        Assert.DoesNotContain("make_node", PlanPrinter.Print(Specs.Compile(spec, Specs.Host(("/dev", HostPathKind.Directory)))));
    }

    /// <summary>The masters of a user namespace that is joined are in it already: CVE-2016-9962.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_joins_a_user_namespace_hides_before_it_does(bool offsets)
    {
        var spec = Specs.Small("mount", "user", "time");
        spec.Linux!.Namespaces!.Single(static ns => ns.Type == "user").Path = "/proc/7/ns/user";
        spec.Linux.TimeOffsets = offsets ? new() { ["monotonic"] = new LinuxTimeOffset { Secs = 5 } } : null;
        string plan = PlanPrinter.Print(Specs.Compile(spec));
        int hides = plan.IndexOf("PR_SET_DUMPABLE, 0", StringComparison.Ordinal), joins = plan.IndexOf("CLONE_NEWUSER)", StringComparison.Ordinal);
        Assert.True(hides > 0 && joins > hides, plan);
        Assert.Equal(offsets, plan.Contains("timens_offsets", StringComparison.Ordinal) || plan.Contains("notify(TimeOffsets)", StringComparison.Ordinal));
    }

    /// <summary>It is copied before the container's root lies over it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_hosts_root_is_copied_first(bool user)
    {
        var spec = Specs.Small(user ? ["mount", "user"] : ["mount"]);
        if (user)
            spec.Linux!.UidMappings = spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Mounts = [.. Enumerable.Range(0, 100).Select(static i => new Mount { Destination = $"/v/{i}", Type = "bind", Source = "/srv", Options = ["rbind"] })];
        spec.Mounts.Add(new() { Destination = "/host", Type = "bind", Source = "/", Options = ["rbind"] });
        string plan = PlanPrinter.Print(Specs.Compile(spec, Specs.Host(("/srv", HostPathKind.Directory), ("/", HostPathKind.Root))));
        int copied = plan.IndexOf("open_tree(AT_FDCWD, \"/\"", StringComparison.Ordinal);
        Assert.InRange(copied, 1, plan.IndexOf("move_mount(root, \"\", AT_FDCWD, \"/\"", StringComparison.Ordinal));
        Assert.InRange(copied, 1, plan.IndexOf("open_tree(AT_FDCWD, \"/srv\"", StringComparison.Ordinal));
        Assert.Equal(copied, plan.LastIndexOf("open_tree(AT_FDCWD, \"/\"", StringComparison.Ordinal));
    }

    /// <summary>No more than a message holds at once: a process may have few files open.</summary>
    [Fact]
    public void A_thousand_volumes_in_a_user_namespace_are_granted_in_portions()
    {
        var spec = Specs.Small("mount", "user");
        spec.Linux!.UidMappings = spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        spec.Mounts = [.. Enumerable.Range(0, 1000).Select(static i => new Mount { Destination = $"/v/{i}", Type = "bind", Source = "/srv", Options = ["rbind"] })];
        var plan = Specs.Compile(spec, Specs.Host(("/srv", HostPathKind.Directory)));
        Assert.Equal(1001, plan.Grants.Sum(static g => g.Slots.Count));
        Assert.All(plan.Grants, static g => Assert.InRange(g.Slots.Count, 1, PlanHeader.MaxDescriptors));
        Assert.InRange(plan.SlotCount, 1, 128);
        string[] child = PlanPrinter.Print(plan).Split("# child\n")[1].Split('\n');
        Assert.Equal(plan.Grants.Count - 1, child.Count(static l => l.TrimStart().StartsWith("notify(Grant)", StringComparison.Ordinal)));
        // Each portion is used up before the next is asked for.
        int first = Array.FindIndex(child, static l => l.Contains("notify(Grant)", StringComparison.Ordinal));
        Assert.Equal(PlanHeader.MaxDescriptors - 1, child[..first].Count(static l => l.Contains("move_mount(slot", StringComparison.Ordinal)));
    }

    [Fact]
    public void Masked_paths_on_a_kernel_that_copies_no_detached_mount()
    {
        var spec = Specs.Small("mount");
        spec.Mounts = [new Mount { Destination = "/proc", Type = "proc", Source = "proc" }];
        spec.Linux!.MaskedPaths = ["/proc/kcore", "/proc/keys", "/proc/acpi", "/proc/scsi"];
        Snapshot.Matches("masks-6.1", Specs.Compile(spec, new HostFacts
        {
            Kernel = new Version(6, 1),
            Paths = new Dictionary<string, HostPathKind>
            {
                ["/proc/kcore"] = HostPathKind.File, ["/proc/keys"] = HostPathKind.File, ["/proc/acpi"] = HostPathKind.Directory, ["/proc/scsi"] = HostPathKind.Directory,
            },
        }));
    }

    [Fact]
    public void A_terminal()
    {
        var spec = Specs.Small("mount");
        (spec.Process!.Terminal, spec.Process.ConsoleSize, spec.Process.User!.Uid) = (true, new ConsoleSize { Height = 24, Width = 80 }, 1000);
        Snapshot.Matches("terminal", Specs.Compile(spec));
    }

    [Fact]
    public void A_process_with_everything()
    {
        var spec = Specs.Small("mount", "network");
        var process = spec.Process!;
        process.User = new User { Uid = 1000, Gid = 1000, AdditionalGids = [10, 20], Umask = 0x3F };
        process.Cwd = "/work";
        process.OomScoreAdj = 100;
        process.NoNewPrivileges = false;
        process.Rlimits = [new PosixRlimit { Type = "RLIMIT_NOFILE", Soft = 512, Hard = 1024 }];
        process.Capabilities!.Ambient = process.Capabilities.Inheritable = ["CAP_CHOWN"];
        process.Scheduler = new Scheduler { Policy = "SCHED_BATCH", Nice = 5 };
        process.IoPriority = new IoPriority { Class = "IOPRIO_CLASS_BE", Priority = 6 };
        spec.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_INTERLEAVE", Nodes = "0-1,3", Flags = ["MPOL_F_STATIC_NODES"] };
        spec.Linux!.Personality = new LinuxPersonality { Domain = "LINUX32" };
        spec.Linux!.Seccomp = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW" };
        spec.Linux.Sysctl = new() { ["net.ipv4.ip_forward"] = "1" };
        var host = new HostFacts { Kernel = new Version(6, 18), StdioPipes = [1, 2], Limits = new Dictionary<int, rlimit64> { [7] = new rlimit64 { rlim_cur = 256, rlim_max = 512 } } };
        Snapshot.Matches("process", Specs.Compile(spec, host));
    }

    [Fact]
    public void A_filter_with_an_agent()
    {
        var spec = Specs.Small("mount");
        spec.Process!.NoNewPrivileges = false;
        spec.Linux!.Seccomp = Specs.Notifying("SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
        Snapshot.Matches("seccomp-agent", Specs.Compile(spec, waitForStart: true));
    }

    [Fact]
    public void One_more_process_on_CPUs_of_its_own()
    {
        var spec = Specs.Small("mount");
        spec.Process!.OomScoreAdj = -5;
        var process = Specs.Small().Process!;
        process.ExecCpuAffinity = new ExecCpuAffinity { Initial = "1", Final = "0, 2-3" };
        Snapshot.Matches("exec-affinity", LaunchCompiler.Join(new JoinRequest { ID = "c1", Spec = spec, Process = process, Namespaces = CloneFlags.CLONE_NEWNS }, Specs.Host()));
    }

    [Fact]
    public void A_profile_and_labels()
    {
        var spec = Specs.Small("mount");
        (spec.Process!.ApparmorProfile, spec.Process.SelinuxLabel, spec.Linux!.MountLabel) = ("strict", "u:r:box_t:s0:c1,c2", "u:object_r:box_file_t:s0:c1,c2");
        spec.Linux.MaskedPaths = ["/usr/secret"];
        spec.Mounts =
        [
            new Mount { Destination = "/proc", Type = "proc", Source = "proc" },
            new Mount { Destination = "/dev/mqueue", Type = "mqueue", Source = "mqueue" },
            new Mount { Destination = "/tmp", Type = "tmpfs", Source = "tmpfs", Options = ["mode=1777"] },
            new Mount { Destination = "/run", Type = "tmpfs", Source = "tmpfs", Options = ["mode=755", "iversion"] },
        ];
        Snapshot.Matches("labels", Specs.Compile(spec, new HostFacts { Kernel = new Version(6, 18), AppArmorExec = "/proc/self/attr/apparmor/exec", SELinux = true }));
    }

    [Fact]
    public void Without_AppArmor_every_process_is_unconfined()
    {
        var spec = Specs.Small("mount");
        spec.Process!.ApparmorProfile = "unconfined";
        Snapshot.Matches("least", Specs.Compile(spec));
    }

    [Fact]
    public void One_more_process_has_the_label_of_the_container_and_a_profile_of_its_own()
    {
        var spec = Specs.Small("mount");
        (spec.Process!.ApparmorProfile, spec.Process.SelinuxLabel) = ("strict", "u:r:box_t:s0");
        var process = Specs.Small().Process!;
        process.ApparmorProfile = "unconfined";
        Snapshot.Matches("exec-labels", LaunchCompiler.Join(new JoinRequest { ID = "c1", Spec = spec, Process = process, Namespaces = CloneFlags.CLONE_NEWNS },
            new HostFacts { Kernel = new Version(6, 18), AppArmorExec = "/proc/self/attr/exec", SELinux = true }));
    }

    [Fact]
    public void One_more_process()
    {
        var spec = Specs.Small("mount");
        var plan = LaunchCompiler.Join(new JoinRequest
        {
            ID = "c1", Spec = spec, Process = spec.Process!,
            Namespaces = Linux.CloneFlags.CLONE_NEWNS | Linux.CloneFlags.CLONE_NEWPID | Linux.CloneFlags.CLONE_NEWUTS,
        }, Specs.Host());
        Snapshot.Matches("exec", plan);
    }
}
