using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine.RunFlags;

/// <summary>Mounts and masks by the flags of <c>run</c>, seen from inside.</summary>
public sealed class MountFlagTests : RootTest
{
    [Fact]
    public void Mount_binds_and_tmpfs()
    {
        File.WriteAllText(InWork("a,b/file"), "content\n");
        string source = Path.Combine(Work, "a,b");
        string seen = Sampan.Run("run", "--rm", "--mount", $"type=bind,\"src={source}\",dst=/data,ro", "--mount", "type=tmpfs,target=/t,tmpfs-size=4m,tmpfs-mode=0701",
            "--mount", $"type=bind,source={Work}/made,target=/made,bind-create-src", "busybox", "sh", "-c",
            "cat /data/file; touch /data/x 2>/dev/null || echo read-only; stat -c %a /t; df -k /t | awk 'END{print $2}'; touch /made/x; grep -c ' /t .*nosuid,nodev,noexec' /proc/self/mountinfo").Succeeds().Stdout;
        Assert.Equal("content\nread-only\n701\n4096\n1\n", seen);
        Assert.True(File.Exists(Path.Combine(Work, "made/x")));
        string id = Sampan.Run("create", "--mount", $"type=bind,\"src={source}\",dst=/data,ro", "busybox", "true").Succeeds().Line;
        Assert.Contains("\"RW\":false", Sampan.Inspect(id, "Mounts").Replace(" ", "", StringComparison.Ordinal));
        Sampan.Run("run", "--rm", "--mount", $"type=bind,src={Work}/missing,dst=/x", "busybox", "true").FailsWith(125, "bind source path does not exist");
        Sampan.Run("run", "--rm", "--mount", "type=bind,src=/,dst", "busybox", "true").FailsWith(125, "invalid field 'dst' must be a key=value pair");
        Sampan.Run("run", "--rm", "--mount", "src=v,dst=/x", "busybox", "true").FailsWith(125, "use -v v:/x");
    }

    [Fact]
    public void What_is_mounted_below_a_bind_comes_along_as_asked()
    {
        Directory.CreateDirectory(InWork("v/inner"));
        string line = $"type=bind,src={Work}/v,dst=/v,ro";
        // In a mount namespace of its own: the tmpfs is never the host's.
        string Run(string more) => Host("unshare", "--mount", "--propagation", "private", "sh", "-ec", $"""
            mount -t tmpfs tmpfs {Work}/v/inner && touch {Work}/v/inner/there
            export SAMPAN_ROOT={Sampan.Store.Root} SAMPAN_RUNROOT={Sampan.Store.RunRoot}
            {Path.Combine(Machine.Programs, "sampan")} run --rm --mount {line}{more} busybox sh -c 'ls /v/inner; touch /v/inner/x 2>/dev/null && echo writable; true'
            """).Succeeds().Line;
        Assert.Equal("there", Run(""));
        Assert.Equal("there\nwritable", Run(",bind-recursive=writable"));
        Assert.Equal("", Run(",bind-recursive=disabled"));
    }

    [Theory]
    [InlineData("rslave", "1")]
    [InlineData("rshared", "1")]
    [InlineData("rprivate", "0")]
    public void Mounts_made_later_pass_as_asked(string propagation, string seen)
    {
        Directory.CreateDirectory(InWork("v/inner"));
        var result = Host("unshare", "--mount", "--propagation", "private", "sh", "-ec", $"""
            mount --bind {Work}/v {Work}/v && mount --make-shared {Work}/v
            export SAMPAN_ROOT={Sampan.Store.Root} SAMPAN_RUNROOT={Sampan.Store.RunRoot}
            sampan={Path.Combine(Machine.Programs, "sampan")}
            id=$($sampan run -d -v {Work}/v:/v:{propagation} busybox sleep 1000)
            mount -t tmpfs tmpfs {Work}/v/inner
            $sampan exec $id grep -c ' /v/inner ' /proc/self/mountinfo || true
            umount {Work}/v/inner
            $sampan rm -f $id > /dev/null
            """).Succeeds();
        Assert.Equal(seen, result.Line);
    }

