using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.Config;

/// <summary>config.md, "Process", "POSIX process", "Linux Process" and "POSIX-platform User".</summary>
public sealed class ProcessTests : ConformanceTest
{
    [Fact]
    public void Arguments_environment_and_working_directory()
    {
        Report report = See(s =>
        {
            s.Process!.Args = ["/witness", "a  b", "", "$x", "\"q\"", "é", "line\nend"];
            s.Process.Env = ["A=b c", "EMPTY=", "TWO=1=2", "HOME=/tmp"];
            s.Process.Cwd = "/etc/dir";
        });
        Assert.Equal(["/witness", "a  b", "", "$x", "\"q\"", "é", "line\nend"], Enumerable.Range(0, 7).Select(i => System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(report[$"arg.{i}"]))));
        Assert.Equal(["A=b c", "EMPTY=", "TWO=1=2", "HOME=/tmp"], report.All("env"));
        Assert.Equal("/etc/dir", report["cwd"]);
    }

    /// <summary>"With the same semantics as execvp's file": looked up in PATH of the container's environment, unless it has a slash.</summary>
    [Fact]
    public void The_program_is_looked_up()
    {
        Assert.Equal("witness", See(s => (s.Process!.Args, s.Process.Env) = (["witness"], ["PATH=/etc/dir:/no/such:/"]))["arg.0"]);
        Assert.Equal("./witness", See(s => s.Process!.Args = ["./witness"])["arg.0"]);
        Refused(s => (s.Process!.Args, s.Process.Env) = (["witness"], ["PATH=/etc"]));
        Refused(s => s.Process!.Args = ["/no/such/program"]);
        Refused(s => s.Process!.Args = ["/etc/dir"]);
        Refused(s => s.Process!.Args = ["/etc/file"]);      // may not be executed
    }

    [Fact]
    public void One_argument_is_needed_and_the_directory_is_absolute()
    {
        Refused(s => s.Process!.Args = []);
        Refused(s => s.Process!.Args = null);
        Refused(s => s.Process!.Cwd = "etc");
        Refused(s => s.Process!.Cwd = "");
    }

    [Fact]
    public void A_terminal_is_on_the_standard_streams_with_its_size()
    {
        Bundle bundle = NewBundle(s => (s.Process!.Terminal, s.Process.ConsoleSize) = (true, new ConsoleSize { Height = 25, Width = 90 }));
        Child run = Runtime.StartOnTerminal("run", "--bundle", bundle.Path, Runtime.NewId());
        run.WaitFor("end=1");
        Report report = Report.Parse(run.Finish().Stdout.Replace("\r\n", "\n", StringComparison.Ordinal));
        for (int fd = 0; fd < 3; fd++)
        {
            Assert.Matches("^/dev/(pts/0|console)$", report[$"fd.{fd}"]);
            Assert.StartsWith("/dev/", report[$"tty.{fd}"]);
        }
        Assert.StartsWith("c 136:0 ", report["dev.console"]);
        Assert.Equal("devpts", report.Mount("/dev/console").Type);
    }

    [Fact]
    public void A_console_size_without_a_terminal_is_ignored()
        => Assert.Empty(See(s => s.Process!.ConsoleSize = new ConsoleSize { Height = 25, Width = 90 }).Keys("tty."));

    [Fact]
    public void Every_limit()
    {
        string[] all = ["CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS", "LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME"];
        ulong[] soft = new ulong[all.Length], hard = new ulong[all.Length];
        Report before = See();
        for (int i = 0; i < all.Length; i++)
        {
            // Below what one has, which needs no privilege; and enough for the witness to run.
            hard[i] = Math.Min(ulong.Parse(before[$"RLIMIT_{all[i]}"].Split(' ')[1]), (1UL << 30) + (ulong)i);
            soft[i] = hard[i] - Math.Min(hard[i], (ulong)i);
        }
        Report report = See(s => s.Process!.Rlimits = [.. all.Select((n, i) => new PosixRlimit { Type = $"RLIMIT_{n}", Soft = soft[i], Hard = hard[i] })]);
        for (int i = 0; i < all.Length; i++)
            Assert.Equal($"RLIMIT_{all[i]} {soft[i]} {hard[i]}", $"RLIMIT_{all[i]} {report[$"RLIMIT_{all[i]}"]}");
    }

    [Fact]
    public void Limits_that_are_errors()
    {
        Refused(s => s.Process!.Rlimits = [new PosixRlimit { Type = "RLIMIT_NOSUCH", Soft = 1, Hard = 1 }]);
        Refused(s => s.Process!.Rlimits = [new PosixRlimit { Type = "RLIMIT_CORE", Soft = 1, Hard = 1 }, new PosixRlimit { Type = "RLIMIT_CORE", Soft = 1, Hard = 1 }]);
        Refused(s => s.Process!.Rlimits = [new PosixRlimit { Type = "RLIMIT_CORE", Soft = 2, Hard = 1 }]);
    }

    [Fact]
    public void Capabilities_of_root()
    {
        Report none = See();
        Assert.All((string[])["inheritable", "permitted", "effective", "bounding", "ambient"], set => Assert.Equal("0000000000000000", none[$"cap.{set}"]));
        Report some = See(s => s.Process!.Capabilities = new LinuxCapabilities
        {
            Bounding = ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_AUDIT_READ"], Permitted = ["CAP_CHOWN", "CAP_KILL"], Effective = ["CAP_CHOWN"], Inheritable = ["CAP_KILL"],
        });
        Assert.Equal("0000002000002021", some["cap.bounding"]);
        Assert.Equal("0000000000000020", some["cap.inheritable"]);
        // What root gains by execve(2): capabilities(7), "Capabilities and execution of programs by root".
        Assert.Equal("0000002000002021", some["cap.permitted"]);
        Assert.Equal("0000002000002021", some["cap.effective"]);
        Assert.Equal("0000000000000000", some["cap.ambient"]);
    }

    [Fact]
    public void Capabilities_of_another_user_are_its_ambient_ones()
    {
        Report report = See(s =>
        {
            s.Process!.User = new User { Uid = 1000, Gid = 1000 };
            List<string> all = ["CAP_NET_BIND_SERVICE", "CAP_KILL", "CAP_CHOWN"];
            s.Process.Capabilities = new LinuxCapabilities { Bounding = all, Permitted = all, Effective = all, Inheritable = ["CAP_NET_BIND_SERVICE", "CAP_KILL"], Ambient = ["CAP_NET_BIND_SERVICE"] };
        });
        Assert.Equal("0000000000000421", report["cap.bounding"]);
        Assert.Equal("0000000000000420", report["cap.inheritable"]);
        Assert.Equal("0000000000000400", report["cap.ambient"]);
        Assert.Equal("0000000000000400", report["cap.permitted"]);
        Assert.Equal("0000000000000400", report["cap.effective"]);
    }

    /// <summary>"Runtimes SHOULD NOT fail if the container configuration requests capabilities that cannot be granted": a warning.</summary>
    [Fact]
    public void A_capability_that_cannot_be_granted_is_a_warning()
    {
        CommandResult result = Run(NewBundle(s => s.Allow("CAP_KILL", "CAP_OF_TOMORROW"))).Succeeds();
        Assert.Equal("0000000000000020", Report.Parse(result.Stdout)["cap.bounding"]);
        Assert.Contains("CAP_OF_TOMORROW", result.Stderr);
    }

    [Fact]
    public void No_new_privileges_and_the_oom_score()
    {
        Report set = See(s => (s.Process!.NoNewPrivileges, s.Process.OomScoreAdj) = (true, 321));
        Assert.Equal("1", set["no_new_privs"]);
        Assert.Equal("321", set["oom_score_adj"]);
        Report unset = See();
        Assert.Equal("0", unset["no_new_privs"]);
        Assert.Equal(File.ReadAllText("/proc/self/oom_score_adj").Trim(), unset["oom_score_adj"]);
        Refused(s => s.Process!.OomScoreAdj = 1001);
    }

    [Fact]
    public void The_scheduler_and_the_priority_of_IO()
    {
        Report report = See(s =>
        {
            s.Process!.Scheduler = new Scheduler { Policy = "SCHED_BATCH", Nice = 7, Flags = ["SCHED_FLAG_RESET_ON_FORK"] };
            s.Process.IoPriority = new IoPriority { Class = "IOPRIO_CLASS_IDLE", Priority = 3 };
        });
        Assert.StartsWith("policy 3 nice 7 priority 0 flags 1 ", report["scheduler"]);
        Assert.Equal("class 3 priority 3", report["ioprio"]);
        Assert.Equal("class 1 priority 2", See(s => s.Process!.IoPriority = new IoPriority { Class = "IOPRIO_CLASS_RT", Priority = 2 })["ioprio"]);
        Report usual = See();
        Assert.StartsWith("policy 0 nice 0 priority 0 ", usual["scheduler"]);
        Assert.StartsWith("class 0 ", usual["ioprio"]);
        Refused(s => s.Process!.Scheduler = new Scheduler { Policy = "SCHED_NOSUCH" });
        Refused(s => s.Process!.Scheduler = new Scheduler { Policy = "SCHED_BATCH", Flags = ["SCHED_FLAG_NOSUCH"] });
        Refused(s => s.Process!.IoPriority = new IoPriority { Class = "IOPRIO_CLASS_NOSUCH" });
        Refused(s => s.Process!.IoPriority = new IoPriority { Class = "IOPRIO_CLASS_BE", Priority = 8 });
    }

    /// <summary>Where the kernel has budgets of real time, a cgroup of v1 gets none unless it is given one.</summary>
    [Theory]
    [InlineData("SCHED_OTHER", -3, 0, "policy 0 nice -3 priority 0 flags 0 ")]
    [InlineData("SCHED_IDLE", 0, 0, "policy 5 nice 0 priority 0 flags 0 ")]
    [InlineData("SCHED_FIFO", 0, 7, "policy 1 nice 0 priority 7 flags 1 ")]
    [InlineData("SCHED_RR", 0, 99, "policy 2 nice 0 priority 99 flags 1 ")]
    public void Every_policy(string policy, int nice, int priority, string seen)
    {
        if (priority != 0)
            Machine.RequireRealTimeToSpare();
        Assert.StartsWith(seen, See(s =>
        {
            if (priority != 0 && Machine.HasRealTimeBudgets)
                s.Linux!.Resources!.Cpu = new LinuxCpu { RealtimePeriod = 1_000_000, RealtimeRuntime = 5000 };
            s.Process!.Scheduler = new Scheduler
            {
                Policy = policy, Nice = nice == 0 ? null : nice, Priority = priority == 0 ? null : priority, Flags = priority == 0 ? null : ["SCHED_FLAG_RESET_ON_FORK"],
            };
        })["scheduler"]);
    }

    [Fact]
    public void A_deadline()
        => Assert.StartsWith("policy 6 nice 0 priority 0 flags 1 runtime 10000000 deadline 20000000 period 100000000", See(s => s.Process!.Scheduler = new Scheduler
        {
            Policy = "SCHED_DEADLINE", Runtime = 10_000_000, Deadline = 20_000_000, Period = 100_000_000, Flags = ["SCHED_FLAG_RESET_ON_FORK"],
        })["scheduler"]);

    /// <summary>A policy of the list that no kernel has.</summary>
    [Fact]
    public void A_policy_that_cannot_be_had_is_an_error() => Refused(s => s.Process!.Scheduler = new Scheduler { Policy = "SCHED_ISO" });

    [Fact]
    public void User_group_further_groups_and_umask()
    {
        Report report = See(s => s.Process!.User = new User { Uid = 1234, Gid = 5678, AdditionalGids = [5, 70000], Umask = 0x1f });
        Assert.Equal("1234 1234 1234 1234", report["uid"]);
        Assert.Equal("5678 5678 5678 5678", report["gid"]);
        Assert.Equal("5 70000", string.Join(' ', report["groups"].Split(' ').Where(g => g != "5678")));
        Assert.Equal("0037", report["umask"]);
        Report root = See();
        Assert.Equal("0 0 0 0", root["uid"]);
        Assert.Equal("0 0 0 0", root["gid"]);
        Assert.Equal("", string.Join(' ', root["groups"].Split(' ').Where(g => g != "0")));
        Assert.Equal("0022", root["umask"]);
    }

    [Fact]
    public void What_else_a_new_process_expects()
    {
        Report report = See();
        Assert.Equal("", report["signals"]);
        Assert.Equal("1", report["pid"]);
        Assert.Equal("0", report["ppid"]);
        Assert.Equal("1", report["sid"]);
        Assert.Equal("0", report["pdeathsig"]);
        Assert.Equal("0", report["child_subreaper"]);
        Assert.Equal("1", report["dumpable"]);
        Assert.Equal("0", report["securebits"]);
        Assert.StartsWith("keyring;0;0;", report["keyring"]);
        Assert.DoesNotContain(report.All("env"), e => e.Contains("CANARY", StringComparison.Ordinal));
    }
}
