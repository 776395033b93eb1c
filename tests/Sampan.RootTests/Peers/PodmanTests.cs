using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>What `podman run` asks of the runtime when it makes a container.</summary>
[Collection(nameof(Podman))]
public sealed class PodmanTests(Podman podman) : PeerTest(podman)
{
    private CommandResult Shell(string command, params string[] options)
        => Run(podman.NewContainer("run", ["--rm", .. options, "busybox", "sh", "-c", command]));

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    public void It_exits_as_the_program_does(string command, int code) => Shell(command).ExitsWith(code);

    [Fact]
    public void Streams_are_kept_apart()
    {
        CommandResult result = Shell("echo out; echo err >&2").Succeeds();
        Assert.Equal(("out\n", "err\n"), (result.Stdout, result.Stderr));
        Assert.Equal("typed", RunWithInput("typed", podman.NewContainer("run", "--rm", "--interactive", "busybox", "cat")).Succeeds().Stdout);
    }

    [Theory]
    [InlineData("no-such-program", 127, "executable file not found in $PATH")]
    [InlineData("/no/such/program", 127, "no such file or directory")]
    [InlineData("/etc", 126, "permission denied")]
    public void A_program_that_cannot_be_run_has_its_exit_code(string program, int code, string words)
        => Run(podman.NewContainer("run", "--rm", "busybox", program)).FailsWith(code, program, words);

    [Fact]
    public void Limits()
    {
        string files = string.Join(' ', CgroupFile("memory", "memory.limit_in_bytes", "memory.max"), CgroupFile("pids", "pids.max", "pids.max"), CgroupFile("cpu", "cpu.cfs_quota_us", "cpu.max"));
        Assert.Equal(["33554432", "50", Machine.CgroupV1("cpu") != null ? "50000" : "50000 100000"],
            Shell($"cat {files}", "--memory", "32m", "--pids-limit", "50", "--cpus", "0.5").Succeeds().Lines);
        Shell("for i in 1 2 3 4 5 6; do sleep 0.2 & done; wait", "--pids-limit", "4").SaysOneLine("can't fork");
    }

    [Fact]
    public void Memory_that_runs_out_kills()
        => Shell("head -c 60m /dev/zero | tail; exit $?", "--memory", "20m", "--memory-swap", "20m").ExitsWith(137);

    [Fact]
    public void User_and_groups()
    {
        Assert.Equal(["1000", "1000", "1000 5 20"], Shell("id -u; id -g; id -G", "--user", "1000:1000", "--group-add", "5", "--group-add", "20").Succeeds().Lines);
        Assert.Equal("/home", Shell("echo $HOME", "--user", "nobody").Succeeds().Line);
    }

    [Fact]
    public void Capabilities()
    {
        const string Show = "grep -E '^Cap(Eff|Bnd)' /proc/self/status | cut -f2";
        Assert.Equal(["0000000000000000", "0000000000000000"], Shell(Show, "--cap-drop", "ALL").Succeeds().Lines);
        Assert.Equal(["0000000002000001", "0000000002000001"], Shell(Show, "--cap-drop", "ALL", "--cap-add", "CHOWN,SYS_TIME").Succeeds().Lines);
        string[] own = [.. File.ReadLines("/proc/self/status").Where(l => l.StartsWith("CapBnd", StringComparison.Ordinal)).Select(l => l[7..].Trim())];
        Assert.Equal([.. own, .. own], Shell(Show, "--privileged").Succeeds().Lines);
    }

    [Fact]
    public void A_privileged_container_may_mount_and_make_cgroups()
        => Shell($"mount -t tmpfs none /home; cd {Path.GetDirectoryName(CgroupFile("pids", "x", "x"))} && mkdir inner && rmdir inner && grep -q ' /home tmpfs' /proc/mounts", "--privileged").Succeeds();

    [Fact]
    public void Init()
    {
        string[] lines = Shell("cat /proc/1/comm; echo $$", "--init").Succeeds().Lines;
        Assert.Contains("init", lines[0], StringComparison.Ordinal);
        Assert.NotEqual("1", lines[1]);
    }

