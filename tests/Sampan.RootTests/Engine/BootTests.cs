using System.Globalization;
using Sampan.Linux;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary><c>system start</c> and <c>system stop</c>: what a machine does when it comes up and goes down.</summary>
public sealed class BootTests : RootTest
{
    private static readonly string[] Trap = ["busybox", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.05; done"];

    [Fact]
    public void After_a_power_cut_what_is_to_run_runs()
    {
        foreach (string policy in (string[])["no", "on-failure", "always", "unless-stopped"])
            Run(policy, "--restart", policy);
        Run("stopped", "--restart", "unless-stopped");
        Run("stopped-always", "--restart", "always");
        Sampan.Run("stop", "stopped", "stopped-always").Succeeds();
        Sampan.Run(["create", "--name", "never", "--restart", "always", .. Trap]).Succeeds();
        PowerCut("no", "on-failure", "always", "unless-stopped");
        CommandResult boot = Sampan.Run("system", "start").Succeeds();
        Assert.Equal(["always", "unless-stopped", "stopped-always"], Names(boot));
        Assert.Equal(["always", "stopped-always", "unless-stopped"], Running());
        // What runs is left alone.
        Assert.Equal("", Sampan.Run("system", "start").Succeeds().Stdout);
    }

    [Fact]
    public void Stopping_for_the_night_is_not_stopping_for_good()
    {
        Run("one", "--restart", "unless-stopped");
        Run("two", "--restart", "always");
        Run("other");
        Assert.Equal(["one", "two"], Names(Sampan.Run("system", "stop").Succeeds()).Order(StringComparer.Ordinal));
        Assert.Equal(["other"], Running());
        Assert.Equal(["one", "two"], Names(Sampan.Run("system", "start").Succeeds()));
    }

    [Fact]
    public void A_monitor_that_is_told_to_end_starts_nothing_again()
    {
        Run("one", "--restart", "unless-stopped");
        Sys.Call(SyscallNumber.kill, Monitor("one"), 15);
        Sampan.WaitForStatus("one", "exited");
        Thread.Sleep(300);
        Assert.Equal("exited", Sampan.Inspect("one", "State.Status"));
        Assert.Equal(["one"], Names(Sampan.Run("system", "start").Succeeds()));
    }

    [Fact]
    public void One_that_cannot_be_started_does_not_keep_the_others()
    {
        string home = InWork("home/x");
        File.WriteAllText(home, "");
        Run("broken", "--restart", "always", "-v", $"{home}:/x");
        Run("good", "--restart", "always");
        PowerCut("broken", "good");
        File.Delete(home);
        CommandResult boot = Sampan.Run("system", "start").ExitsWith(1);
        Assert.Equal("good\n", boot.Stdout);
        Assert.Contains("broken", boot.Stderr, StringComparison.Ordinal);
    }

    [Fact]
    public void The_unit_is_one_that_systemd_takes()
    {
        string unit = Path.Combine(Machine.RepositoryRoot, "eng/systemd/sampan.service");
        Assert.Contains("sampan system start", File.ReadAllText(unit), StringComparison.Ordinal);
        Machine.RequirePrograms("systemd-analyze");
        string copy = InWork("sampan.service");
        File.WriteAllText(copy, File.ReadAllText(unit).Replace("/usr/local/bin/sampan", Path.Combine(Machine.Programs, "sampan"), StringComparison.Ordinal));
        CommandResult verified = Host("systemd-analyze", "verify", copy);
        Assert.DoesNotContain("sampan.service:", verified.Stderr, StringComparison.Ordinal);
    }

    private void Run(string name, params string[] flags) => Sampan.RunDetached(["--name", name, .. flags, .. Trap]);

    private string[] Running() => [.. Names(Sampan.Run("ps", "--format", "{{.Names}}").Succeeds()).Order(StringComparer.Ordinal)];

    private static string[] Names(CommandResult result) => result.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Neither monitor nor container hears of the end, and the run directory is empty afterwards.</summary>
    private void PowerCut(params string[] names)
    {
        foreach (string name in names)
        {
            int container = int.Parse(Sampan.Inspect(name, "State.Pid"), CultureInfo.InvariantCulture), monitor = Monitor(name);
            Sys.Call(SyscallNumber.kill, monitor, 9);
            Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{monitor}"), Child.Limit));
            Sys.Call(SyscallNumber.kill, container, 9);
            Assert.True(SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{container}"), Child.Limit));
            // The cgroups, which a power cut would have taken along.
            Host(Path.Combine(Machine.Programs, "sampan-runtime"), "--root", $"{Sampan.Store.RunRoot}/runtime", "delete", "--force", Sampan.Inspect(name, "Id")).Succeeds();
        }
        foreach (string directory in Directory.GetDirectories(Sampan.Store.RunRoot))
            Directory.Delete(directory, recursive: true);
    }

    private int Monitor(string id)
        => int.Parse(File.ReadAllLines($"/proc/{Sampan.Inspect(id, "State.Pid")}/status").Single(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..], CultureInfo.InvariantCulture);
}
