using System.Runtime.CompilerServices;
using System.Text;

using Sampan.Oci;

namespace Sampan.Engine.Tests;

/// <summary>Specifications, whole, against the files in <c>Specs/</c>. SAMPAN_UPDATE_SNAPSHOTS=1 writes them anew; read the difference.</summary>
public sealed class SpecBuilderTests
{
    private static readonly string Id = string.Concat(Enumerable.Repeat("0123456789abcdef", 4));

    [Fact]
    public void Default() => Matches("default", Input());

    [Fact]
    public void Everything_opened() => Matches("privileged", Input(host =>
    {
        host.Privileged = true;
        host.NetworkMode = host.IpcMode = host.PidMode = host.UTSMode = host.CgroupnsMode = "host";
        host.ReadonlyRootfs = true;
    }));

    [Fact]
    public void Limits() => Matches("limits", Input(host =>
    {
        host.Memory = 64 << 20;
        host.MemoryReservation = 32 << 20;
        host.NanoCpus = 1_500_000_000;
        host.CpuShares = 512;
        host.CpusetCpus = "0-1";
        host.CpusetMems = "0";
        host.PidsLimit = 100;
        host.OomScoreAdj = 500;
        host.Ulimits = [new Ulimit { Name = "nofile", Soft = 5, Hard = -1 }];
    }));

    [Fact]
    public void Mounts() => Matches("mounts", Input(host =>
    {
        host.Tmpfs = new() { ["/run"] = "", ["/scratch/deep"] = "size=1m,exec" };
        host.ShmSize = 1 << 20;
        host.Devices = [new DeviceMapping { PathOnHost = "/dev/fuse", PathInContainer = "/dev/fuse", CgroupPermissions = "rw" }];
    }, mounts:
    [
        new MountPoint { Type = "bind", Source = "/host/a", Destination = "/a/b/c", Writable = false, Propagation = "rslave", Mode = "ro,rslave" },
        new MountPoint { Type = "volume", Source = "/volumes/v/_data", Destination = "/a", Propagation = "", Mode = "z" },
        new MountPoint { Type = "bind", Source = "/host/hosts", Destination = "/etc/hosts", Mode = "", Propagation = "rprivate" },
        new MountPoint { Type = "bind", Source = "/host/shm", Destination = "/dev/shm", Mode = "", Propagation = "rprivate" },
    ], devices: [new LinuxDevice { Path = "/dev/fuse", Type = "c", Major = 10, Minor = 229 }]));

    [Fact]
    public void User_namespace_and_another_user() => Matches("userns", Input(host =>
    {
        host.UsernsMode = "remap";
        host.CapDrop = ["ALL"];
        host.CapAdd = ["net_admin", "CAP_CHOWN"];
        host.SecurityOpt = ["no-new-privileges", "systempaths=unconfined"];
        host.Sysctls = new() { ["net.ipv4.ip_forward"] = "1" };
    }, mappings: [new LinuxIdMapping { HostID = 100_000, Size = 65536 }], user: new UserIdentity(1000, 100, [100, 10], "/home/me")));

    [Fact]
    public void Limits_that_depend_on_the_host() => Matches("limits-of-old", Input(host =>
    {
        host.MemorySwappiness = 0;
        host.OomKillDisable = true;
        host.CpuRealtimePeriod = 1_000_000;
        host.CpuRealtimeRuntime = 950_000;
        host.BlkioWeight = 300;
        host.BlkioWeightDevice = [new WeightDevice { Path = "/dev/a", Weight = 200 }];
        host.BlkioDeviceReadBps = [new ThrottleDevice { Path = "/dev/a", Rate = 1 << 20 }];
        host.BlkioDeviceWriteBps = [new ThrottleDevice { Path = "/dev/b", Rate = 0 }];
        host.BlkioDeviceReadIOps = [new ThrottleDevice { Path = "/dev/b", Rate = 100 }];
        host.BlkioDeviceWriteIOps = [new ThrottleDevice { Path = "/dev/a", Rate = 200 }];
        host.DeviceCgroupRules = ["c 42:* rwm", "b 7:0 r"];
        host.CgroupParent = "work/group/";
        host.Annotations = new() { ["org.example.a"] = "b" };
    }, blockDevices: new() { ["/dev/a"] = (8, 0), ["/dev/b"] = (8, 16) }));

