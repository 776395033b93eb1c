using System.Text.Json;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>The group <c>system</c>, <c>version</c>, <c>info</c>, <c>help</c>, and what shells ask.</summary>
public sealed class SystemTests : RootTest
{
    [Fact]
    public void Disk_usage()
    {
        Cli fresh = NewSampan();
        string volume = "data" + Token;
        fresh.Run("run", "--name", "writer", "-v", $"{volume}:/data", "busybox", "sh", "-c", "head -c 3000 /dev/zero > /f; head -c 2000 /dev/zero > /data/g").Succeeds();
        string[] lines = fresh.Run("system", "df").Succeeds().Lines;
        Assert.Matches(@"^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE$", lines[0]);
        Assert.Matches(@"^Images +1 +1 +[\d.]+MB +0B \(0%\)$", lines[1]);
        Assert.Matches(@"^Containers +1 +0 +3kB +3kB \(100%\)$", lines[2]);
        Assert.Matches(@"^Local Volumes +1 +1 +2kB +0B \(0%\)$", lines[3]);
        Assert.Equal("Containers 3kB", fresh.Run("system", "df", "--format", "{{.Type}} {{.Size}}").Succeeds().Lines[1]);
        string all = fresh.Run("system", "df", "-v").Succeeds().Stdout;
        Assert.Matches(@"\nbusybox +latest +[0-9a-f]{12} +.* +0B +[\d.]+MB +1\n", all);
        Assert.Matches(@"writer\n", all);
        Assert.Matches($@"\n{volume} +1 +2kB\n", all);
    }

    [Fact]
    public void Prune_takes_containers_and_images()
    {
        Cli fresh = NewSampan();
        fresh.Run("run", "--name", "ended", "busybox", "true").Succeeds();
        string untagged = fresh.Run("commit", "ended").Succeeds().Line;
        Assert.Contains("WARNING! This will remove:\n  - all stopped containers\n  - all dangling images\n", fresh.RunWithInput("n\n", "system", "prune").Succeeds().Stdout);
        string text = fresh.Run("system", "prune", "-f").Succeeds().Stdout;
        Assert.Contains("Deleted Containers:\n", text);
        Assert.Contains($"deleted: {untagged}", text);
        Assert.Contains("Total reclaimed space: ", text);
        Assert.Equal("", fresh.Run("ps", "-aq").Succeeds().Stdout);
        Assert.Contains("busybox", fresh.Run("images").Succeeds().Stdout);
        Assert.Contains("untagged: busybox:latest", fresh.Run("system", "prune", "-af").Succeeds().Stdout);
    }

    [Fact]
    public void Info_and_version()
    {
        Cli fresh = NewSampan();
        fresh.RunDetached("busybox", "sleep", "1000");
        fresh.Run("create", "busybox").Succeeds();
        Assert.Equal("2 1 1", fresh.Run("info", "--format", "{{.Containers}} {{.ContainersRunning}} {{.ContainersStopped}}").Succeeds().Line);
        Assert.Equal(File.ReadAllText("/proc/sys/kernel/osrelease").Trim(), fresh.Run("system", "info", "-f", "{{.KernelVersion}}").Succeeds().Line);
        Assert.Contains("\nStorage Driver: overlay\n", fresh.Run("info").Succeeds().Stdout);
        using var json = JsonDocument.Parse(fresh.Run("info", "--format", "json").Succeeds().Line);
        Assert.Equal(fresh.Store.Root, json.RootElement.GetProperty("DockerRootDir").GetString());
        string version = fresh.Run("--version").Succeeds().Line["sampan version ".Length..];
        Assert.Equal(version, fresh.Run("version", "--format", "{{.Server.Version}}").Succeeds().Line);
        Assert.Contains($"Version:           {version}\n", fresh.Run("version").Succeeds().Stdout);
        fresh.Run("version", "--format", "{{.Nope}}").FailsWith(1, "Nope");
    }

    [Fact]
    public void Check_tells_what_is_missing()
    {
        CommandResult all = Sampan.Run("system", "check").Succeeds();
        Assert.Contains(all.Lines, l => l.StartsWith("ok       kernel: Linux ", StringComparison.Ordinal));
        Assert.Contains(all.Lines, l => l.StartsWith("ok       cgroups: version ", StringComparison.Ordinal));
        Assert.DoesNotContain("ok ", Sampan.Run("system", "check", "-q").Succeeds().Stdout);
        Sampan.Environment["SAMPAN_RUNTIME"] = "/no/such/program";
        Assert.Contains("missing  sampan-runtime: not at /no/such/program", Sampan.Run("system", "check").ExitsWith(1).Stdout);
    }

