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
}
