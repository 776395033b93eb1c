using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config.md, "POSIX-platform Hooks": each at its time, with the state on standard input.</summary>
public sealed class HookTests : RootTest
{
    [Fact]
    public void Each_runs_in_its_order_and_sees_the_state()
    {
        string trace = InWork("trace");
        Hook At(string name) => new()
        {
            Path = "/bin/sh",
            Args = ["sh", "-c", $"echo {name} $(sed -n 's/.*\"status\": *\"\\([a-z]*\\)\".*/\\1/p') $KEY >> {trace}"],
            Env = ["PATH=/usr/bin:/bin", "KEY=value"],
        };
        string id = Runtime.NewId();
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["true"];
            s.Hooks = new Hooks { Prestart = [At("prestart")], CreateRuntime = [At("createRuntime")], Poststart = [At("poststart")], Poststop = [At("poststop")] };
        });
        Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).Succeeds();
        Assert.Equal(["prestart", "createRuntime"], Names());
        Runtime.Run("start", id).Succeeds();
        Assert.Equal(["prestart", "createRuntime", "poststart"], Names());
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("delete", id).Succeeds();
        string[] lines = File.ReadAllLines(trace);
        Assert.Equal("poststop stopped value", lines[^1]);
        Assert.Equal(4, lines.Length);

        string[] Names() => [.. File.ReadAllLines(trace).Select(l => l.Split(' ')[0])];
    }

    [Fact]
    public void The_create_hook_runs_in_the_containers_namespaces_but_finds_the_hosts_files()
    {
        string trace = InWork("trace"), marker = InWork("marker");
        File.WriteAllText(marker, "");
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Hostname = "inner";
            s.Process!.Args = ["ls", "-l", "/etc/made", "/mnt/mark"];
            s.Mounts!.Add(new Mount { Destination = "/mnt", Type = "tmpfs", Source = "tmpfs" });
        });
        // What it mounts below the container's root, and what it finds mounted there, is the container's.
        string script = $"test -e {marker} || exit 3; hostname > {trace}; grep -c ' {bundle.Rootfs}/mnt ' /proc/self/mountinfo >> {trace}; : > {bundle.Rootfs}/mnt/mark; : > {bundle.Rootfs}/etc/made";
        bundle.Spec.Hooks = new Hooks { CreateContainer = [new Hook { Path = "/bin/sh", Args = ["sh", "-c", script], Env = ["PATH=/usr/bin:/bin"] }] };
        bundle.Save();
        Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds();
        Assert.Equal("inner\n1\n", File.ReadAllText(trace));
    }

    [Fact]
    public void The_start_hook_runs_in_the_container()
    {
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Hostname = "inner";
            s.Process!.Args = ["cat", "/tmp/hook"];
            s.Hooks = new Hooks { StartContainer = [new Hook { Path = "/bin/sh", Args = ["sh", "-c", "hostname > /tmp/hook"], Env = ["PATH=/bin"] }] };
        });
        Assert.Equal("inner", Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Line);
    }

    [Fact]
    public void A_hook_that_takes_too_long_is_ended()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Hooks = new Hooks { CreateRuntime = [new Hook { Path = "/bin/sleep", Args = ["sleep", "60"], Timeout = 1 }] });
        CommandResult result = Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Fails("/bin/sleep");
        Assert.InRange(result.Elapsed.TotalSeconds, 0.9, 10);
    }

    /// <summary>runc's does: its first process runs the hook.</summary>
    [Fact]
    public void The_start_hook_is_the_containers_in_everything()
    {
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["cat", "/tmp/hook"];
            s.Process.Env = ["PATH=/bin", "ONE=two"];
            s.Process.Cwd = "/tmp";
            s.Process.Capabilities!.Bounding = s.Process.Capabilities.Permitted = s.Process.Capabilities.Effective = ["CAP_KILL"];
            string script = "pwd; echo $ONE $$; tr -d ' \\n' | sed 's/.*\"pid\":\\([0-9]*\\).*\"status\":\"\\([a-z]*\\)\".*/\\1 \\2/'; echo; grep CapPrm /proc/self/status; cat /proc/self/cgroup > /tmp/own; cmp /proc/1/cgroup /tmp/own";
            s.Hooks = new Hooks { StartContainer = [new Hook { Path = "/bin/busybox", Args = ["sh", "-c", $"{{ {script}; }} >/tmp/hook 2>&1"] }] };
        });
        string[] lines = Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Lines;
        Assert.Equal("/tmp", lines[0]);
        Assert.Matches("^two [2-9]$", lines[1]);
        Assert.Equal("1 created", lines[2]);
        Assert.Equal(["CapPrm:\t0000000000000020"], lines[3..]);
    }

    [Fact]
    public void The_start_hook_is_under_the_containers_filter()
    {
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["true"];
            s.Linux!.Seccomp = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", Syscalls = [new LinuxSyscall { Names = ["mkdir", "mkdirat"], Action = "SCMP_ACT_KILL_PROCESS" }] };
            s.Hooks = new Hooks { StartContainer = [new Hook { Path = "/bin/mkdir", Args = ["mkdir", "/tmp/made"] }] };
        });
        Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, "error running startContainer hook #0", "bad system call");
    }

    [Fact]
    public void The_create_hook_is_in_the_root_file_system_and_knows_the_pid_that_is_the_containers()
    {
        string trace = InWork("trace");
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["cat", "/etc/made"];
            s.Hooks = new Hooks { CreateContainer = [new Hook { Path = "/bin/sh", Args = ["sh", "-c", "grep -o '\"pid\": *1,' > etc/made; readlink /proc/self/ns/pid > " + trace], Env = ["PATH=/usr/bin:/bin"] }] };
        });
        Assert.Matches("^\"pid\": *1,$", Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Line);
        Assert.NotEqual(new FileInfo("/proc/self/ns/pid").LinkTarget, File.ReadAllText(trace).TrimEnd());
    }
}
