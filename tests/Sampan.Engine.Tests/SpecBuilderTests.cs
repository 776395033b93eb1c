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

    private static SpecInput Input(Action<HostConfig>? change = null, List<MountPoint>? mounts = null, List<LinuxIdMapping>? mappings = null, UserIdentity? user = null, List<LinuxDevice>? devices = null)
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
            Facts = new EngineFacts { OpenFilesLimit = 20000, ProcessesLimit = ulong.MaxValue, Capabilities = (1UL << 41) - 1 & ~(1UL << 24), SwapLimit = true, HostDevices = devices ?? [] },
            Bundle = "/containers/test",
            Seccomp = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ERRNO" },
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
