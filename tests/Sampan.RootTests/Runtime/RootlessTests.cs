using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary><c>sampan-runtime</c> run by an ordinary user.</summary>
[DiffersByHost]
public sealed class RootlessTests : RootTest
{
    private OrdinaryUser? _user;

    private OrdinaryUser User => _user ??= new OrdinaryUser(this);

    [Fact]
    public void A_container_has_its_user_as_root()
    {
        Machine.RequireRootless();
        string rootfs = "";
        CommandResult result = User.Run("run", "--bundle", User.NewBundle(spec =>
        {
            spec.Process!.Args = ["sh", "-c", "id -u; cat /proc/self/uid_map; cat /proc/self/setgroups; echo >/made; echo x >/dev/null && cat /proc/1/comm; ls /proc/self/fd | wc -l"];
        }).Also(b => rootfs = b.Rootfs).Path, User.NewId()).Succeeds();
        Assert.Equal("0", result.Lines[0]);
        Assert.Equal(["0", $"{OrdinaryUser.Id}", "1"], result.Lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal("deny", result.Lines[2]);
        Assert.Equal($"{OrdinaryUser.Id}", Host("stat", "-c", "%u", $"{rootfs}/made").Line);
    }

    [Fact]
    public void More_ids_are_mapped_by_newuidmap()
    {
        Machine.RequireSubordinateIds();
        Bundle bundle = User.NewBundle(spec =>
        {
            OrdinaryUser.MapMore(spec);
            spec.Process!.Args = ["sh", "-c", "id -u; id -G; cat /proc/self/setgroups; echo >/tmp/made"];
            spec.Process.User = new User { Uid = 1000, Gid = 1000, AdditionalGids = [7] };
        });
        Assert.Equal(["1000", "1000 7", "allow"], User.Run("run", "--bundle", bundle.Path, User.NewId()).Succeeds().Lines);
        Assert.Equal($"{OrdinaryUser.First + 999}", Host("stat", "-c", "%u", $"{bundle.Rootfs}/tmp/made").Line);
    }

    [Fact]
    public void Ids_of_somebody_else_are_refused_and_the_remedy_is_told()
    {
        Machine.RequireSubordinateIds();
        User.Shell("true", static spec => spec.Linux!.UidMappings!.Add(new LinuxIdMapping { ContainerID = 1, HostID = 5, Size = 10 })).FailsWith(1, "linux.uidMappings", "newuidmap", "/etc/subuid");
        User.Shell("true", static spec =>
        {
            OrdinaryUser.MapMore(spec);
            spec.Linux!.GidMappings = [.. spec.Linux.GidMappings!, new LinuxIdMapping { ContainerID = 70000, HostID = 5, Size = 1 }];
        }).FailsWith(1, "linux.gidMappings", "newgidmap", "/etc/subgid");
        Assert.Empty(Directory.GetDirectories(User.StateRoot));
    }

    [Fact]
    public void Where_newuidmap_is_missing_its_package_is_named()
    {
        Machine.RequireRootless();
        Bundle bundle = User.NewBundle(OrdinaryUser.MapMore);
        User.StartProgram("env", $"PATH={Work}", User.Program, "run", "--bundle", bundle.Path, User.NewId()).Finish().FailsWith(1, "linux.uidMappings", "newuidmap", "apt install uidmap");
    }

    [Fact]
    public void A_life_from_create_to_delete()
    {
        Machine.RequireRootless();
        string id = User.NewId();
        Bundle bundle = User.NewBundle(static spec => spec.Process!.Args = ["sh", "-c", "echo runs; exec sleep 1000"]);
        string output = User.RunIntoFile("create", "--bundle", bundle.Path, id);
        Assert.Equal("created", State(id).Status);
        User.Run("start", id).Succeeds();
        Assert.Equal("running", State(id).Status);
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(output) == "runs\n", Child.Limit));
        string[] listed = User.Run("list").Succeeds().Lines;
        Assert.Contains(id, listed[1]);
        Assert.EndsWith("ordinary", listed[1]);

        string ns = Machine.ReadLink($"/proc/{State(id).Pid}/ns/pid");
        Assert.Equal(["0", ns], User.Run("exec", id, "sh", "-c", "id -u; readlink /proc/self/ns/pid").Succeeds().Lines);
        User.Run("exec", id, "sh", "-c", "exit 7").ExitsWith(7);
        User.Run("exec", id, "nothing-there").ExitsWith(255);
        User.RunIntoFile("exec", "--detach", id, "sleep", "1000");
        Assert.Equal(2, User.Run("ps", "--format", "json", id).Succeeds().Line.Split(',').Length);

