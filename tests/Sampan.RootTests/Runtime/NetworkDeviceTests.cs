using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>
/// runtime-spec 1.3, config-linux.md, "Network Devices". The "host" of each test is a network namespace of its own, in which `ip` makes
/// the devices and sampan-runtime runs: the machine's devices are left alone.
/// </summary>
public sealed class NetworkDeviceTests : RootTest
{
    private Child? _holder;

    [Fact]
    public void A_device_is_moved_renamed_with_its_addresses_and_set_up()
    {
        InHost("""
            ip link add eth7 mtu 1789 address 02:11:22:33:44:55 type veth peer name peer7
            ip addr add 192.0.2.7/24 broadcast 192.0.2.255 dev eth7
            ip addr add 192.0.2.8/24 dev eth7
            ip addr add 198.51.100.1 peer 198.51.100.2/31 dev eth7
            ip addr add 169.254.7.7/16 scope link dev eth7
            ip -6 addr add 2001:db8::7/64 nodad dev eth7
            ip -6 addr add 2001:db8::8/64 dev eth7 valid_lft 1000 preferred_lft 500
            ip link set eth7 up
            """).Succeeds();
        string inside = Run("ip link show dev net0; ip addr show dev net0; cat /sys/class/net/net0/mtu", Device("eth7", "net0")).Succeeds().Stdout;
        Assert.Contains(",UP", inside);
        Assert.Contains("02:11:22:33:44:55", inside);
        Assert.EndsWith("\n1789\n", inside);
        Assert.Contains("inet 192.0.2.7/24 brd 192.0.2.255 scope global net0", inside);
        Assert.Contains("inet 192.0.2.8/24 scope global secondary net0", inside);
        Assert.Contains("inet 198.51.100.1 peer 198.51.100.2/31 scope global net0", inside);
        Assert.Contains("inet6 2001:db8::7/64 scope global", inside);
        Assert.DoesNotContain("169.254.7.7", inside);
        Assert.DoesNotContain("2001:db8::8", inside);
        // With the namespace, the kernel destroys what is no hardware.
        Assert.Equal("gone", InHost("for i in $(seq 100); do ip link show eth7 >/dev/null 2>&1 || break; sleep 0.05; done; ip -o link | grep -q -e eth7 -e net0 || echo gone").Succeeds().Line);
    }

    [Fact]
    public void One_end_of_a_pair_reaches_the_other()
    {
        InHost("ip link add veth7 type veth peer name peer7; ip addr add 10.7.0.1/24 dev veth7; ip addr add 10.7.0.2/24 dev peer7; ip link set veth7 up; ip link set peer7 up").Succeeds();
        Run("ping -c 1 -W 5 10.7.0.2", Device("veth7")).Succeeds();
    }

    [Fact]
    public void A_namespace_that_is_joined_keeps_the_device()
    {
        string path = Join();
        InHost("ip link add eth7 type veth peer name peer7; ip addr add 192.0.2.7/24 dev eth7").Succeeds();
        Assert.Contains("192.0.2.7/24", Run("ip addr show dev ctr7", Device("eth7", "ctr7") + In(path)).Succeeds().Stdout);
        Assert.Contains("192.0.2.7/24", Host("nsenter", $"--net={path}", "ip", "addr", "show", "dev", "ctr7").Succeeds().Stdout);
    }

    [Fact]
    public void A_pattern_gets_the_first_number_that_is_free()
    {
        string path = Join();
        Host("nsenter", $"--net={path}", "ip", "link", "add", "net0", "type", "veth").Succeeds();
        // Of the same number in its namespace as one in the other: it gets another.
        InHost("ip link add eth7 type veth peer name peer7; ip addr add 192.0.2.7/24 dev eth7; ip link add eth8 type veth peer name peer8; ip addr add 192.0.2.8/24 dev eth8").Succeeds();
        string inside = Run("ip -o -4 addr show | grep 192", Device("eth7", "net%d") + Device("eth8", "net%d") + In(path)).Succeeds().Stdout;
        Assert.Matches(@"net1 .*192\.0\.2\.7/24(.|\n)*net2 .*192\.0\.2\.8/24", inside);
    }

