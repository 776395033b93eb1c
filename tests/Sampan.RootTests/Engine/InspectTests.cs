using System.Text.Json;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>What <c>inspect</c> says, for tools that were written for Docker.</summary>
public sealed class InspectTests : RootTest
{
    // Docker Engine API 1.47, ContainerInspect; without what exists on Windows or with swarm alone.
    private static readonly Dictionary<string, string> s_keys = new()
    {
        [""] = "Id Created Path Args State Image ResolvConfPath HostnamePath HostsPath LogPath Name RestartCount Driver Platform MountLabel ProcessLabel AppArmorProfile ExecIDs HostConfig GraphDriver Mounts Config NetworkSettings",
        ["State"] = "Status Running Paused Restarting OOMKilled Dead Pid ExitCode Error StartedAt FinishedAt",
        ["HostConfig"] = "Binds ContainerIDFile LogConfig NetworkMode PortBindings RestartPolicy AutoRemove VolumeDriver VolumesFrom ConsoleSize CapAdd CapDrop CgroupnsMode Dns DnsOptions DnsSearch ExtraHosts GroupAdd IpcMode Cgroup Links OomScoreAdj PidMode Privileged PublishAllPorts ReadonlyRootfs SecurityOpt UTSMode UsernsMode ShmSize Runtime Isolation CpuShares Memory NanoCpus CgroupParent BlkioWeight BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime CpusetCpus CpusetMems Devices DeviceCgroupRules DeviceRequests MemoryReservation MemorySwap MemorySwappiness OomKillDisable PidsLimit Ulimits CpuCount CpuPercent IOMaximumIOps IOMaximumBandwidth MaskedPaths ReadonlyPaths",
        ["HostConfig.LogConfig"] = "Type Config",
        ["HostConfig.RestartPolicy"] = "Name MaximumRetryCount",
        ["GraphDriver"] = "Name Data",
        ["Config"] = "Hostname Domainname User AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce Env Cmd Image Volumes WorkingDir Entrypoint OnBuild Labels",
        ["NetworkSettings"] = "Bridge SandboxID SandboxKey Ports HairpinMode LinkLocalIPv6Address LinkLocalIPv6PrefixLen SecondaryIPAddresses SecondaryIPv6Addresses EndpointID Gateway GlobalIPv6Address GlobalIPv6PrefixLen IPAddress IPPrefixLen IPv6Gateway MacAddress Networks",
    };

    [Fact]
    public void Every_field_of_dockers_is_there_once()
    {
        foreach (string options in (string[])["", "--privileged -m 64m --cpus 0.5 --pids-limit 10 --network host --read-only -l k=v"])
        {
            string id = Sampan.Run(["create", .. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), "busybox", "sleep", "1"]).Succeeds().Line;
            using var json = JsonDocument.Parse(Sampan.Run("inspect", id).Succeeds().Stdout);
            foreach (var (path, names) in s_keys)
            {
                JsonElement at = json.RootElement[0];
                foreach (string part in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
                    at = at.GetProperty(part);
                string[] there = [.. at.EnumerateObject().Select(p => p.Name)];
                Assert.Distinct(there);
                Assert.Empty(names.Split(' ').Except(there));
            }
        }
    }

    [Fact]
    public void Values_as_docker_has_them()
    {
        string id = Sampan.Run("create", "--name", "seen", "-e", "A=1", "-l", "k=v", "-m", "64m", "busybox", "echo", "hi").Succeeds().Line;
        Assert.Equal("/seen|echo|[hi]|created|67108864|67108864|v|none|no|false", Sampan.Run("inspect", "-f",
            "{{.Name}}|{{.Path}}|{{.Args}}|{{.State.Status}}|{{.HostConfig.Memory}}|{{.HostConfig.ShmSize}}|{{.Config.Labels.k}}|{{range $n, $v := .NetworkSettings.Networks}}{{$n}}{{end}}|{{.HostConfig.RestartPolicy.Name}}|{{.State.OOMKilled}}", "seen").Succeeds().Line);
        Assert.Equal("null [] null", Sampan.Run("inspect", "-f", "{{json .HostConfig.CapAdd}} {{json .HostConfig.Dns}} {{json .ExecIDs}}", id).Succeeds().Line);
        // Names are case-sensitive, and one that is not there is a mistake; a label that is not there is none.
        Sampan.Run("inspect", "-f", "{{.name}}", "seen").FailsWith(1, "name");
        Sampan.Run("inspect", "-f", "{{.State.Health.Status}}", "seen").FailsWith(1, "Health");
        Assert.Equal("<no value>", Sampan.Run("inspect", "-f", "{{.Config.Labels.none}}", "seen").Succeeds().Line);
    }

    [Fact]
    public void Sizes_and_types()
    {
        Sampan.Run("run", "--name", "wrote", "busybox", "sh", "-c", "head -c 3000 /dev/zero > /f").Succeeds();
        Assert.Equal("3000", Sampan.Run("inspect", "--size", "-f", "{{.SizeRw}}", "wrote").Succeeds().Line);
        Assert.True(long.Parse(Sampan.Run("container", "inspect", "-s", "-f", "{{.SizeRootFs}}", "wrote").Succeeds().Line, System.Globalization.CultureInfo.InvariantCulture) > 3000);
        Sampan.Run("inspect", "-f", "{{.SizeRw}}", "wrote").FailsWith(1, "SizeRw");
        Assert.Equal("linux", Sampan.Run("inspect", "--type", "image", "-f", "{{.Os}}", "busybox").Succeeds().Line);
        CommandResult none = Sampan.Run("inspect", "--type", "container", "busybox").ExitsWith(1);
        Assert.Equal("[]\n", none.Stdout);
        none.SaysOneLine("no such container", "busybox");
        Sampan.Run("inspect", "--type", "spaceship", "busybox").FailsWith(1, "spaceship");
    }
}
