using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>A second process in a running container.</summary>
public sealed class ExecTests : RootTest
{
    [Fact]
    public void It_runs_in_the_containers_namespaces()
    {
        string id = Runtime.RunDetached(change: s => s.Hostname = "inner");
        int pid = Runtime.State(id).Pid!.Value;
        Assert.Equal("inner", Runtime.Run("exec", id, "hostname").Succeeds().Line);
        foreach (string kind in new[] { "ipc", "mnt", "net", "pid", "uts", "cgroup" })
            Assert.Equal(Machine.ReadLink($"/proc/{pid}/ns/{kind}"), Runtime.Run("exec", id, "readlink", $"/proc/self/ns/{kind}").Succeeds().Line);
        Assert.Equal("1", Runtime.Run("exec", id, "sh", "-c", "ps | grep -c 'sleep 100[0]'").Succeeds().Line);
    }

    [Fact]
    public void It_is_in_the_containers_cgroup()
    {
        string id = Runtime.RunDetached();
        int pid = Runtime.State(id).Pid!.Value;
        Child exec = Runtime.Start("exec", id, "sh", "-c", "echo up; read line");
        exec.WaitFor("up");
        string[] groups = File.ReadAllLines($"/proc/{pid}/cgroup");
        string procs = Directory.GetDirectories("/proc").Where(d => File.Exists(d + "/cmdline"))
            .FirstOrDefault(d => ReadOrEmpty(d + "/cmdline") == "sh\0-c\0echo up; read line\0") ?? throw new InvalidOperationException("no such process");
        Assert.Equal(groups, File.ReadAllLines(procs + "/cgroup"));
        exec.Finish();

        static string ReadOrEmpty(string path)
        {
            try { return File.ReadAllText(path); }
            catch (IOException) { return ""; }
        }
    }

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 9", 9)]
    [InlineData("kill -KILL $$", 137)]
    public void It_exits_as_the_process_does(string command, int code)
        => Runtime.Run("exec", Runtime.RunDetached(), "sh", "-c", command).ExitsWith(code);

    [Fact]
    public void Options()
    {
        string id = Runtime.RunDetached(change: s => s.Process!.Env = ["PATH=/bin", "A=1"]);
        Assert.Equal("/tmp", Runtime.Run("exec", "--cwd", "/tmp", id, "pwd").Succeeds().Line);
        Assert.Equal("1 2", Runtime.Run("exec", "--env", "B=2", id, "sh", "-c", "echo $A $B").Succeeds().Line);
        Assert.Equal("7 8", Runtime.Run("exec", "--user", "7:8", id, "sh", "-c", "echo $(id -u) $(id -g)").Succeeds().Line);
        Assert.Equal("a  b --env -x", Runtime.Run("exec", id, "echo", "a  b", "--env", "-x").Succeeds().Line);
        Assert.Equal("typed", Runtime.RunWithInput("typed", "exec", id, "cat").Succeeds().Stdout);
    }

    [Theory]
    [InlineData("/no/such", "no such file or directory")]
    [InlineData("/etc/passwd", "not a directory")]
    public void A_working_directory_that_is_none_is_not_made(string cwd, string words)
    {
        string id = Runtime.RunDetached();
        Runtime.Run("exec", "--cwd", cwd, id, "pwd").FailsWith(255, "process.cwd", cwd, words);
        Runtime.Run("exec", id, "test", "!", "-e", "/no").Succeeds();
    }

    [Fact]
    public void It_has_no_more_rights_than_the_container()
    {
        string id = Runtime.RunDetached(change: s =>
        {
            s.Process!.Capabilities = new LinuxCapabilities { Bounding = ["CAP_KILL"], Effective = ["CAP_KILL"], Permitted = ["CAP_KILL"] };
            s.Process.NoNewPrivileges = true;
        });
        string status = Runtime.Run("exec", id, "cat", "/proc/self/status").Succeeds().Stdout;
        Assert.Contains("CapInh:\t0000000000000000\n", status);
        Assert.Contains("CapPrm:\t0000000000000020\n", status);
        Assert.Contains("CapEff:\t0000000000000020\n", status);
        Assert.Contains("CapBnd:\t0000000000000020\n", status);
        Assert.Contains("CapAmb:\t0000000000000000\n", status);
        Assert.Contains("NoNewPrivs:\t1\n", status);
    }

    [Fact]
    public void It_is_filtered_as_the_container_is()
    {
        Machine.RequireSeccomp();
        string id = Runtime.RunDetached(change: s => s.Linux!.Seccomp = SecurityTests.Deny("mkdir", "mkdirat"));
        Runtime.Run("exec", id, "mkdir", "/tmp/x").ExitsWith(1);
        Assert.Contains("Seccomp:\t2\n", Runtime.Run("exec", id, "cat", "/proc/self/status").Succeeds().Stdout);
    }

    [Fact]
    public void A_process_file_says_it_all()
    {
        string id = Runtime.RunDetached();
        string file = InWork("process.json");
        File.WriteAllBytes(file, new Process { Args = ["sh", "-c", "pwd; echo $X"], Cwd = "/etc", Env = ["PATH=/bin", "X=y"] }.ToJson());
        Assert.Equal("/etc\ny\n", Runtime.Run("exec", "--process", file, id).Succeeds().Stdout);
    }

    /// <summary>A stopped container has no namespaces to enter: whatever would run then would run on the host.</summary>
    [Fact]
    public void A_stopped_container_takes_no_exec()
    {
        string id = Runtime.RunDetached("true");
        Runtime.WaitForStatus(id, "stopped");
        string witness = InWork("witness");
        Runtime.Run("exec", id, "sh", "-c", $"echo on the host > {witness}").Fails(id);
        Assert.False(File.Exists(witness));
        Runtime.Run("exec", "no-such-container", "true").Fails("no-such-container");
    }

    [Fact]
    public void A_missing_command_is_named()
        => Runtime.Run("exec", Runtime.RunDetached(), "no-such-command").Fails("no-such-command");
}
