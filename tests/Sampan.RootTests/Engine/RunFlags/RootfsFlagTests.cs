using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine.RunFlags;

/// <summary><c>run --rootfs</c>: a directory of the host instead of an image.</summary>
public sealed class RootfsFlagTests : RootTest
{
    private string Tree()
    {
        string tree = InWork("tree/etc/made-by");
        File.WriteAllText(tree, "the test\n");
        tree = Path.Combine(Work, "tree");
        Host("tar", "-xpf", Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar"), "-C", tree).Succeeds();
        return tree;
    }

    [Fact]
    public void It_is_written_to()
    {
        string tree = Tree();
        var run = Sampan.Run("run", "--name", "tree", "--rootfs", tree, "sh", "-c", "cat /etc/made-by; echo new > /new");
        Assert.Equal("the test", run.Succeeds().Line);
        Assert.Equal("new\n", File.ReadAllText(Path.Combine(tree, "new")));
        Assert.Contains(tree, Sampan.Run("ps", "-a").Succeeds().Stdout);
        Sampan.Run("commit", "tree", "x").Fails("made from the directory");
        Sampan.Run("rm", "tree").Succeeds();
        Assert.True(File.Exists(Path.Combine(tree, "new")));
        Assert.Contains("Read-only", Sampan.Run("run", "--rm", "--read-only", "--rootfs", tree, "touch", "/x").ExitsWith(1).Stderr);
    }

    [Fact]
    public void Over_it_an_overlay_is_thrown_away()
    {
        string tree = Tree();
        string id = Sampan.RunDetached("--rootfs", $"{tree}:O", "sh", "-c", "ls /new 2>/dev/null || echo fresh; echo new > /new; rm /etc/made-by");
        Sampan.WaitForStatus(id, "exited");
        Sampan.Run("start", id).Succeeds();
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("fresh\nfresh\n", Sampan.Run("logs", id).Succeeds().Stdout);
        Assert.False(File.Exists(Path.Combine(tree, "new")));
        Assert.True(File.Exists(Path.Combine(tree, "etc/made-by")));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":O")]
    public void With_a_user_namespace(string overlay)
    {
        Machine.RequireIdMappedLayers();
        string tree = Tree();
        var run = Sampan.Run("run", "--rm", "--userns", "remap", "--rootfs", tree + overlay, "sh", "-c", "touch /new; stat -c '%u %u' /etc/made-by /new; awk '{print $2}' /proc/self/uid_map");
        Assert.Equal("0 0\n0 0\n100000", run.Succeeds().Line);
        if (overlay.Length == 0)
            Assert.Equal("0", Host("stat", "-c", "%u", Path.Combine(tree, "new")).Succeeds().Line);
    }

    [Fact]
    public void What_is_none_is_refused()
    {
        Sampan.Run("run", "--rm", "--rootfs", $"{Work}/nowhere", "true").FailsWith(125, "nowhere");
        File.WriteAllText(InWork("file"), "");
        Sampan.Run("run", "--rm", "--rootfs", $"{Work}/file", "true").FailsWith(125, "not a directory");
        Sampan.Run("run", "--rm", "--rootfs", Tree()).FailsWith(125, "no command specified");
    }
}
