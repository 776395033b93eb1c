using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>pause and resume, and what the other commands make of a paused container.</summary>
[DiffersByHost]
public sealed class PauseTests : RootTest
{
    [Fact]
    public void A_paused_container_stands_still_until_it_is_resumed()
    {
        string id = Runtime.RunDetached("while :; do echo tick; sleep 0.02; done");
        WaitForMore(id, 0);
        Runtime.Run("pause", id).Succeeds();
        Assert.Equal("paused", Runtime.State(id).Status);
        long length = LengthOf(id);
        Thread.Sleep(300);
        Assert.Equal(length, LengthOf(id));
        Runtime.Run("pause", id).Fails(id, "paused");
        Runtime.Run("exec", id, "true").Fails(id, "paused");
        Runtime.Run("delete", id).Fails(id, "paused");

        Runtime.Run("resume", id).Succeeds();
        Assert.Equal("running", Runtime.State(id).Status);
        WaitForMore(id, length);
        Runtime.Run("resume", id).Fails(id, "running");
    }

    [Fact]
    public void A_paused_container_can_be_killed()
    {
        string id = Runtime.RunDetached();
        Runtime.Run("pause", id).Succeeds();
        Runtime.Run("kill", id, "KILL").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("pause", id).Fails(id, "stopped");
        Runtime.Run("resume", id).Fails(id, "stopped");
        Runtime.Run("delete", id).Succeeds();
    }

    [Fact]
    public void A_paused_container_can_be_deleted_by_force()
    {
        string id = Runtime.RunDetached("sleep 1001 & sleep 1002");
        Runtime.Run("pause", id).Succeeds();
        Runtime.Run("delete", "--force", id).Succeeds();
        Runtime.Run("state", id).Fails(id);
    }

    [Fact]
    public void A_created_container_can_be_paused_and_starts_after_it_is_resumed()
    {
        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "create", "--bundle", Runtime.NewBundle(s => s.Process!.Args = ["sleep", "1000"]).Path, id).Succeeds();
        Runtime.Run("pause", id).Succeeds();
        Assert.Equal("paused", Runtime.State(id).Status);
        Runtime.Run("start", id).Fails(id, "paused");
        Runtime.Run("resume", id).Succeeds();
        Assert.Equal("created", Runtime.State(id).Status);
        Runtime.Run("start", id).Succeeds();
        Assert.Equal("running", Runtime.State(id).Status);
    }

    [Fact]
    public void A_container_that_is_not_there_is_named()
    {
        foreach (string verb in (string[])["pause", "resume", "ps", "update"])
            Runtime.Run(verb, "nobody").FailsWith(1, "nobody", "does not exist");
    }

    private long LengthOf(string id) => new FileInfo(Runtime.OutputOf(id)).Length;

    private void WaitForMore(string id, long than)
        => Assert.True(SpinWait.SpinUntil(() => LengthOf(id) > than, Child.Limit), $"{id} never went on");
}
