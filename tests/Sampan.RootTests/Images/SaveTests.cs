using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>save, history and prune on images with names.</summary>
public sealed class SaveTests : RootTest
{
    [Fact]
    public void What_is_saved_others_read_and_load_gives_the_same_image()
    {
        Cli maker = NewSampan("maker");
        Make(maker, "mine:1");
        maker.Run("save", "-o", InWork("mine.tar"), "mine:1", "busybox").Succeeds();
        Cli sampan = NewSampan();
        Assert.Equal(["Loaded image: busybox:latest", "Loaded image: mine:1"], sampan.Run("load", "-i", InWork("mine.tar")).Succeeds().Lines.Order());
        Assert.Equal(Ids(maker), Ids(sampan));
        Assert.Equal("hi", sampan.Run("run", "--rm", "mine:1", "cat", "/f").Succeeds().Line);

        sampan.Run("save", "-o", InWork("again.tar"), "mine:1", "busybox").Succeeds();
        Assert.Equal(File.ReadAllBytes(InWork("mine.tar")), File.ReadAllBytes(InWork("again.tar")));
        Host("skopeo", "copy", $"docker-archive:{Work}/mine.tar:mine:1", $"dir:{Work}/docker").Succeeds();
        Host("skopeo", "copy", $"oci-archive:{Work}/mine.tar:1", $"dir:{Work}/oci").Succeeds();
    }

    [Fact]
    public void An_image_that_is_not_there_leaves_the_file_as_it_was()
    {
        File.WriteAllText(InWork("kept"), "before");
        NewSampan().Run("save", "-o", InWork("kept"), "none").FailsWith(1, "no such image: none:latest");
        Assert.Equal("before", File.ReadAllText(InWork("kept")));
        Assert.Single(Directory.GetFiles(Work));
    }

    [Fact]
    public void The_platform_that_is_asked_for_is_saved_and_loaded_or_nothing()
    {
        string busybox = Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar");
        Cli maker = NewSampan("maker");
        maker.Run("import", busybox, "mine:1").Succeeds();
        maker.Run("save", "-o", InWork("mine.tar"), "--platform", "linux/s390x", "mine:1").FailsWith(1, "mine:1 is here for linux/amd64, not linux/s390x");
        Assert.False(File.Exists(InWork("mine.tar")));
        maker.Run("save", "-o", InWork("mine.tar"), "--platform", "linux/amd64", "mine:1").Succeeds();
        maker.Run("save", "-o", InWork("other.tar"), "--platform", "what/is/it/all", "mine:1").FailsWith(1, "is not a platform");
        Cli sampan = NewSampan();
        sampan.Run("load", "-i", InWork("mine.tar"), "--platform", "linux/s390x").FailsWith(1, "for linux/amd64, not linux/s390x");
        Assert.Equal("", sampan.Run("images", "-q").Succeeds().Stdout);
        sampan.Run("load", "-i", InWork("mine.tar"), "--platform", "x86_64").Succeeds();
        sampan.Run("run", "--rm", "mine:1", "true").Succeeds();
    }

    [Fact]
    public void An_archive_is_not_written_to_a_terminal()
    {
        Child save = Sampan.StartOnTerminal("save", "busybox");
        save.WaitFor("refusing to save to a terminal");
        save.Finish().ExitsWith(1);
    }

    [Fact]
    public void History_tells_the_steps_last_first()
    {
        Cli sampan = NewSampan();
        Make(sampan, "mine:1");
        var lines = sampan.Run("history", "mine:1").Succeeds().Lines;
        Assert.Equal(3, lines.Length);
        Assert.Matches("^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$", lines[0]);
        Assert.Matches($"^{sampan.Run("images", "-q", "mine:1").Succeeds().Line} +(Less than a second|[0-9]+ seconds?) ago +.* 3B +said hi$", lines[1]);
        Assert.StartsWith("<missing> ", lines[2]);
        Assert.Equal("said hi", sampan.Run("image", "history", "--format", "{{.Comment}}", "mine:1").Succeeds().Lines[0]);
    }

    [Fact]
    public void Prune_takes_what_nothing_names_and_all_takes_what_no_container_uses()
    {
        Cli sampan = NewSampan();
        Make(sampan, "mine:1");
        Make(sampan, "mine:1");
        Assert.Equal(3, Ids(sampan).Length);
        sampan.RunWithInput("n\n", "image", "prune").Succeeds();
        Assert.Equal(3, Ids(sampan).Length);
        var pruned = sampan.RunWithInput("y\n", "image", "prune").Succeeds();
        Assert.Contains(pruned.Lines, l => l.StartsWith("deleted: sha256:", StringComparison.Ordinal));
        Assert.Equal("Total reclaimed space: 3B", pruned.Lines[^1]);
        Assert.Equal(2, Ids(sampan).Length);

        sampan.Run("create", "--name", "user", "busybox").Succeeds();
        Assert.Contains("untagged: mine:1", sampan.Run("image", "prune", "-af").Succeeds().Lines);
        Assert.Equal("busybox", sampan.Run("images", "--format", "{{.Repository}}").Succeeds().Line);
        Assert.Equal("Total reclaimed space: 0B", sampan.Run("image", "prune", "-af").Succeeds().Line);
    }

    private static void Make(Cli sampan, string name)
    {
        sampan.Run("run", "--name", "box", "busybox", "sh", "-c", "echo hi > /f").Succeeds();
        sampan.Run("commit", "-m", "said hi", "box", name).Succeeds();
        sampan.Run("rm", "box").Succeeds();
    }

    private static string[] Ids(Cli sampan) => [.. sampan.Run("images", "-q", "--no-trunc").Succeeds().Lines.Order()];
}
