using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>--systemd-cgroup: the container's cgroup as a unit, as systemd and the kernel show it.</summary>
[DiffersByHost]
public sealed class SystemdCgroupTests : RootTest
{
    private const string Slice = "sampantest.slice";

    private Bundle? _bundle;

    private string Unit => $"test-{Token}.scope";

    [Fact]
    public void A_container_is_a_scope_in_its_slice_from_its_start_to_its_deletion()
    {
        Machine.RequireSystemd();
        string id = Run(resources: new() { Memory = new() { Limit = 64 << 20 }, Pids = new() { Limit = 50 }, Cpu = new() { Shares = 512, Quota = 50000, Period = 100000 } });
        int pid = Runtime.State(id).Pid!.Value;
        Assert.All(File.ReadAllLines($"/proc/{pid}/cgroup").Where(l => l.StartsWith("0::", StringComparison.Ordinal) || l.Contains("name=systemd")),
            l => Assert.EndsWith($":/{Slice}/{Unit}", l));
        Assert.Equal("67108864", Machine.CgroupFile(pid, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.Equal("50", Machine.CgroupFile(pid, "pids", "pids.max", "pids.max"));
        Assert.Equal("active", Show("ActiveState"));
        Assert.Equal("yes", Show("Delegate"));
        Assert.Equal("strict", Show("DevicePolicy"));
        Assert.Equal("50", Show("TasksMax"));
        Assert.Equal("500ms", Show("CPUQuotaPerSecUSec"));
        Assert.Equal("denied", Runtime.Run("exec", id, "sh", "-c", "cat /proc/1/cgroup >/dev/null; (: </dev/full) 2>/dev/null; echo denied").Succeeds().Line);
        Assert.Contains(Unit, Host("systemctl", "list-units", "--no-legend", "--plain", Unit).Stdout);

        Runtime.Run("update", "--memory", "32m", "--pids-limit", "20", id).Succeeds();
        Assert.Equal("33554432", Machine.CgroupFile(pid, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.Equal("20", Show("TasksMax"));
        // systemd writes its units' files anew, and they stay what the container was given.
        Host("systemctl", "daemon-reload").Succeeds();
        Assert.Equal("33554432", Machine.CgroupFile(pid, "memory", "memory.limit_in_bytes", "memory.max"));

        Runtime.Run("pause", id).Succeeds();
        Assert.Equal("paused", Runtime.State(id).Status);
        Runtime.Run("resume", id).Succeeds();
        Runtime.Run("kill", id, "KILL").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("delete", id).Succeeds();
        Assert.Equal("not-found", Show("LoadState"));
    }

    [Fact]
    public void Inside_the_scope_is_the_root_of_a_cgroup_namespace()
    {
        Machine.RequireSystemd();
        string id = Run("cat /proc/self/cgroup; sleep 1000");
        Assert.All(Runtime.Run("exec", id, "cat", "/proc/1/cgroup").Succeeds().Lines, l => Assert.EndsWith(":/", l));
    }

    [Fact]
    public void A_killed_creator_leaves_no_unit()
    {
        Machine.RequireSystemd();
        string id = Runtime.NewId();
        Bundle bundle = NewBundle(spec => spec.Hooks = new Hooks { CreateRuntime = [new Hook { Path = "/bin/sh", Args = ["sh", "-c", $": > {InWork("hooked")}; exec sleep 1000"] }] });
        Child creator = Runtime.Start("--systemd-cgroup", "create", "--bundle", bundle.Path, id);
        Assert.True(SpinWait.SpinUntil(() => File.Exists(InWork("hooked")), Child.Limit));
        Host("kill", "-9", $"{creator.Pid}").Succeeds();
        creator.Finish();
        Runtime.Run("delete", "--force", id).Succeeds();
        Assert.Equal("not-found", Show("LoadState"));
    }

    [Fact]
    public void A_limit_that_cannot_be_set_leaves_no_unit()
    {
        Machine.RequireSystemd();
        Bundle bundle = NewBundle(spec => spec.Linux!.Resources = new() { HugepageLimits = [new() { PageSize = "3MB", Limit = 0 }] });
        Runtime.Run("--systemd-cgroup", "run", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, "linux.resources.hugepageLimits[0]");
        Assert.Equal("not-found", Show("LoadState"));
    }

    [Fact]
    public void A_path_of_another_form_is_named()
    {
        Machine.RequireSystemd();
        Bundle bundle = Runtime.NewBundle(spec => spec.Linux!.CgroupsPath = $"/{Token}/a");
        Runtime.Run("--systemd-cgroup", "run", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, "linux.cgroupsPath", "slice:prefix:name");
    }

    [Fact]
    public void Every_hierarchy_has_the_scope_and_keeps_no_process_out()
    {
        Machine.RequireSystemd();
        Machine.RequireController("cpuset");
        string id = Run(resources: new() { Cpu = new() { Cpus = "0", Mems = "0" }, Memory = new() { Limit = 64 << 20 }, Pids = new() { Limit = 50 } });
        int pid = Runtime.State(id).Pid!.Value;
        foreach (string controller in (string[])["memory", "pids", "cpuset", "devices", "freezer", "name=systemd", ""])
        {
            if (File.ReadLines($"/proc/{pid}/cgroup").Select(static l => l.Split(':', 3)).FirstOrDefault(l => l[1].Split(',').Contains(controller)) is not { } line)
                continue;
            // v1's freezer is left out where a v2 hierarchy freezes.
            Assert.True(line[2] == $"/{Slice}/{Unit}" || controller == "freezer", string.Join(':', line));
        }
        Assert.Equal("0", Machine.CgroupFile(pid, "cpuset", "cpuset.cpus", "cpuset.cpus"));
        Child exec = Runtime.Start("exec", id, "sh", "-c", "echo $$; read line");
        exec.WaitFor("\n");
        string[] members = File.ReadAllLines($"/proc/{pid}/cgroup");
        int other = Assert.Single(Runtime.Run("ps", "--format", "json", id).Succeeds().Line.Trim('[', ']').Split(',').Select(int.Parse), p => p != pid);
        Assert.Equal(members, File.ReadAllLines($"/proc/{other}/cgroup"));
        exec.Write("\n");
        exec.Finish().Succeeds();
        Runtime.Run("delete", "--force", id).Succeeds();
        AssertNoDirectory();
    }

    [Fact]
    public void Devices_stay_denied_when_systemd_writes_its_units_anew()
    {
        Machine.RequireSystemd();
        Machine.RequireDeviceRules();
        string id = Run();
        // /dev/kmsg, which no container may open; its node may be there all the same.
        Host("mknod", "-m", "666", $"{_bundle!.Rootfs}/kmsg", "c", "1", "11").Succeeds();
        Runtime.Run("exec", id, "sh", "-c", "echo x >/dev/null && : </kmsg").ExitsWith(1).SaysOneLine("Operation not permitted");
        Host("systemctl", "daemon-reload").Succeeds();
        Host("systemctl", "set-property", "--runtime", Unit, "TasksMax=77").Succeeds();
        Runtime.Run("exec", id, "sh", "-c", "echo x >/dev/null && : </kmsg").ExitsWith(1).SaysOneLine("Operation not permitted");
        Runtime.Run("delete", "--force", id).Succeeds();
    }

    [Fact]
    public void A_new_kind_of_limit_takes_the_container_along()
    {
        Machine.RequireSystemd();
        Machine.RequireController("cpuset");
        string id = Run();
        Runtime.Run("update", "--cpuset-cpus", "0", id).Succeeds();
        int pid = Runtime.State(id).Pid!.Value;
        Assert.Equal("0", Machine.CgroupFile(pid, "cpuset", "cpuset.cpus", "cpuset.cpus"));
        string hierarchy = Machine.CgroupV1("cpuset") is null ? "" : "cpuset";
        Assert.EndsWith($":/{Slice}/{Unit}", File.ReadLines($"/proc/{pid}/cgroup").Single(l => l.Split(':')[1].Split(',').Contains(hierarchy)));
        Runtime.Run("delete", "--force", id).Succeeds();
        AssertNoDirectory();
    }

    [Fact]
    public void A_slice_is_refused()
    {
        Machine.RequireSystemd();
        Bundle bundle = Runtime.NewBundle(spec => spec.Linux!.CgroupsPath = $"{Slice}:test:{Token}.slice");
        Runtime.Run("--systemd-cgroup", "run", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, "linux.cgroupsPath", $"unable to start unit \"{Token}.slice\"");
    }

    [Fact]
    public void Annotations_are_properties()
    {
        Machine.RequireSystemd();
        string id = Run(change: static spec => spec.Annotations = new()
        {
            ["org.systemd.property.TimeoutStopSec"] = "1.5", ["org.systemd.property.Description"] = "'of its own'", ["org.systemd.property.RuntimeMaxUSec"] = "uint64 3600000000",
        });
        Assert.Matches("^1(\\.50*s|s 500ms)$", Show("TimeoutStopUSec"));
        Assert.Equal("of its own", Show("Description"));
        Assert.Equal("1h", Show("RuntimeMaxUSec"));
        Runtime.Run("delete", "--force", id).Succeeds();
    }

    [Theory]
    [InlineData("NoSuchThing", "1")]
    [InlineData("TimeoutStopSec", "'long'")]
    [InlineData("TimeoutStopUSec", "5")]
    public void A_property_that_systemd_does_not_take_is_named(string name, string value)
    {
        Machine.RequireSystemd();
        Bundle bundle = NewBundle(spec => spec.Annotations = new() { [$"org.systemd.property.{name}"] = value });
        Runtime.Run("--systemd-cgroup", "run", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, $"annotations[\"org.systemd.property.{name}\"]");
        Assert.Equal("not-found", Show("LoadState"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_cgroup_that_may_be_written_to_is_its_users(bool systemd)
    {
        Machine.RequireCgroupV2("memory");
        if (systemd)
            Machine.RequireSystemd();
        (string Directory, string Procs, string Limit) Owners(Action<Spec> change)
        {
            string id = Runtime.NewId();
            Bundle bundle = Runtime.NewBundle(spec =>
            {
                spec.Linux!.CgroupsPath = systemd ? $"{Slice}:test:{Token}" : $"/{Token}";
                spec.Process!.Args = ["sleep", "1000"];
                spec.Linux.Namespaces!.Add(new LinuxNamespace { Type = "user" });
                spec.Linux.UidMappings = spec.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
                spec.Mounts!.Single(static m => m.Destination == "/sys/fs/cgroup").Options = ["nosuid", "noexec", "nodev"];
                change(spec);
            });
            Runtime.RunIntoFile(id, [.. systemd ? ["--systemd-cgroup"] : Array.Empty<string>(), "run", "--detach", "--bundle", bundle.Path, id]).Succeeds();
            string directory = "/sys/fs/cgroup" + File.ReadAllText($"/proc/{Runtime.State(id).Pid}/cgroup").Trim()[3..];
            string[] owners = Host("stat", "-c", "%u", directory, $"{directory}/cgroup.procs", $"{directory}/memory.max").Succeeds().Lines;
            if (owners[0] != "0")
                Runtime.Run("exec", "--user", owners[0] == "101000" ? "1000" : "0", id, "mkdir", "/sys/fs/cgroup/below").Succeeds();
            Runtime.Run("delete", "--force", id).Succeeds();
            return (owners[0], owners[1], owners[2]);
        }
        Assert.Equal(("100000", "100000", "0"), Owners(static spec => { }));
        Assert.Equal(("101000", "101000", "0"), Owners(static spec => spec.Process!.User = new User { Uid = 1000 }));
        Assert.Equal(("0", "0", "0"), Owners(static spec => spec.Mounts!.Single(static m => m.Destination == "/sys/fs/cgroup").Options = ["ro"]));
        Assert.Equal(("0", "0", "0"), Owners(static spec => spec.Linux!.Namespaces!.RemoveAll(static ns => ns.Type == "cgroup")));
    }

    [Fact]
    public void A_restored_container_is_a_scope_again()
    {
        Machine.RequireSystemd();
        Machine.RequireCriu();
        string id = Run(), images = InWork("images/x")[..^2];
        Runtime.Run("checkpoint", "--image-path", images, id).Succeeds();
        Assert.Equal("not-found", Show("LoadState"));
        Runtime.RunIntoFile(id, "--systemd-cgroup", "restore", "--detach", "--bundle", _bundle!.Path, "--image-path", images, id).Succeeds();
        Assert.Equal("active", Show("ActiveState"));
        Assert.Contains($"/{Slice}/{Unit}", File.ReadAllText($"/proc/{Runtime.State(id).Pid}/cgroup"));
        Runtime.Run("delete", "--force", id).Succeeds();
        Assert.Equal("not-found", Show("LoadState"));
    }

    [Fact]
    public void Without_systemd_it_is_refused()
    {
        Machine.RequireNoSystemd();
        Runtime.Run("--systemd-cgroup", "run", "--bundle", NewBundle().Path, Runtime.NewId()).FailsWith(1, "--systemd-cgroup");
    }

    private Bundle NewBundle(Action<Spec>? change = null) => Runtime.NewBundle(spec =>
    {
        spec.Linux!.CgroupsPath = $"{Slice}:test:{Token}";
        change?.Invoke(spec);
    });

    private string Run(string command = "sleep 1000", LinuxResources? resources = null, Action<Spec>? change = null)
    {
        string id = Runtime.NewId();
        _bundle = NewBundle(spec =>
        {
            spec.Process!.Args = ["sh", "-c", command];
            spec.Linux!.Resources = resources;
            change?.Invoke(spec);
        });
        Runtime.RunIntoFile(id, "--systemd-cgroup", "run", "--detach", "--bundle", _bundle.Path, id).Succeeds();
        return id;
    }

    private void AssertNoDirectory()
        => Assert.All(Machine.CgroupMounts, mount => Assert.False(Directory.Exists($"{mount}/{Slice}/{Unit}"), $"{mount}/{Slice}/{Unit} is still there"));

    private string Show(string property) => Host("systemctl", "show", "--value", "--property", property, Unit).Succeeds().Stdout.Trim();

    // An empty slice stays until systemd collects it; the leak probe would take its directory for the test's.
    protected override void CleanUp()
    {
        base.CleanUp();
        if (Machine.HasSystemd)
            Host("systemctl", "stop", Slice);
    }
}
