using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config.md, "Process": what the container's first process finds of itself.</summary>
public sealed class ProcessTests : RootTest
{
    [Fact]
    public void The_environment_is_the_specs_and_nothing_else()
    {
        string all = Runtime.Shell("cat /proc/1/environ | tr '\\0' '\\n'", s => s.Process!.Env = ["PATH=/bin", "A=b c", "EMPTY=", "HOME=/", "TWO=1=2"]).Succeeds().Stdout;
        Assert.Equal("PATH=/bin\nA=b c\nEMPTY=\nHOME=/\nTWO=1=2\n", all);
    }

    /// <summary>The specification does not ask for it, but engines count on it since runc does it.</summary>
    [Theory]
    [InlineData(0, "/root")]
    [InlineData(8, "/var/spool/mail")]
    [InlineData(4321, "/")]
    public void HOME_is_the_users_when_the_spec_says_none(uint user, string home)
        => Assert.Equal(home, Runtime.Shell("echo $HOME", s =>
        {
            s.Process!.Env!.RemoveAll(e => e.StartsWith("HOME=", StringComparison.Ordinal));
            s.Process.User = new User { Uid = user };
        }).Succeeds().Line);

    [Fact]
    public void Arguments_arrive_as_they_are()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["printf", "<%s>", "a  b", "", "$x", "\"q\"", "é\n", "-v"]);
        Assert.Equal("<a  b><><$x><\"q\"><é\n><-v>", Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Stdout);
    }

    [Theory]
    [InlineData("/usr/bin", "/usr/bin")]
    [InlineData("/made/for/it", "/made/for/it")]
    public void The_working_directory(string cwd, string seen)
        => Assert.Equal(seen, Runtime.Shell("pwd", s => s.Process!.Cwd = cwd).Succeeds().Line);

    [Fact]
    public void User_groups_and_umask()
    {
        string text = Runtime.Shell("id -u; id -g; id -G; umask", s => s.Process!.User = new User { Uid = 33, Gid = 34, AdditionalGids = [5, 6], Umask = 0x1f }).Succeeds().Stdout;
        Assert.Equal("33\n34\n34 5 6\n0037\n", text);
    }

    [Fact]
    public void Root_has_no_groups_of_the_callers()
        => Assert.Matches(@"(?m)^Groups:\s*(0\s*)?$", Runtime.Shell("cat /proc/self/status").Succeeds().Stdout);

    [Fact]
    public void Capabilities_are_the_specs()
    {
        string status = Runtime.Shell("cat /proc/self/status", s => s.Process!.Capabilities = new LinuxCapabilities
        {
            Bounding = ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"],
            Permitted = ["CAP_CHOWN", "CAP_KILL"],
            Effective = ["CAP_CHOWN"],
        }.Also(_ => s.Process.NoNewPrivileges = false)).Succeeds().Stdout;
        // root gains on execve(2) what the bounding set allows: capabilities(7), "Capabilities and execution of programs by root".
        Assert.Contains("CapInh:\t0000000000000000\n", status);
        Assert.Contains("CapBnd:\t0000000000002021\n", status);
        Assert.Contains("CapPrm:\t0000000000002021\n", status);
        Assert.Contains("CapAmb:\t0000000000000000\n", status);
    }

    [Fact]
    public void An_ordinary_user_has_only_its_ambient_capabilities()
    {
        string status = Runtime.Shell("cat /proc/self/status", s =>
        {
            s.Process!.User = new User { Uid = 1000, Gid = 1000 };
            List<string> one = ["CAP_NET_BIND_SERVICE"];
            s.Process.Capabilities = new LinuxCapabilities { Bounding = ["CAP_NET_BIND_SERVICE", "CAP_KILL"], Permitted = ["CAP_NET_BIND_SERVICE", "CAP_KILL"], Effective = one, Inheritable = one, Ambient = one };
        }).Succeeds().Stdout;
        Assert.Contains("CapInh:\t0000000000000400\n", status);
        Assert.Contains("CapPrm:\t0000000000000400\n", status);
        Assert.Contains("CapEff:\t0000000000000400\n", status);
        Assert.Contains("CapBnd:\t0000000000000420\n", status);
        Assert.Contains("CapAmb:\t0000000000000400\n", status);
    }

    [Theory]
    [InlineData(true, "1")]
    [InlineData(false, "0")]
    public void No_new_privileges(bool wanted, string seen)
        => Assert.Contains($"NoNewPrivs:\t{seen}\n", Runtime.Shell("cat /proc/self/status", s => s.Process!.NoNewPrivileges = wanted).Succeeds().Stdout);

    [Fact]
    public void Limits()
    {
        string limits = Runtime.Shell("cat /proc/self/limits", s => s.Process!.Rlimits =
        [
            new PosixRlimit { Type = "RLIMIT_NOFILE", Soft = 100, Hard = 200 },
            new PosixRlimit { Type = "RLIMIT_CORE", Soft = 0, Hard = 0 },
        ]).Succeeds().Stdout;
        Assert.Matches(@"Max open files\s+100\s+200\s", limits);
        Assert.Matches(@"Max core file size\s+0\s+0\s", limits);
    }

    [Fact]
    public void Limits_the_spec_does_not_name_are_the_callers()
    {
        string own = File.ReadAllLines("/proc/self/limits").Single(l => l.StartsWith("Max pending signals", StringComparison.Ordinal));
        Assert.Contains(own, Runtime.Shell("cat /proc/self/limits").Succeeds().Lines);
    }

    [Fact]
    public void The_oom_score()
        => Assert.Equal("321", Runtime.Shell("cat /proc/self/oom_score_adj", s => s.Process!.OomScoreAdj = 321).Succeeds().Line);

    [Fact]
    public void Scheduling_and_personality()
    {
        string said = Runtime.Shell("cat /proc/self/personality; ionice -p $$; cut -d ' ' -f 19,41 /proc/self/stat", s =>
        {
            s.Process!.Scheduler = new Scheduler { Policy = "SCHED_BATCH", Nice = 5 };
            s.Process.IoPriority = new IoPriority { Class = "IOPRIO_CLASS_BE", Priority = 6 };
            s.Linux!.Personality = new LinuxPersonality { Domain = "LINUX32" };
        }).Succeeds().Stdout;
        Assert.StartsWith("00000008\n", said);
        Assert.Contains("prio 6", said);
        Assert.EndsWith("\n5 3\n", said);     // nice, and SCHED_BATCH's number
    }

    /// <summary>Here CAP_SYS_RESOURCE may be missing, and with it the right to go below what one has.</summary>
    [Fact]
    public void The_oom_score_in_a_user_namespace()
        => Assert.Equal("77", Runtime.Shell("cat /proc/self/oom_score_adj", s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = s.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
            s.Process!.OomScoreAdj = 77;
        }).Succeeds().Line);

    [Fact]
    public void The_oom_score_of_a_second_process()
    {
        string id = Runtime.RunDetached(change: s => s.Process!.OomScoreAdj = 123);
        Assert.Equal("123", Runtime.Run("exec", id, "cat", "/proc/self/oom_score_adj").Succeeds().Line);
    }

    [Theory]
    [InlineData("SCHED_OTHER", 0, null)]
    [InlineData("SCHED_FIFO", 1, 50)]
    [InlineData("SCHED_RR", 2, 7)]
    [InlineData("SCHED_IDLE", 5, null)]
    public void Policies_of_the_scheduler(string policy, int number, int? priority)
    {
        if (priority is not null)
            Machine.RequireRealTimeToSpare();
        Assert.Equal($"{priority ?? 0} {number}", Runtime.Shell("cut -d ' ' -f 40,41 /proc/self/stat", s =>
        {
            s.Process!.Scheduler = new Scheduler { Policy = policy, Priority = priority };
            // A kernel with CONFIG_RT_GROUP_SCHED gives a new cgroup of v1 no real time at all.
            if (priority is not null && Machine.HasRealTimeBudgets)
                s.Linux!.Resources!.Cpu = new LinuxCpu { RealtimePeriod = 1_000_000, RealtimeRuntime = 1000 };
        }).Succeeds().Line);
    }

    [Fact]
    public void A_deadline()
    {
        CommandResult result = Runtime.Shell("cut -d ' ' -f 41 /proc/self/stat; exec cut -d ' ' -f 41 /proc/self/stat", s =>
            s.Process!.Scheduler = new Scheduler { Policy = "SCHED_DEADLINE", Flags = ["SCHED_FLAG_RESET_ON_FORK"], Runtime = 1_000_000, Deadline = 10_000_000, Period = 10_000_000 });
        Assert.Equal("0\n6\n", result.Succeeds().Stdout);        // the child of one with that flag is an ordinary process; what it executes is still itself
    }

    [Fact]
    public void A_policy_that_the_kernel_lacks()
        => Runtime.Shell("true", s => s.Process!.Scheduler = new Scheduler { Policy = "SCHED_ISO" }).FailsWith(1, "process.scheduler", "SCHED_ISO");

    [Fact]
    public void The_launchers_CPUs_are_not_the_containers()
    {
        string id = Runtime.RunDetached();
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["grep", "Cpus_allowed_list", "/proc/self/status"]);
        string program = Path.Combine(Machine.Programs, "sampan-runtime");
        string all = Runtime.Run("exec", id, "grep", "Cpus_allowed_list", "/proc/self/status").Succeeds().Line;
        string[] cpus = all[(all.IndexOf('\t') + 1)..].Split('-', ',');
        Assert.Equal(all, Host("taskset", "-c", cpus[^1], program, "--root", Runtime.StateRoot, "run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Line);
        Assert.Equal(all, Host("taskset", "-c", cpus[^1], program, "--root", Runtime.StateRoot, "exec", id, "grep", "Cpus_allowed_list", "/proc/self/status").Succeeds().Line);
    }

    [Fact]
    public void CPUs_of_a_second_process()
    {
        string id = Runtime.RunDetached();
        string all = Runtime.Run("exec", id, "sed", "-n", "s/Cpus_allowed_list:.//p", "/proc/self/status").Succeeds().Line;
        string first = all.Split('-', ',')[0], last = all.Split('-', ',')[^1];
        Assert.Equal(first, Exec(id, $$"""{"initial":"{{first}}"}"""));
        Assert.Equal(last, Exec(id, $$"""{"initial":"{{first}}","final":"{{last}}"}"""));
        Assert.Equal(last, Exec(id, $$"""{"final":"{{last}}"}"""));
        Assert.Equal(all, Exec(id, """{"initial":"","final":""}"""));
        Runtime.Run("exec", "--process", ProcessFile("""{"final":"8000"}"""), id).FailsWith(255, "process.execCPUAffinity.final", "8000");
        Runtime.Run("exec", "--process", ProcessFile("""{"initial":"0-x"}"""), id).FailsWith(255, "process.execCPUAffinity.initial", "0-x");

        string configured = Runtime.RunDetached(change: s => s.Process!.ExecCpuAffinity = new ExecCpuAffinity { Initial = first, Final = last });
        Assert.Equal(last, Runtime.Run("exec", configured, "sed", "-n", "s/Cpus_allowed_list:.//p", "/proc/self/status").Succeeds().Line);
        Assert.Contains($"Cpus_allowed_list:\t{all}\n", File.ReadAllText($"/proc/{Runtime.State(configured).Pid}/status"));      // not a matter of the first process
    }

    private string Exec(string id, string affinity) => Runtime.Run("exec", "--process", ProcessFile(affinity), id).Succeeds().Line;

    private string ProcessFile(string affinity)
    {
        string file = InWork("process.json");
        File.WriteAllText(file, $$"""{"cwd":"/","env":["PATH=/bin:/usr/bin"],"args":["sed","-n","s/Cpus_allowed_list:.//p","/proc/self/status"],"execCPUAffinity":{{affinity}}}""");
        return file;
    }

    /// <summary>As far as a machine of one node can tell.</summary>
    [Fact]
    public void A_memory_policy()
    {
        Action<Spec> bind = s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_BIND", Nodes = "0", Flags = ["MPOL_F_STATIC_NODES"] };
        Assert.Contains("bind=static:0", Runtime.Shell("head -1 /proc/self/numa_maps", bind).Succeeds().Stdout);
        string id = Runtime.RunDetached(change: bind);
        Assert.Contains("bind=static:0", Runtime.Run("exec", id, "head", "-1", "/proc/self/numa_maps").Succeeds().Stdout);
        Runtime.Shell("true", s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_BIND", Nodes = "1000" }).FailsWith(1, "linux.memoryPolicy", "MPOL_BIND 1000");
        Assert.Contains("default", Runtime.Shell("head -1 /proc/self/numa_maps", s => s.Linux!.MemoryPolicy = new LinuxMemoryPolicy { Mode = "MPOL_DEFAULT" }).Succeeds().Stdout);
    }

    [Fact]
    public void Capabilities_that_cannot_be_had_are_a_warning()
    {
        CommandResult result = Runtime.Shell("grep CapAmb /proc/self/status", s =>
        {
            s.Process!.Capabilities!.Bounding!.Add("CAP_OF_TOMORROW");
            s.Process.Capabilities.Inheritable = ["CAP_KILL"];
            s.Process.Capabilities.Ambient = ["CAP_KILL", "CAP_CHOWN"];
        }).Succeeds();
        Assert.Equal("CapAmb:\t0000000000000020", result.Line);
        Assert.Equal("sampan-runtime: warning: process.capabilities.bounding: CAP_OF_TOMORROW: no known capability, left out\n"
            + "sampan-runtime: warning: process.capabilities.ambient: can't raise ambient capability CAP_CHOWN: not both permitted and inheritable, left out\n", result.Stderr);
    }

    /// <summary>What the launcher ignores, blocks or holds open is its own affair.</summary>
    [Fact]
    public void Signals_and_descriptors_are_as_a_new_process_has_them()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["cat", "/proc/self/status"]);
        string status = Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Stdout;
        Assert.Contains("SigBlk:\t0000000000000000\n", status);
        Assert.Contains("SigIgn:\t0000000000000000\n", status);
        Assert.Contains("SigCgt:\t0000000000000000\n", status);
        bundle = Runtime.NewBundle(s => s.Process!.Args = ["ls", "/proc/self/fd"]);
        Assert.Equal("0\n1\n2\n3\n", Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Stdout);     // 3 is ls reading
    }

    [Fact]
    public void A_terminal_is_the_containers_own()
    {
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Terminal = true;
            s.Process.Args = ["sh", "-c", "tty; test -t 0 && test -t 1 && test -t 2 && echo all; stty size; read line; echo got $line; exit 4"];
        });
        Child run = Runtime.StartOnTerminal("run", "--bundle", bundle.Path, Runtime.NewId());
        string settings = run.Terminal!.Settings;
        run.WaitFor("/dev/");
        run.WaitFor("all");
        run.WaitFor("24 80");
        run.Write("typed\r");
        run.WaitFor("got typed");
        run.Finish().ExitsWith(4);
        Assert.NotEmpty(settings);
    }

    [Fact]
    public void A_terminal_is_left_as_it_was_found()
    {
        Bundle bundle = Runtime.NewBundle(s => (s.Process!.Terminal, s.Process.Args) = (true, ["sh", "-c", "echo up; read x"]));
        Child run = Runtime.StartOnTerminal("run", "--bundle", bundle.Path, Runtime.NewId());
        // The settings as our side of the pty has them from its start, before anything can have changed them.
        string fresh;
        using (var other = Pty.Open(80, 24))
            fresh = other.Settings;
        run.WaitFor("up");
        Assert.NotEqual(fresh, run.Terminal!.Settings);      // raw while it runs
        run.Write("\r");
        Assert.True(SpinWait.SpinUntil(() => run.HasExited, Child.Limit));
        Assert.Equal(fresh, run.Terminal.Settings);
        run.Finish().Succeeds();
    }

    [Fact]
    public void A_relative_working_directory_is_refused()
        => Runtime.Shell("true", s => s.Process!.Cwd = "tmp").Fails("cwd");
}
