using System.Security.Cryptography;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>What can be done with a container besides running it.</summary>
public sealed class ContainerVerbTests : RootTest
{
    [Fact]
    public void Rename()
    {
        string id = Sampan.RunDetached("--name", "before", "busybox", "sleep", "1000");
        string other = Sampan.Run("create", "--name", "other", "busybox").Succeeds().Line;
        Assert.Equal("", Sampan.Run("rename", "before", "after").Succeeds().Stdout);
        Assert.Equal(id, Sampan.Inspect("after", "Id"));
        Assert.Equal("/after", Sampan.Inspect(id, "Name"));
        Sampan.Run("inspect", "before").ExitsWith(1);
        Sampan.Run("rename", "after", "other").FailsWith(1, "other", "in use", other[..12]);
        Sampan.Run("rename", "after", "after").FailsWith(1, "after");
        Sampan.Run("rename", "after", "no/name").FailsWith(1, "no/name");
        Sampan.Run("rename", "nobody", "x1").FailsWith(1, "no such container", "nobody");
        // The old name is free, and the container still answers by the new one.
        Sampan.Run("create", "--name", "before", "busybox").Succeeds();
        Assert.Equal("after", Sampan.Run("rm", "-f", "after").Succeeds().Line);
        Sampan.Run("create", "--name", "after", "busybox").Succeeds();
    }

    [Fact]
    public void A_paused_container_stands_still()
    {
        Machine.RequireController("freezer");
        string id = Sampan.RunDetached("--name", "pp", "busybox", "sh", "-c", "while :; do echo x; sleep 0.05; done");
        Assert.Equal("pp", Sampan.Run("pause", "pp").Succeeds().Line);
        Assert.Equal("paused", Sampan.Inspect(id, "State.Status"));
        Assert.Equal("True", Sampan.Inspect(id, "State.Paused"));
        Assert.Equal("True", Sampan.Inspect(id, "State.Running"));
        Assert.Contains("(Paused)", Sampan.Run("ps").Succeeds().Stdout);
        Assert.Equal("pp", Sampan.Run("ps", "--filter", "status=paused", "--format", "{{.Names}}").Succeeds().Line);
        string log = Sampan.Run("logs", "pp").Succeeds().Stdout;
        Thread.Sleep(200);
        Assert.Equal(log, Sampan.Run("logs", "pp").Succeeds().Stdout);
        Sampan.Run("pause", "pp").FailsWith(1, "pp", "already paused");
        Sampan.Run("exec", "pp", "true").FailsWith(1, "pp", "paused");
        Sampan.Run("start", "pp").FailsWith(1, "pp", "unpause");
        Sampan.Run("commit", "pp", "still:1").Succeeds();
        Assert.Equal("paused", Sampan.Inspect(id, "State.Status"));
        Sampan.Run("unpause", "pp").Succeeds();
        Sampan.Run("unpause", "pp").FailsWith(1, "pp", "not paused");
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
        // What is to end must wake up first.
        Sampan.Run("pause", "pp").Succeeds();
        Sampan.Run("kill", "pp").Succeeds();
        Sampan.WaitForStatus(id, "exited");
        Sampan.Run("pause", "pp").FailsWith(1, "pp", "not running");
        Sampan.Run("start", "pp").Succeeds();
        Sampan.Run("pause", "pp").Succeeds();
        Sampan.Run("rm", "-f", "pp").Succeeds();
    }

