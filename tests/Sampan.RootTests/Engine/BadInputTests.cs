using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>One line naming the thing, the exit code Docker would give, and nothing left behind.</summary>
public sealed class BadInputTests : RootTest
{
    [Theory]
    [InlineData(125, "no-such-image", "run --rm --pull never no-such-image true")]
    [InlineData(125, "--no-such-flag", "run --no-such-flag busybox true")]
    [InlineData(125, "UPPER", "run --rm UPPER true")]
    [InlineData(127, "no-such-command", "run --rm busybox no-such-command")]
    [InlineData(127, "/no/such/command", "run --rm busybox /no/such/command")]
    [InlineData(126, "/etc/passwd", "run --rm busybox /etc/passwd")]
    [InlineData(125, "no-such-user", "run --rm -u no-such-user busybox true")]
    [InlineData(125, "no-such-group", "run --rm -u root:no-such-group busybox true")]
    [InlineData(125, "12x", "run --rm -m 12x busybox true")]
    [InlineData(125, "many", "run --rm --cpus many busybox true")]
    [InlineData(125, "CAP_NONSENSE", "run --rm --cap-add CAP_NONSENSE busybox true")]
    [InlineData(125, "nonsense", "run --rm --security-opt nonsense busybox true")]
    [InlineData(125, "no-such-network", "run --rm --network no-such-network busybox true")]
    [InlineData(125, "no-such-file", "run --rm --env-file no-such-file busybox true")]
    [InlineData(125, "relative", "run --rm -v /tmp:relative busybox true")]
    [InlineData(125, "tmp", "run --rm -w tmp busybox true")]
    [InlineData(1, "no-such-verb", "no-such-verb")]
    [InlineData(1, "no-such-container", "stop no-such-container")]
    [InlineData(1, "no-such-container", "start no-such-container")]
    [InlineData(1, "no-such-container", "kill no-such-container")]
    [InlineData(1, "no-such-container", "rm no-such-container")]
    [InlineData(1, "no-such-container", "logs no-such-container")]
    [InlineData(1, "no-such-container", "exec no-such-container true")]
    [InlineData(1, "no-such-container", "commit no-such-container x")]
    [InlineData(1, "no-such-image", "rmi no-such-image")]
    [InlineData(1, "/no/such/file", "import /no/such/file x")]
    [InlineData(1, "/no/such/file", "load -i /no/such/file")]
    public void It_is_named_in_one_line(int code, string name, string command)
        => Sampan.Run(command.Split(' ')).FailsWith(code, name);

    [Fact]
    public void Inspect_of_nothing()
    {
        CommandResult result = Sampan.Run("inspect", "no-such-thing").ExitsWith(1).SaysOneLine("no-such-thing");
        Assert.Equal("[]", result.Line);
    }

    [Fact]
    public void A_failed_run_is_not_kept_when_it_never_ran()
    {
        Sampan.Run("run", "--rm", "busybox", "no-such-command").ExitsWith(127);
        Assert.Single(Sampan.Run("ps", "-a").Succeeds().Lines);
    }

    [Fact]
    public void Several_errors_are_several_lines_and_the_rest_is_done()
    {
        string id = Sampan.RunDetached("busybox", "sleep", "1000");
        CommandResult result = Sampan.Run("rm", "-f", "missing-1", id, "missing-2");
        Assert.Equal(1, Sampan.Run("ps", "-a").Succeeds().Lines.Length);
        Assert.Contains(id, result.Stdout);
    }

    [Theory]
    [InlineData("not a tar at all")]
    [InlineData("")]
    public void An_archive_that_is_none(string content)
    {
        string file = InWork("bad.tar");
        File.WriteAllText(file, content);
        Sampan.Run("load", "-i", file).FailsWith(1, "bad.tar");
        Sampan.Run("import", file, "bad").FailsWith(1, "bad.tar");
        Assert.DoesNotContain("bad", Sampan.Run("images").Succeeds().Stdout);
    }

    [Fact]
    public void A_damaged_record_is_named_and_does_not_hide_the_others()
    {
        string good = Sampan.RunDetached("busybox", "true"), bad = Sampan.RunDetached("busybox", "true");
        Sampan.WaitForStatus(good, "exited");
        Sampan.WaitForStatus(bad, "exited");
        string record = Path.Combine(Sampan.Store.ContainerDirectory(bad), "container.json");
        string whole = File.ReadAllText(record);
        File.WriteAllText(record, whole[..(whole.Length / 2)]);
        CommandResult list = Sampan.Run("ps", "-a");
        Assert.Contains(good[..12], list.Stdout);
        Assert.Contains(bad[..12], list.Stderr);
        File.WriteAllText(record, whole);
    }
}
