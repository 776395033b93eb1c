using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config-linux.md, "Namespaces", "User namespace mappings", "Offset for Time Namespace".</summary>
public sealed class NamespaceTests : RootTest
{
    private static readonly Dictionary<string, string> ProcNames = new() { ["mount"] = "mnt", ["network"] = "net", ["uts"] = "uts", ["ipc"] = "ipc", ["pid"] = "pid", ["cgroup"] = "cgroup", ["user"] = "user", ["time"] = "time" };

    [Theory]
    [InlineData("mount")]
    [InlineData("network")]
    [InlineData("uts")]
    [InlineData("ipc")]
    [InlineData("pid")]
    [InlineData("cgroup")]
    [InlineData("user")]
    [InlineData("time")]
    public void Each_can_be_new(string type)
    {
        if (type == "time")
            Machine.RequireTimeNamespaces();
        string inside = Runtime.Shell($"readlink /proc/self/ns/{ProcNames[type]}", s => With(s, type)).Succeeds().Line;
        Assert.Matches(@"^\w+:\[\d+\]$", inside);
        Assert.NotEqual(Machine.ReadLink($"/proc/self/ns/{ProcNames[type]}"), inside);
    }

    [Theory]
    [InlineData("network")]
    [InlineData("uts")]
    [InlineData("ipc")]
    [InlineData("cgroup")]
    public void What_the_spec_does_not_list_stays_the_hosts(string type)
    {
        string inside = Runtime.Shell($"readlink /proc/self/ns/{ProcNames[type]}", s =>
        {
            s.Linux!.Namespaces!.RemoveAll(n => n.Type == type);
            if (type == "uts")
                s.Hostname = null;
            // Without a network namespace of its own a container may not mount sysfs, nor mqueue without an IPC one.
            s.Mounts!.RemoveAll(m => m.Type is "sysfs" or "mqueue" or "cgroup");
        }).Succeeds().Line;
        Assert.Equal(Machine.ReadLink($"/proc/self/ns/{ProcNames[type]}"), inside);
    }

    [Fact]
    public void One_that_exists_can_be_joined()
    {
        int pid = Runtime.State(Runtime.RunDetached(change: s => s.Hostname = "first")).Pid!.Value;
        foreach (string type in new[] { "uts", "network", "ipc", "pid" })
        {
            string inside = Runtime.Shell($"readlink /proc/self/ns/{ProcNames[type]}; hostname", s =>
            {
                s.Hostname = null;
                s.Linux!.Namespaces!.Single(n => n.Type == type).Path = $"/proc/{pid}/ns/{ProcNames[type]}";
            }).Succeeds().Lines[0];
            Assert.Equal(Machine.ReadLink($"/proc/{pid}/ns/{ProcNames[type]}"), inside);
        }
    }

    [Fact]
    public void A_user_namespace_can_be_joined_and_owns_what_is_new()
    {
        string first = Runtime.RunDetached(change: s => With(s, "user"));
        int pid = Runtime.State(first).Pid!.Value;
        Bundle bundle = Runtime.NewBundle(s =>
        {
            With(s, "user");
            s.Linux!.Namespaces!.Single(n => n.Type == "user").Path = $"/proc/{pid}/ns/user";
            s.Hostname = "second";
            s.Process!.Args = ["sh", "-c", "readlink /proc/self/ns/user; echo $$ $(id -u) $(hostname); mount -t tmpfs none /dev/shm && touch /dev/shm/made; sleep 1000"];
            s.Process.Capabilities!.Bounding!.Add("CAP_SYS_ADMIN");
            s.Process.Capabilities.Effective!.Add("CAP_SYS_ADMIN");
            s.Process.Capabilities.Permitted!.Add("CAP_SYS_ADMIN");
        });
        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        Assert.True(SpinWait.SpinUntil(() => File.Exists($"/proc/{Runtime.State(id).Pid}/root/dev/shm/made"), Child.Limit), File.ReadAllText(Runtime.OutputOf(id)));
        Assert.Equal([Machine.ReadLink($"/proc/{pid}/ns/user"), "1 0 second"], File.ReadAllLines(Runtime.OutputOf(id)));
        Assert.Contains("\nUid:\t100000\t", File.ReadAllText($"/proc/{Runtime.State(id).Pid}/status"));
        Assert.Equal($"{Machine.ReadLink($"/proc/{pid}/ns/user")} 0 second", Runtime.Run("exec", id, "sh", "-c", "echo $(readlink /proc/self/ns/user) $(id -u) $(hostname)").Succeeds().Line);
        Runtime.Run("delete", "--force", first).Succeeds();
        Assert.Equal("running", Runtime.State(id).Status);
    }