    [Fact]
    public void Top_asks_the_hosts_ps()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "sleep 1000 & exec sleep 2000");
        // The shell makes the one before it becomes the other.
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("top", id).Succeeds().Lines is { Length: 3 } rows && rows.Any(l => l.EndsWith("sleep 2000", StringComparison.Ordinal)), Child.Limit));
        string[] lines = Sampan.Run("top", id).Succeeds().Lines;
        Assert.Matches("^UID +PID +PPID .*CMD", lines[0]);
        Assert.Equal(3, lines.Length);
        Assert.Contains(lines, l => l.EndsWith("sleep 2000", StringComparison.Ordinal));
        string[] chosen = Sampan.Run("top", id, "-o", "pid,comm").Succeeds().Lines;
        Assert.Matches("^PID {17}COMMAND$", chosen[0]);
        Assert.Equal(3, chosen.Length);
        Assert.Contains(Sampan.Inspect(id, "State.Pid"), chosen[1] + chosen[2]);
        Sampan.Run("top", id, "-o", "comm").FailsWith(1, "PID");
        Sampan.Run("top", id, "--no-such-option").FailsWith(1, "ps");
        Sampan.Run("kill", id).Succeeds();
        Sampan.WaitForStatus(id, "exited");
        Sampan.Run("top", id).FailsWith(1, "not running");
    }

    [Fact]
    public void Port_of_a_container_that_publishes_none()
    {
        Sampan.Run("create", "--name", "c1", "busybox").Succeeds();
        Assert.Equal("", Sampan.Run("port", "c1").Succeeds().Stdout);
        Sampan.Run("port", "c1", "80").FailsWith(1, "no public port '80/tcp' published for c1");
        Sampan.Run("port", "c1", "x").FailsWith(1, "invalid port");
        Sampan.Run("port", "c2").FailsWith(1, "c2");
    }

    [Fact]
    public void Diff_tells_what_changed()
    {
        Sampan.Run("run", "--name", "dd", "busybox", "sh", "-c", "echo 1 > /etc/new; echo x >> /etc/passwd; rm /etc/group; mkdir -p /a/b").Succeeds();
        Assert.Equal(["A /a", "A /a/b", "C /etc", "D /etc/group", "A /etc/new", "C /etc/passwd"], Sampan.Run("diff", "dd").Succeeds().Lines);
        Sampan.Run("run", "--name", "same", "busybox", "true").Succeeds();
        Assert.Equal("", Sampan.Run("diff", "same").Succeeds().Stdout);
        Sampan.Run("diff", "nobody").FailsWith(1, "nobody");
    }

    [Fact]
    public void Export_is_the_whole_tree_and_the_same_each_time()
    {
        Sampan.Run("run", "--name", "ee", "-v", $"{InWork("vol/x")[..^2]}:/mnt", "busybox", "sh", "-c", "echo hello > /made; ln -s /made /link; ln /made /hard; chown 33:7 /made; chmod 4755 /made; rm /etc/group; echo v > /mnt/v").Succeeds();
        string first = InWork("first.tar"), second = InWork("second.tar"), tree = InWork("tree/x")[..^2];
        Sampan.Run("export", "-o", first, "ee").Succeeds();
        Sampan.Run("export", "-o", second, "ee").Succeeds();
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(first)), SHA256.HashData(File.ReadAllBytes(second)));
        Host("tar", "-xpf", first, "-C", tree).Succeeds();
        Assert.Equal("hello\n", File.ReadAllText(Path.Combine(tree, "made")));
        Assert.Equal("33 7 4755 2", Host("stat", "-c", "%u %g %a %h", Path.Combine(tree, "made")).Succeeds().Line);
        Assert.Equal("/made", Machine.ReadLink(Path.Combine(tree, "link")));
        Assert.False(File.Exists(Path.Combine(tree, "etc/group")));
        Assert.True(File.Exists(Path.Combine(tree, "bin/busybox")));
        Assert.False(File.Exists(Path.Combine(tree, "mnt/v")));
        // To standard output, of one that runs; and back.
        string id = Sampan.RunDetached("busybox", "sleep", "1000");
        Host("sh", "-c", $"'{Path.Combine(Machine.Programs, "sampan")}' --root '{Sampan.Store.Root}' --runroot '{Sampan.Store.RunRoot}' export {id} | tar -t > '{InWork("names")}'").Succeeds();
        Assert.Contains("bin/busybox", File.ReadAllLines(InWork("names")));
        Sampan.Run("import", first, "again:1").Succeeds();
        Assert.Equal("hello", Sampan.Run("run", "--rm", "again:1", "cat", "/made").Succeeds().Line);
    }

    [Fact]
    public void Export_gives_the_ids_of_a_user_namespace_back()
    {
        Sampan.Run("run", "--userns", "auto", "--name", "uu", "busybox", "sh", "-c", "touch /mine; chown 5:6 /mine").Succeeds();
        string tar = InWork("u.tar");
        Sampan.Run("export", "-o", tar, "uu").Succeeds();
        Assert.Contains("5/6", Host("tar", "--numeric-owner", "-tvf", tar, "mine").Succeeds().Stdout);
    }

    [Fact]
    public void Update_changes_limits_at_once_and_for_later()
    {
        Machine.RequireController("pids");
        string id = Sampan.RunDetached("--name", "lim", "-m", "60m", "busybox", "sleep", "1000");
        Assert.Equal("lim", Sampan.Run("update", "--pids-limit", "33", "--cpu-shares", "300", "lim").Succeeds().Line);
        Assert.Equal("33", Sampan.Inspect(id, "HostConfig.PidsLimit"));
        Assert.Equal("300", Sampan.Inspect(id, "HostConfig.CpuShares"));
        Assert.Equal("62914560", Sampan.Inspect(id, "HostConfig.Memory"));
        Assert.Contains("can't fork", Sampan.Run("exec", id, "sh", "-c", "for i in $(seq 40); do sleep 5 >/dev/null 2>&1 & done").Stderr);
        Sampan.Run("update", "--cpus", "0.5", "--cpu-period", "1000", "lim").FailsWith(1, "cpus");
        Sampan.Run("update", "--memory", "1m", "lim").FailsWith(1, "memory");
        Assert.Equal("62914560", Sampan.Inspect(id, "HostConfig.Memory"));
        Sampan.Run("update", "lim").FailsWith(1, "one or more flags");
        Sampan.Run("update", "--restart", "on-failure:3", "lim").Succeeds();
        Assert.Equal("on-failure", Sampan.Inspect(id, "HostConfig.RestartPolicy.Name"));
        Assert.Equal("3", Sampan.Inspect(id, "HostConfig.RestartPolicy.MaximumRetryCount"));
        Sampan.Run("update", "--restart", "sometimes", "lim").FailsWith(1, "sometimes");
        Sampan.Run("update", "--restart", "no", "lim").Succeeds();
        // One that does not run gets them when it starts.
        Sampan.Run("create", "--name", "later", "busybox", "sh", "-c", "for i in $(seq 40); do sleep 5 >/dev/null 2>&1 & done").Succeeds();
        Sampan.Run("update", "--pids-limit", "10", "later").Succeeds();
        Assert.Contains("can't fork", Sampan.Run("start", "-a", "later").Stderr);
    }

    [Fact]
    public void Prune_removes_what_does_not_run()
    {
        Cli fresh = NewSampan();
        string runs = fresh.RunDetached("busybox", "sleep", "1000");
        string ended = fresh.RunDetached("-l", "keep=1", "busybox", "sh", "-c", "head -c 3000 /dev/zero > /f");
        string created = fresh.Run("create", "busybox").Succeeds().Line;
        fresh.WaitForStatus(ended, "exited");
        Assert.Contains("Are you sure", fresh.RunWithInput("n\n", "container", "prune").Succeeds().Stdout);
        string some = fresh.Run("container", "prune", "-f", "--filter", "label!=keep").Succeeds().Stdout;
        Assert.Equal($"Deleted Containers:\n{created}\n\nTotal reclaimed space: 0B\n", some);
        Assert.Contains("Total reclaimed space: 0B", fresh.Run("container", "prune", "-f", "--filter", "until=1h").Succeeds().Stdout);
        string rest = fresh.RunWithInput("y\n", "container", "prune").Succeeds().Stdout;
        Assert.Contains(ended, rest);
        Assert.Contains("Total reclaimed space: 3kB", rest);
        Assert.Equal(runs, fresh.Run("ps", "-aq", "--no-trunc").Succeeds().Line);
        fresh.Run("container", "prune", "-f", "--filter", "size=1").FailsWith(1, "size=1");
    }

    [Fact]
    public void Ps_columns_filters_and_sizes()
    {
        Cli fresh = NewSampan();
        string first = fresh.Run("create", "--name", "first", "-l", "tier=front", "busybox").Succeeds().Line;
        fresh.Run("run", "--name", "second", "busybox", "sh", "-c", "head -c 2000 /dev/zero > /f; exit 3").ExitsWith(3);
        fresh.RunDetached("--name", "third", "busybox", "sleep", "1000");
        Assert.Equal("third\nsecond\nfirst", Names("-a"));
        Assert.Equal("third\nsecond", Names("-n", "2"));
        Assert.Equal("third", Names("-l"));
        Assert.Equal("third", Names("-a", "--filter", "since=second"));
        Assert.Equal("first", Names("-a", "--filter", "before=second"));
        Assert.Equal("second", Names("-a", "--filter", "exited=3"));
        Assert.Equal("first", Names("-a", "--filter", "label=tier=front"));
        Assert.Equal("third\nsecond\nfirst", Names("-a", "--filter", "ancestor=busybox"));
        Assert.Equal("first", Names("--filter", "status=created"));
        fresh.Run("ps", "--filter", "before=nobody").FailsWith(1, "nobody");
        fresh.Run("ps", "--filter", "colour=red").FailsWith(1, "colour=red");
        Assert.Matches(@"^CONTAINER ID .* NAMES +SIZE$", fresh.Run("ps", "-as").Succeeds().Lines[0]);
        Assert.Matches(@"second +2kB \(virtual [0-9.]+MB\)", fresh.Run("ps", "-as").Succeeds().Stdout);
        Assert.Matches(@"^2kB \(virtual [0-9.]+MB\)$", fresh.Run("ps", "-a", "--filter", "name=second", "--format", "{{.Size}}").Succeeds().Line);
        Assert.Equal("front", fresh.Run("ps", "-a", "--filter", "name=first", "--format", "{{.Label \"tier\"}}").Succeeds().Line);
        Assert.Matches(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} ", fresh.Run("ps", "-l", "--format", "{{.CreatedAt}}").Succeeds().Line);
        Assert.Equal($"NAMES     CONTAINER ID\nfirst     {first}\n", fresh.Run("container", "ls", "--no-trunc", "-a", "-f", "name=first", "--format", "table {{.Names}}\\t{{.ID}}").Succeeds().Stdout);
        Assert.StartsWith("{\"Command\":", fresh.Run("ps", "--format", "json").Succeeds().Line);
        fresh.Run("ps", "--format", "{{.Nme}}").FailsWith(1, "Nme");

        string Names(params string[] options) => fresh.Run(["ps", .. options, "--format", "{{.Names}}"]).Succeeds().Line;
    }

    [Fact]
    public void Verbs_have_longer_spellings_and_groups_help()
    {
        Assert.Contains("Manage containers", Sampan.Run("container").Succeeds().Stdout);
        Assert.Matches(@"\n  ls +List containers\n", Sampan.Run("container", "--help").Succeeds().Stdout);
        Assert.Contains("Aliases:\n  sampan container ls, sampan container list, sampan container ps, sampan ps\n", Sampan.Run("ps", "--help").Succeeds().Stdout);
        Assert.Contains("Common Commands:", Sampan.Run("--help").Succeeds().Stdout);
        Sampan.Run("container", "frobnicate").FailsWith(1, "container frobnicate");
        Sampan.Run("frobnicate").FailsWith(1, "frobnicate");
        Sampan.Run("container", "rename", "x").FailsWith(1, "sampan container rename", "2 arguments");
    }
}