    [Fact]
    public void Volumes()
    {
        Directory.CreateDirectory(InWork("host/sub"));
        File.WriteAllText(InWork("host/file"), "of the host");
        string host = Path.Combine(Work, "host");
        Assert.Equal("of the host", Shell("cat /data/file; echo x > /data/new; ls -d /data/sub >/dev/null", "--volume", host + ":/data").Succeeds().Line);
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(host, "new")));
        Assert.Contains("Read-only", Shell("echo x > /deep/er/file", "--volume", host + ":/deep/er:ro").Stderr, StringComparison.Ordinal);
        Assert.Equal("of the host", Shell("cat /etc/one", "--mount", $"type=bind,src={host}/file,dst=/etc/one,ro").Succeeds().Line);
        Shell("touch /named/kept", "--volume", "named:/named").Succeeds();
        Shell("test -e /named/kept && test -e /etc/passwd", "--volume", "named:/named", "--volume", "fresh:/etc").Succeeds();
        Run("volume", "rm", "named", "fresh").Succeeds();
    }

    [Theory]
    [InlineData("rprivate", "")]
    [InlineData("rslave", "")]
    [InlineData("rshared", "shared:")]
    public void Propagation_of_a_volume(string propagation, string wanted)
    {
        string host = Path.GetDirectoryName(InWork("host/x"))!;
        string fields = Shell("grep ' /data ' /proc/self/mountinfo", "--volume", $"{host}:/data:{propagation}").Succeeds().Line;
        Assert.Equal(wanted.Length > 0, fields.Contains(" shared:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_read_only_root_with_writable_tmpfs()
    {
        CommandResult result = Shell("touch /tmp/x /run/x /var/tmp/x && echo ok; touch /x", "--read-only");
        Assert.Equal("ok", result.Line);
        Assert.Contains("Read-only", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tmpfs_begins_with_what_the_image_has_there()
    {
        Assert.Equal("root", Shell("cut -d: -f1 /etc/passwd | head -1; rm /etc/group", "--tmpfs", "/etc").Succeeds().Line);
        Assert.Equal(["drwx------", "tmpfs"], Shell("stat -c %A /t; stat -f -c %T /t", "--tmpfs", "/t:size=1m,mode=700").Succeeds().Lines);
    }

    [Fact]
    public void A_user_namespace()
    {
        string[] lines = Shell("cat /proc/self/uid_map /proc/self/gid_map | tr -s ' '; id -u; stat -c %u /etc/passwd; touch /mine && stat -c %u /mine",
            "--uidmap", "0:100000:5000", "--gidmap", "0:200000:5000").Succeeds().Lines;
        Assert.Equal([" 0 100000 5000", " 0 200000 5000", "0", "0", "0"], lines);
    }

    [Fact]
    public void Seccomp()
    {
        const string Show = "mkdir /made; grep ^Seccomp: /proc/self/status";
        string profile = InWork("seccomp.json");
        File.WriteAllText(profile, """{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":38}]}""");
        CommandResult result = Shell(Show, "--security-opt", "seccomp=" + profile);
        Assert.Equal("Seccomp:\t2", result.Line);
        Assert.Contains("Function not implemented", result.Stderr, StringComparison.Ordinal);
        Assert.Equal("Seccomp:\t2", Shell(Show).Succeeds().Line);
        Assert.Equal("Seccomp:\t0", Shell(Show, "--security-opt", "seccomp=unconfined").Succeeds().Line);
        Assert.Equal("NoNewPrivs:\t1", Shell("grep NoNewPrivs /proc/self/status", "--security-opt", "no-new-privileges").Succeeds().Line);
    }

    [Fact]
    public void Sysctls_and_ulimits()
    {
        Assert.Equal(["1", "70000"], Shell("cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax", "--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "kernel.msgmax=70000").Succeeds().Lines);
        Assert.Equal(["100", "200", "0"], Shell("ulimit -Sn; ulimit -Hn; ulimit -c", "--ulimit", "nofile=100:200", "--ulimit", "core=0:0", "--ulimit", "nproc=500:500").Succeeds().Lines);
    }

    [Fact]
    public void Names_environment_and_directory()
        => Assert.Equal(["inner", "b", "", "/etc", "0077"], Shell("hostname; echo $A; echo $HOST_CANARY; pwd; umask",
            "--hostname", "inner", "--env", "A=b", "--workdir", "/etc", "--umask", "0077").Succeeds().Lines);

    [Fact]
    public void Devices()
    {
        Machine.RequireDeviceRules();
        // No driver has this number: who may open it is told that it is not there.
        Host("mknod", InWork("node"), "c", "240", "7").Succeeds();
        CommandResult result = Shell("stat -c %t:%T /dev/given; mknod /made c 241 1 && stat -c %t:%T /made; (: < /dev/given); (: > /dev/given)",
            "--device", Path.Combine(Work, "node") + ":/dev/given:r", "--device-cgroup-rule", "c 241:* rmw");
        Assert.Equal(["f0:7", "f1:1"], result.Lines);
        Assert.Contains("can't open /dev/given: No such device or address", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("can't create /dev/given: Operation not permitted", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Masked_paths()
    {
        Assert.Equal("0", Shell("cat /proc/kcore | wc -c", "--security-opt", "mask=/etc/group").Succeeds().Line);
        Assert.Equal("", Shell("cat /etc/group", "--security-opt", "mask=/etc/group").Succeeds().Line);
    }
}
