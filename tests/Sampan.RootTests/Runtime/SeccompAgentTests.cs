using Sampan.Linux;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config-linux.md, "Seccomp": system calls that a profile leaves to an agent, by SCMP_ACT_NOTIFY.</summary>
public sealed class SeccompAgentTests : RootTest
{
    private const string NoMedium = "No medium found";

    public SeccompAgentTests() => Machine.RequireSeccomp();

    private SeccompAgent Agent(params SyscallNumber[] refused)
        => new(InWork("agent.sock"), number => Array.IndexOf(refused, (SyscallNumber)number) >= 0 ? 123 : 0); // ENOMEDIUM

    private static Action<Spec> Leaving(string path, params string[] calls) => s => s.Linux!.Seccomp = new LinuxSeccomp
    {
        DefaultAction = "SCMP_ACT_ALLOW", ListenerPath = path, ListenerMetadata = "a \"word\" to the agent",
        Syscalls = [new LinuxSyscall { Names = [.. calls], Action = "SCMP_ACT_NOTIFY" }],
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_agent_answers(bool noNewPrivileges)
    {
        using var agent = Agent(SyscallNumber.mkdir);
        Runtime.Shell("rmdir /nowhere; mkdir /dev/shm/x", s =>
        {
            Leaving(agent.Path, "mkdir", "rmdir")(s);
            s.Process!.NoNewPrivileges = noNewPrivileges;
        }).ExitsWith(1).Also(r => Assert.Contains(NoMedium, r.Stderr)).Also(r => Assert.Contains("nowhere': No such file", r.Stderr));
    }

    [Fact]
    public void It_is_told_whom_it_serves()
    {
        using var agent = Agent();
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["sleep", "1000"];
            s.Annotations = new() { ["key"] = "value" };
            Leaving(agent.Path, "mkdir")(s);
        });
        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).Succeeds();
        Assert.Empty(agent.States);
        Runtime.Run("start", id).Succeeds();
        int pid = Runtime.State(id).Pid!.Value;

        ContainerProcessState told = Assert.Single(agent.AwaitStates(1));
        Assert.Equal((bundle.Spec.OciVersion, pid, "a \"word\" to the agent"), (told.OciVersion, told.Pid, told.Metadata));
        Assert.Equal(["seccompFd"], told.Fds);
        Assert.Equal((id, "created", pid, bundle.Path, "value"), (told.State!.ID, told.State.Status, told.State.Pid, told.State.Bundle, told.State.Annotations!["key"]));

        Child exec = Runtime.Start("exec", id, "sh", "-c", "echo up; read line");
        exec.WaitFor("up");
        ContainerProcessState joined = agent.AwaitStates(2)[1];
        Assert.NotEqual(pid, joined.Pid);
        Assert.Equal("sh\0-c\0echo up; read line\0", File.ReadAllText($"/proc/{joined.Pid}/cmdline"));
        Assert.Equal(("running", pid), (joined.State!.Status, joined.State.Pid));
        exec.Finish();

        using var another = new SeccompAgent(InWork("another.sock"), static _ => 0);
        Runtime.Shell("true", Leaving(another.Path, "mkdir")).Succeeds();
        Assert.Equal("creating", Assert.Single(another.AwaitStates(1)).State!.Status);
    }

    [Fact]
    public void It_answers_a_process_of_exec()
    {
        using var agent = Agent(SyscallNumber.mkdir);
        string id = Runtime.RunDetached(change: Leaving(agent.Path, "mkdir"));
        Assert.Contains(NoMedium, Runtime.Run("exec", id, "mkdir", "/dev/shm/x").ExitsWith(1).Stderr);
    }

    /// <summary>Those the launch itself makes once the filter is there would wait for an agent that has not been told of it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Calls_of_the_launch_may_be_the_agents(bool noNewPrivileges)
    {
        using var agent = Agent();
        Action<Spec> change = Leaving(agent.Path, "execve", "read", "close", "openat", "fcntl", "sendmsg", "recvmsg", "capset", "prctl", "accept4", "exit_group", "mmap");
        string id = Runtime.RunDetached("sleep 1000", s =>
        {
            change(s);
            s.Process!.NoNewPrivileges = noNewPrivileges;
        });
        Assert.Equal("running", Runtime.State(id).Status);
        Assert.Equal("hello", Runtime.Run("exec", id, "echo", "hello").Succeeds().Line);
    }

    /// <summary>Its own, the listener, and the directory it reads.</summary>
    [Fact]
    public void The_program_does_not_get_the_descriptor()
    {
        using var agent = Agent();
        Assert.Equal("0\n1\n2\n3\n", Runtime.Shell("ls /proc/self/fd", Leaving(agent.Path, "mkdir")).Succeeds().Stdout);
    }

    [Fact]
    public void Without_an_agent_nothing_starts()
    {
        string nowhere = InWork("none.sock");
        Bundle bundle = Runtime.NewBundle(Leaving(nowhere, "mkdir"));
        Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, "linux.seccomp.listenerPath", "failed to connect with seccomp agent", nowhere, "no such file");
        Assert.Empty(Directory.GetDirectories(Runtime.StateRoot));

        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).Succeeds();
        Runtime.Run("start", id).FailsWith(1, "failed to connect with seccomp agent", nowhere);
        Runtime.WaitForStatus(id, "stopped");
    }

    [Fact]
    public void Nor_does_a_second_process()
    {
        string id;
        using (var agent = Agent())
            id = Runtime.RunDetached(change: Leaving(agent.Path, "mkdir"));
        Runtime.Run("exec", id, "true").FailsWith(255, "failed to connect with seccomp agent", "connection refused");
    }

    [Fact]
    public void Calls_fail_once_the_agent_is_gone()
    {
        string id;
        using (var agent = Agent())
        {
            id = Runtime.RunDetached("until test -e /dev/shm/go; do sleep 0.02; done; mkdir /dev/shm/x; echo end", Leaving(agent.Path, "mkdir"));
            Assert.Single(agent.AwaitStates(1));
        }
        File.WriteAllText($"/proc/{Runtime.State(id).Pid}/root/dev/shm/go", "");
        Runtime.WaitForStatus(id, "stopped");
        Assert.Contains("Function not implemented", File.ReadAllText(Runtime.OutputOf(id)));
    }

    [Theory]
    [InlineData("write", "agent.sock", "linux.seccomp.syscalls[0].names[0]", "SCMP_ACT_NOTIFY cannot be used for the write syscall")]
    [InlineData("mkdir", "", "linux.seccomp.listener", "missing")]
    [InlineData("mkdir", "@abstract", "linux.seccomp.listenerPath", "@abstract")]
    public void What_could_never_work_is_refused(string call, string path, params string[] words)
    {
        Bundle bundle = Runtime.NewBundle(Leaving(path, call));
        bundle.Spec.Linux!.Seccomp!.ListenerMetadata = null;
        bundle.Save();
        Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, words);
    }

    [Fact]
    public void A_path_that_nothing_notifies_is_passed_over()
        => Runtime.Shell("true", s => s.Linux!.Seccomp = new LinuxSeccomp { DefaultAction = "SCMP_ACT_ALLOW", ListenerPath = "/nowhere", ListenerMetadata = "x" }).Succeeds();

    [Theory]
    [InlineData("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV")]
    [InlineData("SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW")]
    public void Flags_go_with_a_listener(params string[] flags)
    {
        using var agent = Agent(SyscallNumber.mkdir);
        Runtime.Shell("mkdir /dev/shm/x", s =>
        {
            Leaving(agent.Path, "mkdir")(s);
            s.Linux!.Seccomp!.Flags = [.. flags];
        }).ExitsWith(1).Also(r => Assert.Contains(NoMedium, r.Stderr));
    }
}