    /// <summary>As an engine does it that made the network before.</summary>
    [Theory]
    [InlineData("network")]
    [InlineData("ipc")]
    [InlineData("uts")]
    [InlineData("pid")]
    [InlineData("cgroup")]
    public void One_of_the_hosts_can_be_joined_with_a_new_user_namespace(string type)
    {
        int pid = Runtime.State(Runtime.RunDetached(change: s =>
        {
            s.Hostname = "first";
            With(s, type);
        })).Pid!.Value;
        string[] inside = Runtime.Shell($"readlink /proc/self/ns/{ProcNames[type]}; id -u", s =>
        {
            With(s, "user");
            s.Hostname = null;
            With(s, type);
            s.Linux!.Namespaces!.Single(n => n.Type == type).Path = $"/proc/{pid}/ns/{ProcNames[type]}";
            // Only who owns the namespace may mount these.
            s.Mounts!.RemoveAll(m => m.Type is "sysfs" or "cgroup" && type == "network" || m.Type is "mqueue" && type == "ipc" || m.Type is "cgroup" && type == "cgroup");
            if (type == "pid")
                (s.Mounts!.Single(m => m.Type == "proc").Type, s.Mounts!.Single(m => m.Destination == "/proc").Source, s.Mounts!.Single(m => m.Destination == "/proc").Options) = ("bind", "/proc", ["rbind"]);
        }).Succeeds().Lines;
        Assert.Equal([Machine.ReadLink($"/proc/{pid}/ns/{ProcNames[type]}"), "0"], inside);
    }

