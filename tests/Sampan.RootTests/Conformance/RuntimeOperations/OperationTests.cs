using System.Text.Json;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.RuntimeOperations;

/// <summary>runtime.md, "State", "Lifecycle", "Errors" and "Operations".</summary>
public sealed class OperationTests : ConformanceTest
{
    private string Create(Bundle bundle)
    {
        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).Succeeds();
        return id;
    }

    [Fact]
    public void The_state_through_a_life()
    {
        Bundle bundle = NewBundle(s => s.Annotations = new() { ["myKey"] = "myValue" }, "wait");
        string id = Create(bundle);
        JsonElement created = JsonDocument.Parse(Runtime.Run("state", id).Succeeds().Stdout).RootElement;
        Assert.Matches(@"^1\.\d+\.\d+", created.GetProperty("ociVersion").GetString());
        Assert.Equal(id, created.GetProperty("id").GetString());
        Assert.Equal("created", created.GetProperty("status").GetString());
        Assert.Equal(bundle.Path, created.GetProperty("bundle").GetString());
        Assert.Equal("myValue", created.GetProperty("annotations").GetProperty("myKey").GetString());
        int pid = created.GetProperty("pid").GetInt32();
        Assert.True(Directory.Exists($"/proc/{pid}"));
        Assert.Equal("", File.ReadAllText(Runtime.OutputOf(id)));       // the program has not run

        Runtime.Run("start", id).Succeeds();
        ReportOf(id);
        State running = Runtime.State(id);
        Assert.Equal(("running", pid), (running.Status!, running.Pid!.Value));

        Runtime.Run("kill", id, "KILL").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("delete", id).Succeeds();
        Assert.NotEqual(0, Runtime.Run("state", id).ExitCode);
    }

    /// <summary>"Any changes made to the config.json file after this operation will not have an effect on the container."</summary>
    [Fact]
    public void Changes_after_create_have_no_effect()
    {
        Bundle bundle = NewBundle(s => s.Hostname = "before");
        string id = Create(bundle);
        (bundle.Spec.Hostname, bundle.Spec.Process!.Args) = ("after", ["/no/such/program"]);
        bundle.Save();
        Runtime.Run("start", id).Succeeds();
        Assert.Equal("before", ReportOf(id)["hostname"]);
        File.Delete(Path.Combine(bundle.Path, "config.json"));
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("delete", id).Succeeds();
    }

    [Fact]
    public void Create_needs_a_bundle_and_an_id_that_is_not_taken()
    {
        Bundle bundle = NewBundle(arguments: "wait");
        string id = Create(bundle);
        int pid = Runtime.State(id).Pid!.Value;
        Assert.NotEqual(0, Runtime.Run("create", "--bundle", NewBundle().Path, id).ExitCode);
        Assert.Equal(("created", pid), (Runtime.State(id).Status!, Runtime.State(id).Pid!.Value));
        Assert.NotEqual(0, Runtime.Run("create", "--bundle", Work, Runtime.NewId()).ExitCode);
        Assert.NotEqual(0, Runtime.Run("create", "--bundle", "/no/such/bundle", Runtime.NewId()).ExitCode);
        Assert.NotEqual(0, Runtime.Run("create", "--bundle", bundle.Path).ExitCode);
        Assert.NotEqual(0, Runtime.Run("create", "--bundle", bundle.Path, "a/b").ExitCode);
    }

    [Fact]
    public void Start_is_for_what_is_created()
    {
        string id = Create(NewBundle(arguments: "wait"));
        Runtime.Run("start", id).Succeeds();
        int pid = Runtime.State(id).Pid!.Value;
        Assert.NotEqual(0, Runtime.Run("start", id).ExitCode);
        Assert.Equal(("running", pid), (Runtime.State(id).Status!, Runtime.State(id).Pid!.Value));
        Runtime.Run("kill", id, "KILL").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Assert.NotEqual(0, Runtime.Run("start", id).ExitCode);
        Assert.NotEqual(0, Runtime.Run("start", "no-such-container").ExitCode);
        Assert.NotEqual(0, Runtime.Run("start").ExitCode);
    }

    [Fact]
    public void Kill_is_for_what_is_created_or_runs()
    {
        string created = Create(NewBundle(arguments: "wait"));
        Runtime.Run("kill", created, "KILL").Succeeds();
        Runtime.WaitForStatus(created, "stopped");
        Assert.NotEqual(0, Runtime.Run("kill", created, "KILL").ExitCode);
        Assert.NotEqual(0, Runtime.Run("kill", "no-such-container", "KILL").ExitCode);
        Assert.NotEqual(0, Runtime.Run("kill").ExitCode);
        Assert.Equal("stopped", Runtime.State(created).Status);
    }

    [Fact]
    public void Delete_is_for_what_has_stopped_and_frees_the_id()
    {
        string id = Create(NewBundle(arguments: "wait"));
        Runtime.Run("start", id).Succeeds();
        Assert.NotEqual(0, Runtime.Run("delete", id).ExitCode);
        Assert.Equal("running", Runtime.State(id).Status);
        Runtime.Run("kill", id, "KILL").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("delete", id).Succeeds();
        Assert.NotEqual(0, Runtime.Run("delete", id).ExitCode);
        Assert.NotEqual(0, Runtime.Run("delete").ExitCode);
        Bundle again = NewBundle();
        Runtime.RunIntoFile(id, "create", "--bundle", again.Path, id).Succeeds();
        Assert.Equal(again.Path, Runtime.State(id).Bundle);
    }

    /// <summary>"This operation MUST generate an error if process was not set."</summary>
    [Fact]
    public void State_of_nothing_and_start_without_a_process()
    {
        Assert.NotEqual(0, Runtime.Run("state", "no-such-container").ExitCode);
        Assert.NotEqual(0, Runtime.Run("state").ExitCode);
        Refused(s => s.Process = null);
    }

    /// <summary>"This operation MUST generate an error if process was not set": start, not create.</summary>
    [Fact]
    public void A_container_without_a_process_is_created_and_cannot_be_started()
    {
        string id = Create(NewBundle(s => s.Process = null));
        Assert.Equal("created", Runtime.State(id).Status);
        CommandResult start = Runtime.Run("start", id);
        Assert.True(start.ExitCode != 0 && start.Stderr.Length > 0, $"expected an error\n{start}");
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("delete", id).Succeeds();
    }

    [Fact]
    public void A_poststart_hook_that_fails_is_an_error_and_the_container_is_stopped()
    {
        Bundle bundle = NewBundle(s => s.Hooks = new Hooks { Poststart = [new Hook { Path = "/bin/false" }] }, "wait");
        string id = Create(bundle);
        int pid = Runtime.State(id).Pid!.Value;
        Assert.NotEqual(0, Runtime.Run("start", id).ExitCode);
        Assert.True(SpinWait.SpinUntil(() => !File.Exists($"/proc/{pid}/exe") || Machine.ReadLink($"/proc/{pid}/exe").Length == 0, Child.Limit));
    }
}
