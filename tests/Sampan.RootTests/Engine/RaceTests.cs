using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>Two commands at once on one container: one wins, the other says so, and nothing is half done.</summary>
public sealed class RaceTests : RootTest
{
    private const int Rounds = 12;
    private static readonly string[] Trap = ["busybox", "sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.02; done"];

    [Fact]
    public void Start_and_rm()
    {
        for (int i = 0; i < Rounds; i++)
        {
            string id = Sampan.Run(["create", .. Trap]).Succeeds().Line;
            var (start, rm) = Both(["start", id], ["rm", id], i);
            if (rm.ExitCode == 0)
            {
                start.FailsWith(1, "no such container");
                Sampan.Run("inspect", id).ExitsWith(1).SaysOneLine(id);
                continue;
            }
            start.Succeeds();
            rm.FailsWith(1, "is running");
            Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
            Sampan.Run("rm", "-f", id).Succeeds();
        }
    }

    [Fact]
    public void Start_and_rm_by_force()
    {
        for (int i = 0; i < Rounds; i++)
        {
            string id = Sampan.Run(["create", .. Trap]).Succeeds().Line;
            var (start, rm) = Both(["start", id], ["rm", "-f", id], i);
            rm.Succeeds();
            Assert.True(start.ExitCode is 0 or 1, start.ToString());
            Sampan.Run("inspect", id).ExitsWith(1).SaysOneLine(id);
            Assert.Equal("", Sampan.Run("ps", "-aq").Succeeds().Stdout);
        }
    }

    [Fact]
    public void Start_and_stop()
    {
        for (int i = 0; i < Rounds; i++)
        {
            string id = Sampan.Run(["create", "--stop-timeout", "5", .. Trap]).Succeeds().Line;
            var (start, stop) = Both(["start", id], ["stop", id], i);
            start.Succeeds();
            stop.Succeeds();
            Assert.True(Sampan.Inspect(id, "State.Status") is "running" or "exited");
            Sampan.Run("stop", "-t", "0", id).Succeeds();
            Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
            Sampan.Run("rm", id).Succeeds();
        }
    }

    [Fact]
    public void Two_starts()
    {
        for (int i = 0; i < Rounds; i++)
        {
            string id = Sampan.Run(["create", .. Trap]).Succeeds().Line;
            var (first, second) = Both(["start", id], ["start", id], i);
            first.Succeeds();
            second.Succeeds();
            Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
            Assert.Equal(1, Monitors(id));
            Sampan.Run("rm", "-f", id).Succeeds();
        }
    }

    [Fact]
    public void Exec_and_stop()
    {
        string id = Sampan.Run(["create", .. Trap]).Succeeds().Line;
        for (int i = 0; i < Rounds; i++)
        {
            Sampan.Run("start", id).Succeeds();
            var (exec, stop) = Both(["exec", id, "sh", "-c", "echo in; exit 3"], ["stop", "-t", "1", id], i);
            stop.Succeeds();
            Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
            // It ran, or was killed with the container, or there was nothing to run it in.
            Assert.True(exec.ExitCode is 3 or 137 or 1 or 255, exec.ToString());
            if (exec.ExitCode == 3)
                Assert.Equal("in\n", exec.Stdout);
            else if (exec.ExitCode != 137)
                Assert.Single(exec.Stderr.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Fact]
    public void Two_runs_with_one_name()
    {
        for (int i = 0; i < Rounds; i++)
        {
            var (first, second) = Both(["run", "-d", "--name", "both", .. Trap], ["run", "-d", "--name", "both", .. Trap], i);
            var (winner, loser) = first.ExitCode == 0 ? (first, second) : (second, first);
            loser.FailsWith(125, "\"both\" is already in use");
            Assert.Equal(winner.Succeeds().Line, Sampan.Run("ps", "-aq", "--no-trunc").Succeeds().Line);
            Sampan.Run("rm", "-f", "both").Succeeds();
        }
    }

    [Fact]
    public void Stop_and_restart()
    {
        for (int i = 0; i < Rounds; i++)
        {
            string id = Sampan.RunDetached(["--restart", i % 2 == 0 ? "always" : "no", .. Trap]);
            var (stop, restart) = Both(["stop", "-t", "2", id], ["restart", "-t", "2", id], i);
            stop.Succeeds();
            restart.Succeeds();
            Assert.True(Sampan.Inspect(id, "State.Status") is "running" or "exited");
            Sampan.Run("stop", "-t", "0", id).Succeeds();
            Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
            Assert.True(HasNoMonitor(id));
            Sampan.Run("rm", id).Succeeds();
        }
    }

    [Fact]
    public void Restarts_of_the_policy_and_removal()
    {
        for (int i = 0; i < Rounds; i++)
        {
            string id = Sampan.RunDetached("--restart", "always", "busybox", "false");
            Thread.Sleep(90 + i * 5);                          // about when it is started again
            Sampan.Run("rm", "-f", id).Succeeds();
            Sampan.Run("inspect", id).ExitsWith(1).SaysOneLine(id);
            Assert.True(HasNoMonitor(id));
        }
    }

    [Fact]
    public void Restarts_of_the_policy_and_stop()
    {
        for (int i = 0; i < Rounds; i++)
        {
            string id = Sampan.RunDetached("--restart", "always", "busybox", "false");
            Thread.Sleep(90 + i * 5);
            Sampan.Run("stop", "-t", "1", id).Succeeds();
            Assert.Equal("exited", Sampan.Inspect(id, "State.Status"));
            Assert.True(HasNoMonitor(id));
            Sampan.Run("rm", id).Succeeds();
        }
    }

    /// <summary>Starts both, each first in turn, and waits for both.</summary>
    private (CommandResult First, CommandResult Second) Both(string[] first, string[] second, int round)
    {
        Child a, b;
        if (round % 2 == 0)
            (a, b) = (Sampan.Start(first), Sampan.Start(second));
        else
            (b, a) = (Sampan.Start(second), Sampan.Start(first));
        return (a.Finish(), b.Finish());
    }

    // A monitor gives up its lock, by which others know it, a moment before it ends.
    private static bool HasNoMonitor(string id) => SpinWait.SpinUntil(() => Monitors(id) == 0, TimeSpan.FromSeconds(2));

    private static int Monitors(string id) => Directory.GetDirectories("/proc").Count(d => int.TryParse(Path.GetFileName(d), out _) && IsMonitor(d, id));

    private static bool IsMonitor(string process, string id)
    {
        try { return File.ReadAllText($"{process}/cmdline").Split('\0') is { } words && words.Contains("monitor") && words.Contains(id); }
        catch (IOException) { return false; }
        catch (UnauthorizedAccessException) { return false; }
    }
}
