using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, runtime.md, "Lifecycle" and "Operations", by the command line of runc.</summary>
public sealed class LifecycleTests : RootTest
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("exit 255", 255)]
    [InlineData("kill -TERM $$; exit 5", 5)]        // PID 1 takes no signal it has no handler for, from within
    public void Run_exits_as_the_container_does(string command, int code)
        => Assert.Equal(code, Runtime.Shell(command).ExitCode);

    /// <summary>The program may end between any two looks of `delete` at it.</summary>
    [Fact]
    public void A_container_that_is_just_ending_can_be_deleted()
    {
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["true"]);
        int rounds = new Campaign(100).Rounds;
        for (int i = 0; i < rounds; i++)
        {
            string id = Runtime.NewId();
            Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).Succeeds();
            Runtime.Run("start", id).Succeeds();
            Runtime.Run("delete", "--force", id).Succeeds();
        }
    }

    [Fact]
    public void Run_hands_on_the_three_streams()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["sh", "-c", "cat; echo err >&2; exit 3"]);
        CommandResult result = Runtime.RunWithInput("typed", "run", "--bundle", bundle.Path, Runtime.NewId()).ExitsWith(3);
        Assert.Equal("typed", result.Stdout);
        Assert.Equal("err\n", result.Stderr);
    }

    [Fact]
    public void Run_takes_the_bundle_from_the_working_directory()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["echo", "here"]);
        Assert.Equal("here", Runtime.StartIn(bundle.Path, "run", Runtime.NewId()).Finish().Succeeds().Line);
    }

    [Fact]
    public void Create_start_kill_delete()
    {
        string id = Runtime.NewId();
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["sh", "-c", "echo started; sleep 1000"]);
        string pidFile = InWork("pid");
        Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, "--pid-file", pidFile, id).Succeeds();

        State created = Runtime.State(id);
        Assert.Equal("created", created.Status);
        Assert.Equal(id, created.ID);
        Assert.Equal(bundle.Path, created.Bundle);
        Assert.Equal(File.ReadAllText(pidFile).Trim(), created.Pid.ToString());
        Assert.Equal("", File.ReadAllText(Runtime.OutputOf(id)));         // its program has not run yet
        // What waits for its start holds no copy of the lock: had its creator been killed, no delete would ever get it.
        Assert.DoesNotContain(Path.Combine(Runtime.StateRoot, id), Directory.GetFiles($"/proc/{created.Pid}/fd").Select(f => File.ResolveLinkTarget(f, returnFinalTarget: false)?.FullName));

        Runtime.Run("start", id).Succeeds();
        State running = Runtime.State(id);
        Assert.Equal("running", running.Status);
        Assert.Equal(created.Pid, running.Pid);

        Runtime.Run("delete", id).Fails(id);                              // it runs
        Runtime.Run("start", id).Fails(id);
        Runtime.Run("kill", id, "KILL").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Assert.Equal("started\n", File.ReadAllText(Runtime.OutputOf(id)));

        Runtime.Run("delete", id).Succeeds();
        Runtime.Run("state", id).Fails(id);
        Assert.False(Directory.Exists(Path.Combine(Runtime.StateRoot, id)));
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("SIGTERM")]
    [InlineData("15")]
    public void Kill_sends_the_signal_it_is_told(string signal)
    {
        string id = Runtime.RunDetached("trap 'echo got it; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        WaitForOutput(id, "ready");
        Runtime.Run("kill", id, signal).Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Assert.EndsWith("got it\n", File.ReadAllText(Runtime.OutputOf(id)));
    }

    [Fact]
    public void Kill_sends_TERM_when_it_is_told_nothing()
    {
        string id = Runtime.RunDetached("trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        WaitForOutput(id, "ready");
        Runtime.Run("kill", id).Succeeds();
        Runtime.WaitForStatus(id, "stopped");
    }

    [Fact]
    public void Kill_refuses_a_stopped_container_and_an_unknown_signal()
    {
        string id = Runtime.RunDetached("true");
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("kill", id, "KILL").Fails(id);
        Runtime.Run("kill", id, "NOSUCH").Fails("NOSUCH");
    }

    [Fact]
    public void Delete_by_force_takes_a_running_container()
    {
        string id = Runtime.RunDetached();
        int pid = Runtime.State(id).Pid!.Value;
        Runtime.Run("delete", "--force", id).Succeeds();
        Assert.False(Directory.Exists($"/proc/{pid}"));
        Runtime.Run("delete", "--force", id).Succeeds();                  // as runc: nothing to do is no error
        Runtime.Run("delete", id).Fails(id);
    }

    [Fact]
    public void A_created_container_can_be_deleted_by_force()
    {
        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "create", "--bundle", Runtime.NewBundle().Path, id).Succeeds();
        Runtime.Run("delete", "--force", id).Succeeds();
    }

    [Fact]
    public void An_id_is_given_once()
    {
        string id = Runtime.RunDetached();
        CommandResult again = Runtime.Run("run", "--bundle", Runtime.NewBundle().Path, id).Fails(id);
        Assert.Equal("running", Runtime.State(id).Status);
        Assert.DoesNotContain("sleep", again.Stderr);
    }

    /// <summary>A killed parent leaves the container's process; the state must not believe an old pid.</summary>
    [Fact]
    public void A_process_that_died_by_itself_is_stopped()
    {
        string id = Runtime.RunDetached();
        Linux.Sys.Call(Linux.SyscallNumber.kill, Runtime.State(id).Pid!.Value, 9);
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("delete", id).Succeeds();
    }

    [Fact]
    public void All_processes_of_a_container_end_with_its_first()
    {
        string id = Runtime.RunDetached("sleep 1001 & sleep 1002 & sleep 1003");
        Runtime.Run("kill", id, "KILL").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("delete", id).Succeeds();
        // What is left of them is for the leak probe to find.
    }

    [Fact]
    public void List_and_spec()
    {
        string bundle = Path.GetDirectoryName(InWork("fresh/config.json"))!;
        Runtime.Run("spec", "--bundle", bundle).Succeeds();
        Spec spec = JsonReading.Read<Spec>(File.ReadAllBytes(Path.Combine(bundle, "config.json")));
        Assert.Equal("rootfs", spec.Root!.Path);
        Assert.Contains(spec.Linux!.Namespaces!, n => n.Type == "pid");
        Runtime.Run("spec", "--bundle", bundle).Fails("config.json");     // never over one that is there
    }

    private void WaitForOutput(string id, string text)
        => Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(Runtime.OutputOf(id)).Contains(text, StringComparison.Ordinal), Child.Limit), $"\"{text}\" never came");

    [Fact]
    public void Kill_takes_everybody_where_the_first_process_has_no_pid_namespace()
    {
        string id = Runtime.RunDetached("sleep 1000 & sleep 1000 & wait", s => s.Linux!.Namespaces!.RemoveAll(static n => n.Type == "pid"));
        int first = Runtime.State(id).Pid!.Value;
        Host("kill", "-9", $"{first}").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Assert.NotEqual("[]", Runtime.Run("ps", "--format", "json", id).Succeeds().Line);
        Runtime.Run("kill", id, "TERM").FailsWith(1, "container not running");
        Runtime.Run("kill", id, "KILL").Succeeds();
        for (int i = 0; i < 200 && Runtime.Run("ps", "--format", "json", id).Succeeds().Line != "[]"; i++)
            Thread.Sleep(10);
        Assert.Equal("[]", Runtime.Run("ps", "--format", "json", id).Succeeds().Line);
        Runtime.Run("kill", id, "KILL").FailsWith(1, "container not running");
    }

    /// <summary>CVE-2024-21626: whoever gets in before `start` could else go out by /proc/1/fd.</summary>
    [Fact]
    public void What_waits_for_its_start_has_nothing_open_that_leads_out()
    {
        string id = Runtime.NewId();
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["true"]);
        Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).Succeeds();
        string[] open = [.. Directory.GetFiles($"/proc/{Runtime.State(id).Pid}/fd").Where(static f => Path.GetFileName(f).Length > 1 || f[^1] > '2').Select(static f => new FileInfo(f).LinkTarget!)];
        Assert.NotEmpty(open);
        Assert.All(open, static target => Assert.Matches(@"^(socket:|anon_inode:\[signalfd\]$)", target));
        Runtime.Run("start", id).Succeeds();
    }

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public void A_signal_that_ends_programs_ends_what_waits_for_its_start(string signal)
    {
        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "create", "--bundle", Runtime.NewBundle().Path, id).Succeeds();
        Runtime.Run("kill", id, signal).Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("start", id).FailsWith(1, "stopped");
        Runtime.Run("delete", id).Succeeds();
    }
}