    [Fact]
    public void Help_of_a_command_and_pages_of_the_manual()
    {
        Assert.StartsWith("Usage:  sampan ps [OPTIONS]\n", Sampan.Run("help", "ps").Succeeds().Stdout);
        Assert.StartsWith("Usage:  sampan container ls [OPTIONS]\n", Sampan.Run("help", "container", "ls").Succeeds().Stdout);
        Assert.StartsWith("Usage:  sampan system COMMAND\n", Sampan.Run("help", "system").Succeeds().Stdout);
        Sampan.Run("help", "frobnicate").FailsWith(1, "frobnicate");
        string directory = InWork("man/x")[..^2];
        Sampan.Run("help", "--man", directory).Succeeds();
        string page = File.ReadAllText(Path.Combine(directory, "sampan-run.1"));
        Assert.Contains(".SH SYNOPSIS\n\\fBsampan run\\fR", page);
        Assert.Contains("\n.B \\-m, \\-\\-memory bytes\n", page);
        Assert.True(File.Exists(Path.Combine(directory, "sampan-system-df.1")));
        if (Machine.Find("man") is not null)
            Assert.Contains("SAMPAN-RUN(1)", Host("man", "-l", Path.Combine(directory, "sampan-run.1")).Succeeds().Stdout);
    }

    [Fact]
    public void What_could_be_typed_next()
    {
        Cli fresh = NewSampan();
        fresh.RunDetached("--name", "runs", "busybox", "sleep", "1000");
        fresh.Run("create", "--name", "rests", "busybox").Succeeds();
        Assert.Contains("rename\tRename a container", Next("re"));
        Assert.Contains("container\tManage containers", Next(""));
        Assert.Contains("prune\tRemove all stopped containers", Next("container", "p"));
        Assert.Contains("--memory\tMemory limit", Next("run", "--mem"));
        Assert.Equal(["busybox:latest\timage"], Next("run", "-it", "--name", "x", "bu"));
        Assert.Equal([":files"], Next("run", "busybox", "sh", "-"));
        Assert.Equal(["runs\tbusybox"], Next("exec", "-w", "/tmp", ""));
        Assert.Equal(["rests\tbusybox"], Next("container", "start", ""));
        Assert.Equal(["rests\tbusybox", "runs\tbusybox"], Next("rm", "-f", "rests", "r").Order());
        Assert.Equal(["always", "missing", "never"], Next("run", "--pull", "").Order());
        Assert.Contains("runs:\tbusybox", Next("cp", "ru"));
        Assert.Equal([":files"], Next("--root", ""));
        // As bash has it, which takes a colon for the end of a word.
        string bash = Path.Combine(Work, "complete.bash");
        File.WriteAllText(bash, fresh.Run("completion", "bash").Succeeds().Stdout);
        Assert.Equal("rename", Bash("sampan", "rena"));
        Assert.Equal("latest", Bash("sampan", "run", "busybox", ":", "la"));
        Assert.Equal("latest", Bash("sampan", "run", "busybox", ":"));
        foreach (string shell in (string[])["zsh", "fish"])
        {
            File.WriteAllText(InWork($"complete.{shell}"), fresh.Run("completion", shell).Succeeds().Stdout);
            if (Machine.Find(shell) is not null)
                Host(shell, "-n", InWork($"complete.{shell}")).Succeeds();
        }
        fresh.Run("completion", "csh").FailsWith(1, "csh");

        string[] Next(params string[] words) => fresh.Run(["__complete", .. words]).Succeeds().Lines;

        string Bash(params string[] words) => Host("bash", "-c",
            $"export SAMPAN_ROOT='{fresh.Store.Root}' SAMPAN_RUNROOT='{fresh.Store.RunRoot}' PATH='{Machine.Programs}':$PATH; source '{bash}'; COMP_WORDS=({string.Join(' ', words.Select(w => $"'{w}'"))}); COMP_CWORD={words.Length - 1}; _sampan; echo \"${{COMPREPLY[*]}}\"").Succeeds().Line;
    }
}