    [Fact]
    public void It_is_there_before_the_sysctls_and_the_hooks_and_belongs_to_a_user_namespace()
    {
        InHost("ip link add eth7 type veth peer name peer7; ip addr add 192.0.2.7/24 dev eth7").Succeeds();
        string seen = InWork("seen");
        string inside = Run("ip addr show dev net0; cat /proc/sys/net/ipv4/conf/net0/forwarding", Device("eth7", "net0") + (s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 100000, Size = 65536 }];
            s.Linux.GidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 100000, Size = 65536 }];
            s.Linux.Sysctl = new() { ["net.ipv4.conf.net0.forwarding"] = "1" };
            s.Hooks = new Hooks { CreateRuntime = [new Hook { Path = "/bin/sh", Args = ["sh", "-c", $"pid=$(sed 's/.*\"pid\":\\([0-9]*\\).*/\\1/'); PATH=/usr/sbin:/usr/bin nsenter -t $pid -n ip addr show dev net0 > {seen} 2>&1"] }] };
        })).Succeeds().Stdout;
        Assert.Contains("192.0.2.7/24", inside);
        Assert.EndsWith("\n1\n", inside);
        Assert.Contains("192.0.2.7/24", File.ReadAllText(seen));
    }

    [Fact]
    public void What_cannot_be_moved_is_refused_and_nothing_has_changed()
    {
        string path = Join();
        Host("nsenter", $"--net={path}", "ip", "link", "add", "taken", "type", "veth").Succeeds();
        InHost("ip link add eth7 type veth peer name peer7; ip addr add 192.0.2.7/24 dev eth7; ip link set eth7 up").Succeeds();
        string before = InHost("ip addr").Succeeds().Stdout;
        Run("true", Device("eth7") + Device("none7")).FailsWith(1, "linux.netDevices.none7: no such network device");
        Run("true", Device("eth7", "taken") + In(path)).FailsWith(1, "linux.netDevices.eth7: the container's network namespace has a taken already");
        Run("true", Device("lo", "lo7")).FailsWith(1, "linux.netDevices.lo: move network device lo: invalid argument");
        Run("true", Device("eth7", "other") + In($"/proc/{_holder!.Pid}/ns/net")).FailsWith(1, "linux.netDevices: the container's network namespace is the one they are in");
        Run("true", Device("eth7", "a/b")).FailsWith(1, "linux.netDevices.eth7.name: \"a/b\" is not a name");
        Run("true", Device("eth7") + (s =>
        {
            s.Linux!.Namespaces!.RemoveAll(n => n.Type == "network");
            s.Mounts!.RemoveAll(m => m.Type == "sysfs");
        })).FailsWith(1, "linux.netDevices: need a network namespace");
        Assert.Equal(before, InHost("ip addr").Succeeds().Stdout);
    }

    /// <summary>That a device is refused is known only once it is tried: those that went before it come back.</summary>
    [Fact]
    public void What_has_been_moved_comes_back_when_a_later_one_is_refused()
    {
        InHost("""
            ip link add eth7 type veth peer name peer7
            ip addr add 192.0.2.7/24 broadcast 192.0.2.255 dev eth7
            ip addr add 169.254.7.7/16 scope link dev eth7
            ip -6 addr add 2001:db8::7/64 nodad dev eth7
            ip link set eth7 up
            ip link add eth8 type veth peer name peer8
            """).Succeeds();
        const string look = "ip -o addr show dev eth7 | grep -v fe80 | sed 's/^[0-9]*: //'; ip -o link | sed 's/^[0-9]*: //; s/ state .*//' | grep eth";
        string before = InHost(look).Succeeds().Stdout;
        Run("true", Device("eth7", "net0") + Device("eth8") + Device("lo", "lo7")).FailsWith(1, "linux.netDevices.lo: move network device lo: invalid argument");
        Assert.Equal(before, InHost(look).Succeeds().Stdout);
    }

    private static Action<Spec> Device(string name, string? inside = null)
        => s => (s.Linux!.NetDevices ??= []).Add(name, new LinuxNetDevice { Name = inside });

    private static Action<Spec> In(string path) => s => s.Linux!.Namespaces!.Single(n => n.Type == "network").Path = path;

    // The namespace of a process that lives as long as the test.
    private Child Hold()
    {
        Child holder = Keep(Child.Start("/usr/bin/unshare", ["--net", "sh", "-c", "echo ready; exec cat"], HostEnvironment));
        Assert.True(SpinWait.SpinUntil(() => holder.Output.Contains("ready"), Child.Limit));
        return holder;
    }

    private string Join() => $"/proc/{Hold().Pid}/ns/net";

    private CommandResult InHost(string script)
    {
        _holder ??= Hold();
        return Host("nsenter", $"--net=/proc/{_holder.Pid}/ns/net", "sh", "-ec", script);
    }

    private CommandResult Run(string command, Action<Spec> change)
    {
        _holder ??= Hold();
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["sh", "-c", command];
            s.Process.Capabilities!.Bounding!.Add("CAP_NET_RAW");
            s.Process.Capabilities.Effective!.Add("CAP_NET_RAW");
            s.Process.Capabilities.Permitted!.Add("CAP_NET_RAW");
            change(s);
        });
        return Host("nsenter", $"--net=/proc/{_holder.Pid}/ns/net", RuntimeCli.Program, "--root", Runtime.StateRoot, "run", "--bundle", bundle.Path, Runtime.NewId());
    }
}
