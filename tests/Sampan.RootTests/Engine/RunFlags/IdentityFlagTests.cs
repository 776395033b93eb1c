using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine.RunFlags;

/// <summary>What a container is called, which of its streams are attached, and what its process starts with.</summary>
public sealed class IdentityFlagTests : RootTest
{
    [Fact]
    public void Labels_from_files_and_annotations()
    {
        File.WriteAllText(InWork("labels"), "# of a release\nversion=1\nlone\nby=file\n");
        string id = Sampan.Run("create", "--label-file", Path.Combine(Work, "labels"), "--label", "by=flag", "--annotation", "org.example=x", "busybox", "true").Succeeds().Line;
        Assert.Equal("1", Sampan.Inspect(id, "Config.Labels.version"));
        Assert.Equal("", Sampan.Inspect(id, "Config.Labels.lone"));
        Assert.Equal("flag", Sampan.Inspect(id, "Config.Labels.by"));
        using var json = System.Text.Json.JsonDocument.Parse(Sampan.Run("inspect", id).Succeeds().Stdout);
        Assert.Equal("x", json.RootElement[0].GetProperty("HostConfig").GetProperty("Annotations").GetProperty("org.example").GetString());
        Assert.Equal("sampan-runtime", Sampan.Inspect(id, "HostConfig.Runtime"));
        Sampan.Run("start", id).Succeeds();
        Assert.Contains("\"org.example\":\"x\"", File.ReadAllText(Path.Combine(Sampan.Store.ContainerDirectory(id), "config.json")).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public void The_id_is_written_to_a_file_of_its_own()
    {
        string file = InWork("cid");
        string id = Sampan.RunDetached("--cidfile", file, "busybox", "true");
        Assert.Equal(id, File.ReadAllText(file));
        Sampan.Run("run", "--rm", "--cidfile", file, "busybox", "true").FailsWith(125, "container ID file found", file);
        Assert.Equal(id, File.ReadAllText(file));
        // Without a container there is no file.
        string other = InWork("other");
        Sampan.Run("create", "--cidfile", other, "--pull", "never", "nothing-of-this-name", "true").Fails();
        Assert.False(File.Exists(other));
        Sampan.Run("create", "--cidfile", $"{Work}/no/such/dir", "busybox", "true").Fails("no/such/dir");
    }

    [Fact]
    public void Streams_are_chosen()
    {
        const string Both = "echo out; echo err >&2";
        var only = Sampan.Run("run", "--rm", "-a", "stdout", "busybox", "sh", "-c", Both).Succeeds();
        Assert.Equal(("out\n", ""), (only.Stdout, only.Stderr));
        only = Sampan.Run("run", "--rm", "-a", "STDERR", "busybox", "sh", "-c", Both).Succeeds();
        Assert.Equal(("", "err\n"), (only.Stdout, only.Stderr));
        // Open and not attached: the container waits for somebody else to write.
        Assert.Equal("0", Sampan.Run("run", "--rm", "-i", "-a", "stdout", "busybox", "sh", "-c", "read -t 0.2 x; echo ${#x}").Succeeds().Line);
        // Whoever sees nothing is told which one it is.
        var blind = Sampan.RunWithInput("x", "run", "-i", "-a", "stdin", "busybox", "sh", "-c", "cat > /got");
        Assert.Matches("^[0-9a-f]{64}$", blind.Succeeds().Line);
        Sampan.Run("run", "-d", "-a", "stdout", "busybox", "true").FailsWith(125, "conflicting options: cannot specify both --attach and --detach");
        Sampan.Run("run", "--rm", "-a", "stdoot", "busybox", "true").FailsWith(125, "valid streams are STDIN, STDOUT and STDERR");
    }

    [Fact]
    public void One_takes_the_place_of_another()
    {
        string old = Sampan.RunDetached("--name", "place", "busybox", "sleep", "1000");
        Sampan.Run("run", "-d", "--name", "place", "busybox", "sleep", "1000").FailsWith(125, "already in use");
        string young = Sampan.RunDetached("--replace", "--name", "place", "busybox", "sleep", "1000");
        Assert.Equal(young, Sampan.Inspect("place", "Id"));
        Sampan.Run("inspect", old).ExitsWith(1);
        Sampan.Run("run", "-d", "--replace", "busybox", "true").FailsWith(125, "without a name");
    }

    [Fact]
    public void Of_several_that_want_one_place_one_has_it()
    {
        Child[] all = [.. Enumerable.Range(0, 4).Select(_ => Sampan.Start("run", "-d", "--replace", "--name", "contested", "busybox", "sleep", "1000"))];
        CommandResult[] results = [.. all.Select(static child => child.Finish())];
        Assert.Contains(results, static result => result.ExitCode == 0);
        // Who lost says that the name is taken, or that its container is already gone, or was killed while it was coming up.
        Assert.All(results.Where(static result => result.ExitCode != 0), static result => Assert.Matches("already in use|no such container|killed by signal 9", result.Stderr));
        Assert.Equal(Sampan.Inspect("contested", "Id"), Sampan.Run("ps", "-aq", "--no-trunc").Succeeds().Line);
        Assert.Equal("true", Sampan.Inspect("contested", "State.Running").ToLowerInvariant());
    }

    [Fact]
    public void What_the_process_starts_with()
    {
        string id = Sampan.RunDetached("--umask", "027", "--unsetenv", "HOSTNAME", "-e", "A=1", "busybox", "sleep", "1000");
        Assert.Equal("0027", Sampan.Run("exec", id, "sh", "-c", "umask").Succeeds().Line);
        Assert.Equal("0027", Sampan.Run("run", "--rm", "--umask", "027", "busybox", "sh", "-c", "umask").Succeeds().Line);
        Assert.DoesNotContain("HOSTNAME=", Sampan.Run("exec", id, "env").Succeeds().Stdout);
        Assert.Equal("A=1\nHOME=/root", Sampan.Run("run", "--rm", "--unsetenv-all", "-e", "A=1", "busybox", "/bin/env").Succeeds().Line);
    }

    [Fact]
    public void A_time_zone_of_the_hosts()
    {
        Machine.RequireTimeZone("Asia/Tokyo");
        Assert.Equal("+0900", Sampan.Run("run", "--rm", "--tz", "Asia/Tokyo", "busybox", "date", "+%z").Succeeds().Line);
        Sampan.Run("run", "--rm", "--tz", "Sea/Atlantis", "busybox", "date").FailsWith(125, "Sea/Atlantis");
        Sampan.Run("run", "--rm", "--tz", "../../../etc/passwd", "busybox", "date").FailsWith(125, "invalid --tz");
    }
}
