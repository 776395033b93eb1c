using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>What `docker run` asks of the runtime when it makes a container.</summary>
[Collection(nameof(Docker))]
public sealed class DockerTests(Docker docker) : PeerTest(docker)
{
    private CommandResult Shell(string command, params string[] options) => Run(["run", "--rm", .. options, "busybox", "sh", "-c", command]);

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    public void It_exits_as_the_program_does(string command, int code) => Shell(command).ExitsWith(code);

    [Theory]
    [InlineData("no-such-program", 127, "executable file not found in $PATH")]
    [InlineData("/no/such/program", 127, "no such file or directory")]
    [InlineData("/etc", 126, "permission denied")]
    public void A_program_that_cannot_be_run_has_its_exit_code(string program, int code, string words)
    {
        CommandResult result = Run("run", "--rm", "busybox", program).ExitsWith(code);
        Assert.Contains($"OCI runtime create failed: exec: \"{program}\": {words}", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Streams_are_kept_apart()
    {
        CommandResult result = Shell("echo out; echo err >&2").Succeeds();
        Assert.Equal(("out\n", "err\n"), (result.Stdout, result.Stderr));
        Assert.Equal("typed", RunWithInput("typed", "run", "--rm", "--interactive", "busybox", "cat").Succeeds().Stdout);
    }

    [Fact]
    public void Limits()
    {
        string files = string.Join(' ', CgroupFile("memory", "memory.limit_in_bytes", "memory.max"), CgroupFile("pids", "pids.max", "pids.max"), CgroupFile("cpu", "cpu.cfs_quota_us", "cpu.max"),
            CgroupFile("cpuset", "cpuset.cpus", "cpuset.cpus"));
        Assert.Equal(["33554432", "50", Machine.CgroupV1("cpu") != null ? "50000" : "50000 100000", "0"],
            Shell($"cat {files}", "--memory", "32m", "--pids-limit", "50", "--cpus", "0.5", "--cpuset-cpus", "0").Succeeds().Lines);
    }

    [Fact]
    public void User_groups_and_capabilities()
    {
        const string Show = "grep -E '^Cap(Eff|Bnd)' /proc/self/status | cut -f2";
        Assert.Equal(["1000", "1000", "1000 5 29"], Shell("id -u; id -g; id -G", "--user", "1000:1000", "--group-add", "5", "--group-add", "audio").Succeeds().Lines);
        Assert.Equal(["0000000000000000", "0000000000000000"], Shell(Show, "--cap-drop", "ALL").Succeeds().Lines);
        Assert.Equal(["0000000000000000", "0000000002000001"], Shell(Show, "--cap-drop", "ALL", "--cap-add", "CHOWN", "--cap-add", "SYS_TIME", "--user", "7").Succeeds().Lines);
    }

    [Fact]
    public void A_privileged_container_may_mount_and_make_cgroups()
    {
        Machine.RequireEveryCapability();
        Shell($"mount -t tmpfs none /home; cd {Path.GetDirectoryName(CgroupFile("pids", "x", "x"))} && mkdir inner && rmdir inner && test -e /dev/kmsg", "--privileged").Succeeds();
    }

    [Fact]
    public void Init() => Assert.Equal(["docker-init", "2"], Shell("cat /proc/1/comm; echo $$", "--init").Succeeds().Lines);

    [Fact]
    public void Volumes()
    {
        string host = Path.GetDirectoryName(InWork("host/x"))!;
        File.WriteAllText(Path.Combine(host, "file"), "of the host");
        Assert.Equal("of the host", Shell("cat /data/file; echo x > /data/new", "--volume", host + ":/data").Succeeds().Line);
        Assert.Equal("x\n", File.ReadAllText(Path.Combine(host, "new")));
        Assert.Contains("Read-only", Shell("echo x > /deep/er/file", "--volume", host + ":/deep/er:ro").Stderr, StringComparison.Ordinal);
        Assert.Equal("of the host", Shell("cat /etc/one", "--mount", $"type=bind,src={host}/file,dst=/etc/one,readonly").Succeeds().Line);
        Assert.Equal("root", Shell("cut -d: -f1 /etc/passwd | head -1", "--volume", "named:/etc").Succeeds().Line);
        Run("volume", "rm", "named").Succeeds();
    }

    [Theory]
    [InlineData("file", "/etc")]
    [InlineData(".", "/etc/passwd")]
    public void A_file_over_a_directory_and_the_reverse_get_dockers_hint(string source, string target)
    {
        File.WriteAllText(InWork("file"), "");
        CommandResult result = Shell("true", "--volume", $"{Path.GetFullPath(Path.Combine(Work, source))}:{target}").ExitsWith(125);
        Assert.Contains("Are you trying to mount a directory onto a file (or vice-versa)?", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("not a directory", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void A_read_only_root_and_tmpfs()
    {
        CommandResult result = Shell("touch /t/x && echo ok; touch /x; stat -c %a /t", "--read-only", "--tmpfs", "/t:size=1m,mode=700");
        Assert.Equal(["ok", "700"], result.Lines);
        Assert.Contains("Read-only", result.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void Seccomp()
    {
        string profile = InWork("seccomp.json");
        File.WriteAllText(profile, """{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64"],"syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":38}]}""");
        Assert.Contains("Function not implemented", Shell("mkdir /made", "--security-opt", "seccomp=" + profile).Stderr, StringComparison.Ordinal);
        Assert.Equal("Seccomp:\t2", Shell("mkdir /made; grep ^Seccomp: /proc/self/status").Succeeds().Line);
        Assert.Equal(["NoNewPrivs:\t1", "Seccomp:\t0"], Shell("grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status", "--security-opt", "seccomp=unconfined", "--security-opt", "no-new-privileges").Succeeds().Lines);
    }

    [Fact]
    public void Sysctls_and_ulimits()
    {
        Assert.Equal(["1", "70000"], Shell("cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax", "--sysctl", "net.ipv4.ip_forward=1", "--sysctl", "kernel.msgmax=70000").Succeeds().Lines);
        Assert.Equal(["100", "200", "0"], Shell("ulimit -Sn; ulimit -Hn; ulimit -c", "--ulimit", "nofile=100:200", "--ulimit", "core=0:0").Succeeds().Lines);
        Assert.Equal("500", Shell("cat /proc/self/oom_score_adj", "--oom-score-adj", "500").Succeeds().Line);
    }

    [Fact]
    public void Namespaces_of_others()
    {
        Run("run", "--detach", "--name", "box", "--ipc", "shareable", "busybox", "sleep", "1000").Succeeds();
        Assert.Equal("1", Shell("ps | grep -c 'sleep 100[0]'", "--pid", "container:box", "--ipc", "container:box", "--network", "container:box").Succeeds().Line);
        Shell("test $$ -gt 1", "--pid", "host", "--uts", "host", "--ipc", "host", "--network", "host").Succeeds();
        Assert.Equal("0::/", Shell("tail -n1 /proc/self/cgroup", "--cgroupns", "private").Succeeds().Line);
    }

    [Fact]
    public void Devices()
    {
        Machine.RequireDeviceRules();
        // No driver has this number: who may open it is told that it is not there.
        Host("mknod", InWork("node"), "c", "240", "7").Succeeds();
        CommandResult result = Shell("stat -c %t:%T /my/given; mknod /made c 241 1 && stat -c %t:%T /made; (: < /my/given); (: > /my/given)",
            "--device", Path.Combine(Work, "node") + ":/my/given:r", "--device-cgroup-rule", "c 241:* rmw");
        Assert.Equal(["f0:7", "f1:1"], result.Lines);
        Assert.Contains("can't open /my/given: No such device or address", result.Stderr, StringComparison.Ordinal);
        Assert.Contains("can't create /my/given: Operation not permitted", result.Stderr, StringComparison.Ordinal);
    }
}