    [Fact]
    public void A_volume_that_cannot_be_shared_is_refused()
    {
        Directory.CreateDirectory(InWork("v"));
        var result = Host("unshare", "--mount", "--propagation", "private", "sh", "-c", $"""
            mount --bind {Work}/v {Work}/v && mount --make-private {Work}/v
            export SAMPAN_ROOT={Sampan.Store.Root} SAMPAN_RUNROOT={Sampan.Store.RunRoot}
            {Path.Combine(Machine.Programs, "sampan")} run --rm -v {Work}/v:/v:shared busybox true
            """);
        result.FailsWith(125, $"path {Work}/v is mounted on {Work}/v but it is not a shared mount");
    }

    [Fact]
    public void Tmpfs_takes_its_options()
    {
        Assert.Equal("700 5 1024 rw", Sampan.Run("run", "--rm", "--tmpfs", "/t:size=1m,mode=700,uid=5,exec", "busybox", "sh", "-c",
            "echo $(stat -c '%a %u' /t) $(df -k /t | awk 'END{print $2}') $(awk '$5==\"/t\"{print substr($6,1,2)}' /proc/self/mountinfo); grep -q ' /t .*noexec' /proc/self/mountinfo && echo noexec; true").Succeeds().Line);
        Sampan.Run("run", "--rm", "--tmpfs", "/t:fast", "busybox", "true").FailsWith(125, "invalid tmpfs option \"fast\"");
    }

    [Fact, DiffersByHost]
    public void Privileged_is_dockers()
    {
        const string Look = "awk '$5==\"/sys\"||$5==\"/sys/fs/cgroup\"||$5~\"^/sys/fs/cgroup/(memory|pids)$\"{print $5,substr($6,1,2)}' /proc/self/mountinfo; awk '$5~\"^/proc/|^/sys/firmware\"' /proc/self/mountinfo | wc -l; awk '/^Seccomp:/{print $2}' /proc/self/status";
        string open = Sampan.Run("run", "--rm", "--privileged", "busybox", "sh", "-c", Look).Succeeds().Stdout;
        Assert.Contains("/sys rw\n", open);
        Assert.DoesNotContain("ro\n", open);
        Assert.Contains("\n0\n0\n", open);
        Assert.Contains("/sys ro\n", Sampan.Run("run", "--rm", "--privileged", "--read-only", "busybox", "sh", "-c", Look).Succeeds().Stdout);
        Assert.Contains("\n0\n2\n", Sampan.Run("run", "--rm", "--privileged", "--security-opt", "seccomp=builtin", "busybox", "sh", "-c", Look).Succeeds().Stdout);
        Assert.DoesNotContain("/sys rw\n", Sampan.Run("run", "--rm", "busybox", "sh", "-c", Look).Succeeds().Stdout);
    }

    [Fact]
    public void Security_options()
    {
        Assert.Equal("NoNewPrivs:\t0", Sampan.Run("run", "--rm", "--security-opt", "no-new-privileges:false", "busybox", "grep", "NoNewPrivs", "/proc/self/status").Succeeds().Line);
        Assert.Equal("0", Sampan.Run("run", "--rm", "--security-opt", "systempaths=unconfined", "busybox", "sh", "-c", "awk '$5~\"^/proc/\"' /proc/self/mountinfo | wc -l").Succeeds().Line);
        Sampan.Run("run", "--rm", "--security-opt", "label=colour:red", "busybox", "true").FailsWith(125, "invalid --security-opt");
        Machine.RequireNoSELinux();
        Sampan.Run("run", "--rm", "--security-opt", "label=type:x", "--security-opt", "label=level:s0", "busybox", "true").Succeeds();
    }

    [Fact, DiffersByHost]
    public void Cgroups_can_be_made_writable()
    {
        Machine.RequireController("pids");
        string directory = Machine.CgroupV1("pids") is null ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids";
        Assert.Equal("made", Sampan.Run("run", "--rm", "--security-opt", "writable-cgroups=true", "busybox", "sh", "-c", $"mkdir {directory}/below && rmdir {directory}/below && echo made").Succeeds().Line);
        Assert.Contains("Read-only", Sampan.Run("run", "--rm", "busybox", "mkdir", $"{directory}/below").ExitsWith(1).Stderr);
    }
}