    [Fact]
    public void In_the_namespaces_of_another() => Matches("joined", Input(host =>
    {
        host.NetworkMode = host.PidMode = host.IpcMode = "container:other";
    }, joined: new JoinedNamespaces { Network = "/proc/5/ns/net", Pid = "/proc/5/ns/pid", Ipc = "/proc/5/ns/ipc", SharedMemory = "/containers/other/shm", NetworkFiles = "/containers/other" }));

    [Fact]
    public void What_mount_can_say() => Matches("mount-flags", Input(host =>
    {
        host.IpcMode = "none";
        host.SecurityOpt = ["writable-cgroups=true"];
        host.Mounts =
        [
            new MountRequest { Type = "bind", Source = "/host/a", Target = "/a/", ReadOnly = true },
            new MountRequest { Type = "bind", Source = "/host/b", Target = "/b", ReadOnly = true, Bind = new BindOptions { NonRecursive = true, Propagation = "rslave" } },
            new MountRequest { Type = "bind", Source = "/host/c", Target = "/c", ReadOnly = true, Bind = new BindOptions { ReadOnlyNonRecursive = true } },
            new MountRequest { Type = "tmpfs", Target = "/t", ReadOnly = true, Tmpfs = new TmpfsOptions { SizeBytes = 4096, Mode = 0x1F8 } },
        ];
    }, mounts:
    [
        new MountPoint { Type = "bind", Source = "/host/a", Destination = "/a", Writable = false, Propagation = "rprivate", Mode = "" },
        new MountPoint { Type = "bind", Source = "/host/b", Destination = "/b", Writable = false, Propagation = "rslave", Mode = "" },
        new MountPoint { Type = "bind", Source = "/host/c", Destination = "/c", Writable = false, Propagation = "rprivate", Mode = "" },
        new MountPoint { Type = "tmpfs", Source = "", Destination = "/t", Writable = false, Propagation = "", Mode = "" },
    ]));

    [Theory]
    [InlineData("rprivate,rprivate", "private")]
    [InlineData("rprivate,slave", "rslave")]
    [InlineData("rslave,rshared,rprivate", "shared")]
    public void The_roots_propagation_is_what_volumes_ask_for(string volumes, string root)
        => Assert.Equal(root, SpecBuilder.Build(Input(mounts: [.. volumes.Split(',').Select(static (propagation, i) => new MountPoint { Type = "bind", Source = "/x", Destination = $"/{i}", Propagation = propagation })])).Linux!.RootfsPropagation);

    [Fact]
    public void A_directory_of_the_hosts_is_the_root()
    {
        var input = Input();
        (input.Record.Driver, input.Record.Layers, input.Record.RootMount) = (DirectoryDriver.DriverName, ["/srv/tree"], null);
        Assert.Equal("/srv/tree", SpecBuilder.Build(input).Root!.Path);
    }

    [Theory]
    [InlineData("", "PATH=/bin HOSTNAME=0123456789ab TERM=xterm A=1 HOME=/root")]
    [InlineData("TERM,HOSTNAME,HOME", "PATH=/bin A=1 HOME=/root")]
    [InlineData("*", "PATH=/bin A=1 HOME=/root")]
    public void Default_variables_can_be_left_out(string names, string env)
    {
        var input = Input();
        if (names == "*")
            input.Record.Config!.UnsetEnvAll = true;
        else
            input.Record.Config!.UnsetEnv = [.. names.Split(',')];
        input.Record.Config.Umask = "077";
        var process = SpecBuilder.Build(input).Process!;
        Assert.Equal(env, string.Join(' ', process.Env!));
        Assert.Equal(0x3Fu, process.User!.Umask);
    }