    [Fact]
    public void A_time_namespace_can_be_joined()
    {
        Machine.RequireTimeNamespaces();
        int pid = Runtime.State(Runtime.RunDetached(change: s => With(s, "time"))).Pid!.Value;
        Assert.Equal(Machine.ReadLink($"/proc/{pid}/ns/time"),
            Runtime.Shell("readlink /proc/self/ns/time", s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "time", Path = $"/proc/{pid}/ns/time" })).Succeeds().Line);
    }

    [Fact]
    public void A_cgroup_namespace_can_be_joined()
    {
        int pid = Runtime.State(Runtime.RunDetached(change: s => With(s, "cgroup"))).Pid!.Value;
        Assert.Equal(Machine.ReadLink($"/proc/{pid}/ns/cgroup"), Runtime.Shell("readlink /proc/self/ns/cgroup", s =>
        {
            s.Linux!.Namespaces!.RemoveAll(static n => n.Type == "cgroup");
            s.Linux.Namespaces.Add(new LinuxNamespace { Type = "cgroup", Path = $"/proc/{pid}/ns/cgroup" });
        }).Succeeds().Line);
    }

    [Fact]
    public void A_fifo_in_the_place_of_a_namespace_is_an_error_and_no_hang()
    {
        string fifo = InWork("fifo");
        Host("mkfifo", fifo).Succeeds();
        Runtime.Shell("true", s => s.Linux!.Namespaces!.Single(n => n.Type == "network").Path = fifo).FailsWith(1, "linux.namespaces[", fifo);
    }

    [Fact]
    public void A_namespace_of_the_wrong_type_is_refused()
    {
        CommandResult result = Runtime.Shell("true", s => s.Linux!.Namespaces!.Single(n => n.Type == "network").Path = "/proc/self/ns/uts");
        result.Fails("/proc/self/ns/uts");
    }

    [Fact]
    public void The_first_process_is_1_and_sees_no_other()
    {
        Assert.Equal("1", Runtime.Shell("echo $$").Succeeds().Line);
        Assert.DoesNotContain("Sampan.RootTests", Runtime.Shell("ps").Succeeds().Stdout);
    }

    [Fact]
    public void Hostname_and_domainname_are_set_inside_alone()
    {
        string host = File.ReadAllText("/proc/sys/kernel/hostname").Trim();
        Assert.Equal("inner example.org", Runtime.Shell("echo $(hostname) $(cat /proc/sys/kernel/domainname)", s => (s.Hostname, s.Domainname) = ("inner", "example.org")).Succeeds().Line);
        Assert.Equal(host, File.ReadAllText("/proc/sys/kernel/hostname").Trim());
    }

    [Fact]
    public void Loopback_is_up_and_alone()
    {
        Assert.Equal("lo", Runtime.Shell("ls /sys/class/net").Succeeds().Line);
        Assert.Contains("127.0.0.1", Runtime.Shell("ip addr show lo").Succeeds().Stdout);
    }

    [Fact]
    public void Root_of_a_user_namespace_is_somebody_else_outside()
    {
        string id = Runtime.RunDetached("echo $(id -u) $(id -g); touch /tmp/made; sleep 1000", s => With(s, "user"));
        int pid = Runtime.State(id).Pid!.Value;
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(Runtime.OutputOf(id)) == "0 0\n", Child.Limit), File.ReadAllText(Runtime.OutputOf(id)));
        Assert.Equal(["0", "100000", "65536"], Fields($"/proc/{pid}/uid_map"));
        Assert.Equal(["0", "200000", "65536"], Fields($"/proc/{pid}/gid_map"));
        Assert.Contains("\nUid:\t100000\t100000\t100000\t100000\n", File.ReadAllText($"/proc/{pid}/status"));
        Assert.Contains("\nGid:\t200000\t200000\t200000\t200000\n", File.ReadAllText($"/proc/{pid}/status"));
        Assert.Equal("0 0", Runtime.Run("exec", id, "sh", "-c", "echo $(id -u) $(id -g)").Succeeds().Line);

        static string[] Fields(string file) => File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }

    [Fact]
    public void Devices_work_in_a_user_namespace()
        => Assert.Equal("ok", Runtime.Shell("echo x > /dev/null && head -c 1 /dev/zero | wc -c >/dev/null && head -c 4 /dev/urandom >/dev/null && echo ok", s => With(s, "user")).Succeeds().Line);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [InlineData(true, true)]
    public void Clocks_are_offset_by_the_time_namespace(bool user, bool joined = false)
    {
        Machine.RequireTimeNamespaces();
        string? owner = joined ? $"/proc/{Runtime.State(Runtime.RunDetached(change: static s => With(s, "user"))).Pid}/ns/user" : null;
        string uptime = Runtime.Shell("cut -d. -f1 /proc/uptime", s =>
        {
            With(s, "time");
            if (user)
                With(s, "user");
            if (joined)
                s.Linux!.Namespaces!.Single(static n => n.Type == "user").Path = owner;
            s.Linux!.TimeOffsets = new() { ["boottime"] = new LinuxTimeOffset { Secs = 10_000_000 }, ["monotonic"] = new LinuxTimeOffset { Secs = 5, Nanosecs = 500 } };
        }).Succeeds().Line;
        Assert.InRange(long.Parse(uptime), 10_000_000, long.MaxValue);
    }

    private static void With(Spec spec, string type)
    {
        if (spec.Linux!.Namespaces!.All(n => n.Type != type))
            spec.Linux.Namespaces!.Add(new LinuxNamespace { Type = type });
        if (type != "user")
            return;
        spec.Linux.UidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 100000, Size = 65536 }];
        spec.Linux.GidMappings = [new LinuxIdMapping { ContainerID = 0, HostID = 200000, Size = 65536 }];
    }
}
