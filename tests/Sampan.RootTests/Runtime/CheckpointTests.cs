using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary><c>checkpoint</c> and <c>restore</c>, by the host's CRIU.</summary>
public sealed class CheckpointTests : RootTest
{
    private const string Counts = "i=0; while true; do i=$((i+1)); echo $i > /count; usleep 20000; done";

    [Fact, DiffersByHost]
    public void A_restored_container_goes_on_where_it_was()
    {
        Machine.RequireCriu();
        string id = Runtime.NewId(), images = InWork("images/x")[..^2];
        Bundle bundle = Runtime.NewBundle(spec => spec.Process!.Args = ["sh", "-c", Counts]);
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        WaitForCount(bundle, 3);
        Runtime.Run("checkpoint", "--image-path", images, id).Succeeds();
        Runtime.Run("state", id).FailsWith(1, "container does not exist");
        int saved = Count(bundle);
        Runtime.RunIntoFile(id, "restore", "--detach", "--bundle", bundle.Path, "--image-path", images, id).Succeeds();
        Assert.Equal("running", Runtime.State(id).Status);
        WaitForCount(bundle, saved + 2);
        Assert.InRange(Count(bundle), saved + 2, saved + 1000);
    }

    [Fact, DiffersByHost]
    public void A_container_that_is_left_running_runs_on()
    {
        Machine.RequireCriu();
        string id = Runtime.RunDetached("sleep 1000");
        Runtime.Run("checkpoint", "--leave-running", "--image-path", InWork("images/x")[..^2], id).Succeeds();
        Assert.Equal("running", Runtime.State(id).Status);
    }

    [Fact]
    public void Without_criu_the_message_says_what_is_needed_and_the_container_runs_on()
    {
        string id = Runtime.RunDetached("sleep 1000");
        Host("env", "PATH=/nowhere", Path.Combine(Machine.Programs, "sampan-runtime"), "--root", Runtime.StateRoot, "checkpoint", "--image-path", Path.Combine(Work, "images"), id)
            .FailsWith(1, "criu: executable file not found in $PATH");
        Assert.Equal("running", Runtime.State(id).Status);
        Assert.False(Directory.Exists(Path.Combine(Work, "images")));
    }

    private static int Count(Bundle bundle)
        => File.Exists(Path.Combine(bundle.Rootfs, "count")) && int.TryParse(File.ReadAllText(Path.Combine(bundle.Rootfs, "count")), System.Globalization.CultureInfo.InvariantCulture, out int count) ? count : 0;

    private static void WaitForCount(Bundle bundle, int least)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (Count(bundle) < least)
        {
            Assert.True(clock.Elapsed < Child.Limit, $"it counts no further than {Count(bundle)}");
            Thread.Sleep(10);
        }
    }
}
