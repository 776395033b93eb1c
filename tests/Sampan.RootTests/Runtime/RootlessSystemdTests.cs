using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>--systemd-cgroup of an ordinary user: his own systemd has the scope.</summary>
[DiffersByHost]
public sealed class RootlessSystemdTests : RootTest
{
    private OrdinaryUser? _user;
    private UserSystemd? _systemd;

    [Fact]
    public void A_users_systemd_has_the_scope_and_sets_its_limits()
    {
        var (user, id, bundle) = Sleeping(static spec => spec.Annotations = new() { ["org.systemd.property.TimeoutStopSec"] = "7" });
        user.RunIntoFile("--systemd-cgroup", "run", "--detach", "--bundle", bundle.Path, id);
        int pid = PidOf(id);
        string group = File.ReadAllText($"/proc/{pid}/cgroup").Trim();
        Assert.EndsWith($".service/user.slice/sampan-{id}.scope", group);
        Assert.Equal("67108864", Machine.CgroupFile(pid, "memory", "", "memory.max"));
        Assert.Equal("7s", Show(id, "TimeoutStopUSec"));
        user.Run("update", "--memory", "32m", id).Succeeds();
        Assert.Equal("33554432", Machine.CgroupFile(pid, "memory", "", "memory.max"));
        Assert.Equal("33554432", Show(id, "MemoryMax"));

        // From outside of what is his, his systemd takes a process in; and where even that may not, it runs outside.
        Child exec = user.Start("exec", id, "sh", "-c", "echo up; read line");
        exec.WaitFor("up");
        Assert.Equal(2, File.ReadAllLines($"/sys/fs/cgroup{group[3..]}/cgroup.procs").Length);
        exec.Write("\n");
        exec.Finish().Succeeds();
        Directory.CreateDirectory($"/sys/fs/cgroup{group[3..]}/below");
        Host("chown", "-R", $"{OrdinaryUser.Id}", $"/sys/fs/cgroup{group[3..]}/below").Succeeds();
        Assert.Equal("0::/below", user.Run("exec", "--cgroup", "below", id, "cat", "/proc/self/cgroup").Succeeds().Line);
        user.LivesIn = null;
        user.Run("exec", id, "true").Succeeds();

        user.Run("kill", id, "KILL").Succeeds();
        Assert.True(SpinWait.SpinUntil(() => user.Run("state", id).Stdout.Contains("stopped"), Child.Limit));
        user.Run("delete", id).Succeeds();
        Assert.False(Directory.Exists($"/sys/fs/cgroup{group[3..]}"));
    }

    [Fact]
    public void Where_cgroups_are_a_users_he_makes_them_himself()
    {
        var (user, id, bundle) = Sleeping();
        user.RunIntoFile("run", "--detach", "--bundle", bundle.Path, id);
        int pid = PidOf(id);
        string group = File.ReadAllText($"/proc/{pid}/cgroup").Trim();
        Assert.EndsWith($".service/{id}", group);
        Assert.Equal("67108864", Machine.CgroupFile(pid, "memory", "", "memory.max"));
        user.Run("exec", id, "true").Succeeds();
        user.Run("pause", id).Succeeds();
        user.Run("delete", "--force", id).Succeeds();
        Assert.False(Directory.Exists($"/sys/fs/cgroup{group[3..]}"));

        // From outside of what is his he may put no process there, be it that of a hook: which runs, as exec does, outside.
        bundle.Spec.Hooks = new Hooks { StartContainer = [new Hook { Path = "/bin/sh", Args = ["sh", "-c", "echo started >/tmp/hook"], Env = ["PATH=/bin"] }] };
        bundle.Save();
        user.RunIntoFile("create", "--bundle", bundle.Path, id);
        user.LivesIn = null;
        user.Run("start", id).Succeeds();
        Assert.Equal("started\n", File.ReadAllText(Path.Combine(bundle.Rootfs, "tmp/hook")));
        user.Run("delete", "--force", id).Succeeds();
    }

    [Fact]
    public void Without_a_bus_it_is_refused()
    {
        Machine.RequireSystemd();
        Machine.RequireRootless();
        _user = new OrdinaryUser(this);
        _user.Run("--systemd-cgroup", "run", "--bundle", _user.NewBundle().Path, _user.NewId()).FailsWith(1, "DBUS_SESSION_BUS_ADDRESS", "dbus-user-session");
    }

    /// <summary>A user whose systemd runs, and his container of 64 MiB, not yet made.</summary>
    private (OrdinaryUser User, string ID, Bundle Bundle) Sleeping(Action<Spec>? change = null)
    {
        Machine.RequireSystemd();
        Machine.RequireRootless();
        Machine.RequireCgroupV2("memory");
        _user = new OrdinaryUser(this);
        _systemd = new UserSystemd(this, _user);
        return (_user, _user.NewId(), _user.NewBundle(spec =>
        {
            spec.Process!.Args = ["sleep", "1000"];
            spec.Linux!.Resources = new LinuxResources { Memory = new LinuxMemory { Limit = 64 << 20 } };
            change?.Invoke(spec);
        }));
    }

    private int PidOf(string id) => JsonReading.Read<State>(System.Text.Encoding.UTF8.GetBytes(_user!.Run("state", id).Succeeds().Stdout)).Pid!.Value;

    private string Show(string id, string property)
        => _user!.StartProgram("systemctl", "--user", "show", "--value", "--property", property, $"sampan-{id}.scope").Finish().Succeeds().Line;

    protected override void CleanUp()
    {
        base.CleanUp();
        _user?.RemoveContainers();
        _systemd?.Stop();
    }
}
