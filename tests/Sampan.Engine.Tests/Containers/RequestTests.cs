namespace Sampan.Engine.Tests;

/// <summary>What is refused before anything is made, and in which words.</summary>
public sealed class RequestTests
{
    [Theory]
    [InlineData("ipc", "shared", "invalid IPC mode: shared: want private, shareable, none, host or container:NAME")]
    [InlineData("ipc", "container:", "invalid IPC mode: container:: want private, shareable, none, host or container:NAME")]
    [InlineData("pid", "container:", "invalid PID mode: container:: want private, host or container:NAME")]
    [InlineData("uts", "private", "invalid UTS mode: private: want host, or nothing")]
    [InlineData("cgroupns", "x", "invalid CGROUP mode: x: want private or host")]
    [InlineData("isolation", "hyperv", "invalid isolation 'hyperv' on linux: want default")]
    [InlineData("network", "bridge", "network bridge not found: this sampan has the networks none, host and container:NAME")]
    [InlineData("rule", "c 1 rw", "invalid device cgroup format 'c 1 rw': want a type, numbers and rights such as 'c 42:* rwm'")]
    [InlineData("rule", "x 1:1 r", "invalid device cgroup format 'x 1:1 r': want a type, numbers and rights such as 'c 42:* rwm'")]
    [InlineData("rule", "c 1:-1 r", "invalid device cgroup format 'c 1:-1 r': want a type, numbers and rights such as 'c 42:* rwm'")]
    [InlineData("parent", "../x", "invalid --cgroup-parent ../x: a path with \"..\" could leave where it is meant to be")]
    [InlineData("parent", "/", "invalid --cgroup-parent /: want the path of a cgroup below the root, such as /work or work.slice")]
    [InlineData("security", "label=colour:red", "invalid --security-opt \"label=colour:red\"")]
    [InlineData("security", "no-new-privileges=perhaps", "invalid --security-opt \"no-new-privileges=perhaps\"")]
    [InlineData("security", "writable-cgroups=perhaps", "invalid --security-opt \"writable-cgroups=perhaps\"")]
    [InlineData("tmpfs", "size=1m,fast", "invalid tmpfs option \"fast\" of --tmpfs /t")]
    [InlineData("tmpfs", "speed=1", "invalid tmpfs option \"speed=1\" of --tmpfs /t")]
    public void Host_settings(string field, string value, string message)
    {
        var host = new HostConfig();
        Set(host, field, value);
        Assert.StartsWith(message, Refusal(host));
    }

    [Theory]
    [InlineData("ipc", "shareable")]
    [InlineData("ipc", "none")]
    [InlineData("ipc", "container:x")]
    [InlineData("pid", "container:x")]
    [InlineData("network", "container:x")]
    [InlineData("uts", "host")]
    [InlineData("isolation", "default")]
    [InlineData("rule", "a *:* rwm")]
    [InlineData("parent", "work.slice")]
    [InlineData("security", "seccomp=builtin")]
    [InlineData("security", "writable-cgroups")]
    [InlineData("security", "no-new-privileges:false")]
    [InlineData("tmpfs", "rw,exec,size=65536k,mode=1777,nr_inodes=5")]
    public void Accepted(string field, string value)
    {
        var host = new HostConfig();
        Set(host, field, value);
        RequestValidation.Check(Request(host));
    }

    [Theory]
    [InlineData("uts", "host", "conflicting options: hostname and the UTS mode")]
    [InlineData("network", "container:x", "conflicting options: hostname and the network mode")]
    public void A_name_of_its_own_contradicts(string field, string value, string message)
    {
        var host = new HostConfig();
        Set(host, field, value);
        Assert.Equal(message, Refusal(host, new ContainerSettings { Hostname = "h" }));
    }

    [Fact]
    public void A_user_namespace_of_its_own_cannot_own_anothers()
    {
        Assert.StartsWith("conflicting options: a user namespace of its own (--userns auto) and the PID or IPC namespace of container x", Refusal(new HostConfig { UsernsMode = "auto", PidMode = "container:x" }));
        RequestValidation.Check(Request(new HostConfig { UsernsMode = "host", IpcMode = "container:x" }));
    }

    [Theory]
    [InlineData("network")]
    [InlineData("pid")]
    [InlineData("ipc")]
    public void What_starts_again_by_itself_joins_nobody(string flag)
    {
        var host = new HostConfig { RestartPolicy = RestartSetting.Parse("always") };
        Set(host, flag, "container:x");
        Assert.StartsWith($"--restart with --{flag} container:x: ", Refusal(host));
        host.RestartPolicy = RestartSetting.Parse("no");
        RequestValidation.Check(Request(host));
    }

    [Fact]
    public void Limits_have_their_ranges()
    {
        Assert.Equal("invalid value: 101, valid memory swappiness range is 0-100", Refusal(new HostConfig { MemorySwappiness = 101 }));
        Assert.Equal("range of blkio weight is from 10 to 1000, not 5", Refusal(new HostConfig { BlkioWeight = 5 }));
        Assert.Equal("cpu real-time runtime cannot be higher than cpu real-time period", Refusal(new HostConfig { CpuRealtimePeriod = 10, CpuRealtimeRuntime = 20 }));
    }

    [Fact]
    public void Nobody_is_replaced_without_a_name()
        => Assert.StartsWith("cannot replace a container without a name", Assert.Throws<SampanException>(() => RequestValidation.Check(new CreateRequest { Replace = true, Config = new(), HostConfig = new() })).Message);

    private static void Set(HostConfig host, string field, string value)
    {
        switch (field)
        {
            case "ipc": host.IpcMode = value; break;
            case "pid": host.PidMode = value; break;
            case "uts": host.UTSMode = value; break;
            case "cgroupns": host.CgroupnsMode = value; break;
            case "network": host.NetworkMode = value; break;
            case "isolation": host.Isolation = value; break;
            case "rule": host.DeviceCgroupRules = [value]; break;
            case "parent": host.CgroupParent = value; break;
            case "security": host.SecurityOpt = [value]; break;
            case "tmpfs": host.Tmpfs = new() { ["/t"] = value }; break;
            default: throw new ArgumentException(field);
        }
    }

    private static CreateRequest Request(HostConfig host, ContainerSettings? config = null) => new() { Config = config ?? new(), HostConfig = host };

    private static string Refusal(HostConfig host, ContainerSettings? config = null) => Assert.Throws<SampanException>(() => RequestValidation.Check(Request(host, config))).Message;
}