        User.Run("delete", id).FailsWith(1, "not stopped");
        User.Run("kill", id, "KILL").Succeeds();
        Assert.True(SpinWait.SpinUntil(() => State(id).Status == "stopped", Child.Limit));
        User.Run("delete", id).Succeeds();
        Assert.Empty(Directory.GetDirectories(User.StateRoot));
    }

    [Fact]
    public void A_users_containers_are_below_his_runtime_directory_and_are_not_cleaned_up()
    {
        Machine.RequireRootless();
        string id = User.NewId();
        User.RunIntoFile("run", "--detach", "--bundle", User.NewBundle(static spec => spec.Process!.Args = ["sleep", "1000"]).Path, id);
        Assert.True(Directory.Exists(Path.Combine(User.StateRoot, id)));
        Assert.Equal("1700", Host("stat", "-c", "%a", User.StateRoot).Line);
        User.Run("delete", "--force", id).Succeeds();
        User.StartProgram("env", "--unset=XDG_RUNTIME_DIR", User.Program, "run", "--bundle", User.NewBundle().Path, User.NewId()).Finish().FailsWith(1, "XDG_RUNTIME_DIR", "--root");
    }

    [Fact]
    public void Terminals_of_run_and_exec()
    {
        Machine.RequireRootless();
        string id = User.NewId();
        Bundle bundle = User.NewBundle(static spec =>
        {
            spec.Process!.Terminal = true;
            spec.Process.Args = ["sh", "-c", "test -c /dev/console && tty; read line; echo got $line"];
        });
        Child run = User.StartOnTerminal("run", "--bundle", bundle.Path, id);
        run.WaitFor("/dev/pts/0");
        Child exec = User.StartOnTerminal("exec", "--tty", id, "sh", "-c", "tty; echo done");
        exec.WaitFor("/dev/pts/1");
        exec.Finish().Succeeds();
        run.Write("hello\n");
        run.WaitFor("got hello");
        run.Finish().Succeeds();
    }

    [Fact]
    public void Volumes_are_what_the_user_may_see()
    {
        Machine.RequireRootless();
        Directory.CreateDirectory(Path.Combine(User.Home, "data"));
        Host("chown", $"{OrdinaryUser.Id}", Path.Combine(User.Home, "data")).Succeeds();
        Mount Volume(string source) => new() { Destination = "/data", Type = "bind", Source = source, Options = ["rbind", "nosuid"] };
        User.Shell("echo from inside >/data/file", spec => spec.Mounts!.Add(Volume(Path.Combine(User.Home, "data")))).Succeeds();
        Assert.Equal("from inside\n", File.ReadAllText(Path.Combine(User.Home, "data/file")));
        File.WriteAllText(InWork("roots/secret"), "");
        Host("chmod", "700", InWork("roots/secret")[..^7]).Succeeds();
        User.Shell("true", spec => spec.Mounts!.Add(Volume(InWork("roots/secret")))).FailsWith(1, $"mounts[7]", InWork("roots/secret"));
    }

    [Fact]
    public void Hooks_run_as_the_user_outside_and_as_root_inside()
    {
        Machine.RequireRootless();
        Hook Tells(string file) => new() { Path = "/bin/sh", Args = ["sh", "-c", $"id -u >>{User.Home}/{file}"] };
        User.Shell("true", spec => spec.Hooks = new Hooks { CreateRuntime = [Tells("outside")], CreateContainer = [Tells("inside")], Poststop = [Tells("outside")] }).Succeeds();
        Assert.Equal($"{OrdinaryUser.Id}\n{OrdinaryUser.Id}\n", File.ReadAllText(Path.Combine(User.Home, "outside")));
        Assert.Equal("0\n", File.ReadAllText(Path.Combine(User.Home, "inside")));
    }

    /// <summary>Without a cgroup its PID namespace tells who is of a container, but not one that is somebody else's as well.</summary>
    [Fact]
    public void Processes_of_a_PID_namespace_that_is_shared_are_not_taken_for_the_containers()
    {
        Machine.RequireRootless();
        string first = User.NewId(), second = User.NewId();
        User.RunIntoFile("run", "--detach", "--bundle", User.NewBundle(static spec => spec.Process!.Args = ["sh", "-c", "sleep 1001 & sleep 1002 & wait"]).Path, first);
        int pid = State(first).Pid!.Value;
        User.RunIntoFile("run", "--detach", "--bundle", User.NewBundle(spec =>
        {
            spec.Process!.Args = ["sleep", "1003"];
            foreach (string type in (string[])["user", "pid"])
                spec.Linux!.Namespaces!.Single(ns => ns.Type == type).Path = $"/proc/{pid}/ns/{type}";
            spec.Linux!.UidMappings = spec.Linux.GidMappings = null;
            spec.Hostname = null;
        }).Path, second);
        Assert.Equal($"[{State(second).Pid}]", User.Run("ps", "--format", "json", second).Succeeds().Line);
        // Of the first's own namespace all are the first's.
        Assert.True(SpinWait.SpinUntil(() => User.Run("ps", "--format", "json", first).Succeeds().Line.Split(',').Length == 4, Child.Limit));

        User.Run("kill", "--all", second, "KILL").Succeeds();
        Assert.True(SpinWait.SpinUntil(() => State(second).Status == "stopped", Child.Limit));
        Assert.Equal("running", State(first).Status);
        Assert.Equal(3, User.Run("ps", "--format", "json", first).Succeeds().Line.Split(',').Length);
        User.Run("kill", "--all", first, "KILL").Succeeds();
        Assert.True(SpinWait.SpinUntil(() => State(first).Status == "stopped", Child.Limit));
    }

    [Fact]
    public void The_start_hook_of_a_container_that_waited_is_told_its_state()
    {
        Machine.RequireRootless();
        string id = User.NewId();
        Bundle bundle = User.NewBundle(static spec =>
        {
            spec.Process!.Args = ["sh", "-c", "cat /tmp/state; exec sleep 1000"];
            spec.Hooks = new Hooks { StartContainer = [new Hook { Path = "/bin/sh", Args = ["sh", "-c", "id -u; tr -d ' \\n' >/tmp/state"], Env = ["PATH=/bin"] }] };
        });
        string output = User.RunIntoFile("create", "--bundle", bundle.Path, id);
        User.Run("start", id).Succeeds();
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(output).Contains('}'), Child.Limit), File.ReadAllText(output));
        Assert.Matches("\"id\":\"" + id + "\",.*\"pid\":1,\"status\":\"created\"|\"id\":\"" + id + "\",.*\"status\":\"created\",\"pid\":1,", File.ReadAllText(output));
    }

    [Fact]
    public void Limits_that_nobody_may_set_are_refused_and_none_need_no_cgroup()
    {
        Machine.RequireRootless();
        Machine.RequireController("memory");
        User.Shell("true", static spec => spec.Linux!.Resources = new LinuxResources { Memory = new LinuxMemory { Limit = 64 << 20 } })
            .FailsWith(1, "linux.resources.memory.limit", Machine.CgroupV1("memory") is null ? "rootless needs no limits + no cgrouppath" : "container could not join or create cgroup");
        User.Shell("true", spec => spec.Linux!.CgroupsPath = $"/{Token}").FailsWith(1, Token, "permission denied");
        // Device rules are root's to make: as with runc, they are what the caller cannot expect.
        Bundle bundle = User.NewBundle(static spec => spec.Linux!.Resources = new LinuxResources { Devices = [new LinuxDeviceCgroup { Allow = false, Access = "rwm" }] });
        bundle.Spec.Process!.Args = ["true"];
        bundle.Save();
        User.Run("run", "--bundle", bundle.Path, User.NewId()).Succeeds();
        User.Run("--rootless=false", "run", "--bundle", bundle.Path, User.NewId()).FailsWith(1, "permission denied");
        User.Run("--rootless=maybe", "list").FailsWith(1, "--rootless", "maybe");
    }

    [Fact]
    public void A_user_namespace_is_needed()
    {
        Machine.RequireRootless();
        User.Shell("true", static spec =>
        {
            spec.Linux!.Namespaces!.RemoveAll(static ns => ns.Type == "user");
            spec.Linux.UidMappings = spec.Linux.GidMappings = null;
        }).FailsWith(1, "linux.namespaces", "rootless container requires user namespaces");
    }

    [Fact]
    public void Groups_that_the_namespace_does_not_allow_are_named()
    {
        Machine.RequireRootless();
        User.Shell("true", static spec => spec.Process!.User = new User { AdditionalGids = [0] }).FailsWith(1, "process.user", "additional groups");
    }

    /// <summary>As rootless podman does it: the engine is root of a user namespace already, and the container has none of its own.</summary>
    [Fact]
    public void Below_an_engine_that_is_root_of_a_user_namespace()
    {
        Machine.RequireRootless();
        Bundle bundle = User.NewBundle(static spec =>
        {
            spec.Linux!.Namespaces!.RemoveAll(static ns => ns.Type == "user");
            spec.Linux.Namespaces.Add(new LinuxNamespace { Type = "network" });
            spec.Linux.UidMappings = spec.Linux.GidMappings = null;
            spec.Process!.Args = ["sh", "-c", "id -u; echo x >/dev/null; stat -c %t:%T /dev/zero; exec sleep 1000"];
        });
        string id = User.NewId();
        string script = $"cd {User.Home} && P={User.Program} && $P run --detach --bundle {bundle.Path} {id} </dev/null >out 2>&1 && until grep -q : out; do sleep 0.1; done && $P exec {id} id -u && $P list -q && $P delete --force {id} && cat out";
        CommandResult result = User.StartProgram("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script).Finish().Succeeds();
        Assert.Equal(["0", id, "0", "1:5"], result.Lines);
        Assert.Empty(Directory.GetDirectories(User.StateRoot));
    }

    private State State(string id) => JsonReading.Read<State>(System.Text.Encoding.UTF8.GetBytes(User.Run("state", id).Succeeds().Stdout));

    protected override void CleanUp()
    {
        base.CleanUp();
        _user?.RemoveContainers();
    }
}