    [Fact]
    public void A_time_zone_is_a_file_of_the_containers_own()
    {
        var input = Input();
        input.Record.Config!.Timezone = "local";
        Assert.Equal("/containers/test/localtime", SpecBuilder.Build(input).Mounts!.Single(static mount => mount.Destination == "/etc/localtime").Source);
        input.Record.Mounts = [new MountPoint { Type = "bind", Source = "/mine", Destination = "/etc/localtime" }];
        Assert.Equal("/mine", SpecBuilder.Build(input).Mounts!.Single(static mount => mount.Destination == "/etc/localtime").Source);
    }

    [Theory]
    [InlineData(true, false, "", "rw", "rw")]
    [InlineData(true, true, "", "ro", "rw")]
    [InlineData(false, false, "", "ro", "ro")]
    [InlineData(false, false, "writable-cgroups=true", "ro", "rw")]
    [InlineData(true, false, "writable-cgroups=false", "rw", "ro")]
    public void Who_may_write_to_sys_and_cgroups(bool privileged, bool readOnly, string option, string sys, string cgroup)
    {
        var mounts = SpecBuilder.Build(Input(host =>
        {
            (host.Privileged, host.ReadonlyRootfs) = (privileged, readOnly);
            host.SecurityOpt = option.Length > 0 ? [option] : null;
        })).Mounts!;
        Assert.Equal((sys, cgroup), (mounts.Single(static mount => mount.Destination == "/sys").Options![^1], mounts.Single(static mount => mount.Destination == "/sys/fs/cgroup").Options![^1]));
    }

    private static SpecInput Input(Action<HostConfig>? change = null, List<MountPoint>? mounts = null, List<LinuxIdMapping>? mappings = null, UserIdentity? user = null, List<LinuxDevice>? devices = null,
        JoinedNamespaces? joined = null, Dictionary<string, (uint, uint)>? blockDevices = null)
    {
        var host = new HostConfig();
        change?.Invoke(host);
        return new SpecInput
        {
            Record = new ContainerRecord
            {
                Id = Id, Name = "test", Command = ["sh", "-c", "a  b"], HostConfig = host, Mounts = mounts ?? [], IdMappings = mappings,
                Config = new ContainerSettings { Hostname = Id[..12], Env = ["PATH=/bin", "A=1"], Tty = true },
                RootMount = new Mount { Destination = "/", Type = "overlay", Source = "overlay", Options = ["lowerdir=/l", "upperdir=/u", "workdir=/w"] },
            },
            User = user ?? new UserIdentity(0, 0, [0, 10], "/root"),
            Facts = new EngineFacts { OpenFilesLimit = 20000, ProcessesLimit = ulong.MaxValue, Capabilities = (1UL << 41) - 1 & ~(1UL << 24), SwapLimit = true, HostDevices = devices ?? [], BlockDevices = blockDevices ?? [] },
            Joined = joined ?? new(),
            Bundle = "/containers/test",
            Seccomp = host.Privileged ? null : new LinuxSeccomp { DefaultAction = "SCMP_ACT_ERRNO" },
        };
    }

    private static void Matches(string name, SpecInput input, [CallerFilePath] string source = "")
    {
        string path = Path.Combine(Path.GetDirectoryName(source)!, "Specs", $"{name}.json");
        string actual = Encoding.UTF8.GetString(SpecBuilder.Build(input).ToJson(indented: true)) + "\n";
        if (Environment.GetEnvironmentVariable("SAMPAN_UPDATE_SNAPSHOTS") == "1")
            File.WriteAllText(path, actual);
        Assert.Equal(File.ReadAllText(path), actual);
    }
}
