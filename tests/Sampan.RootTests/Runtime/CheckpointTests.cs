using Sampan.Oci;
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

    /// <summary>A place in the root that is bound to another, with what the mounts before it have put there.</summary>
    [Fact, DiffersByHost]
    public void Binds_from_within_the_root_are_restored()
    {
        Machine.RequireCriu();
        string id = Runtime.NewId(), images = InWork("images/x")[..^2], source = InWork("source/file");
        File.WriteAllText(source, "of a volume\n");
        Bundle bundle = Runtime.NewBundle(spec => spec.Process!.Args = ["sh", "-c", "echo of the image >/etc/own; until [ -e /go ]; do usleep 20000; done; cat /srv/volume/file /srv/etc/own; exec sleep 1000"]);
        bundle.Spec.Mounts!.AddRange(
        [
            new() { Destination = "/mnt", Type = "bind", Source = Path.GetDirectoryName(source), Options = ["rbind"] },
            new() { Destination = "/srv/volume", Type = "bind", Source = $"{bundle.Rootfs}/mnt", Options = ["rbind"] },
            new() { Destination = "/srv/etc", Type = "bind", Source = $"{bundle.Rootfs}/etc", Options = ["bind"] },
        ]);
        bundle.Save();
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Combine(bundle.Rootfs, "etc/own")), Child.Limit));
        Runtime.Run("checkpoint", "--image-path", images, id).Succeeds();
        Runtime.RunIntoFile(id, "restore", "--detach", "--bundle", bundle.Path, "--image-path", images, id).Succeeds();
        File.WriteAllText(Path.Combine(bundle.Rootfs, "go"), "");
        Assert.True(SpinWait.SpinUntil(() => File.ReadAllText(Runtime.OutputOf(id)).Contains("image", StringComparison.Ordinal), Child.Limit), File.ReadAllText(Runtime.OutputOf(id)));
        Assert.Equal("of a volume\nof the image\n", File.ReadAllText(Runtime.OutputOf(id)));
    }

    /// <summary>runtime-spec 1.3, config-linux.md, "Cgroup ownership", for a container that comes back, too.</summary>
    [Fact, DiffersByHost]
    public void The_restored_containers_cgroup_is_its_users()
    {
        Machine.RequireCriu();
        Machine.RequireCgroupV2("memory");
        string id = Runtime.NewId(), images = InWork("images/x")[..^2];
        Bundle bundle = Runtime.NewBundle(static spec =>
        {
            spec.Process!.Args = ["sleep", "1000"];
            spec.Process.User = new Oci.User { Uid = 1000, Gid = 1000 };
            spec.Mounts!.Single(static m => m.Destination == "/sys/fs/cgroup").Options!.Remove("ro");
        });
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        Assert.Equal("1000", OwnersOf(id));
        Runtime.Run("checkpoint", "--image-path", images, id).Succeeds();
        Runtime.RunIntoFile(id, "restore", "--detach", "--bundle", bundle.Path, "--image-path", images, id).Succeeds();
        Assert.Equal("1000", OwnersOf(id));
    }

    private string OwnersOf(string id)
        => string.Join(' ', ((string[])["", "/cgroup.procs", "/cgroup.threads", "/cgroup.subtree_control"])
            .Select(file => Host("stat", "-c", "%u", $"/sys/fs/cgroup{File.ReadAllText($"/proc/{Runtime.State(id).Pid}/cgroup").Trim()[3..]}{file}").Succeeds().Line).Distinct());

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
