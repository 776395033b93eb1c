using Sampan.Engine.Monitoring;
using Sampan.Linux;
using Sampan.RootTests.Harness;
using Sampan.Runtime.Monitoring;

namespace Sampan.RootTests.Engine;

/// <summary><c>attach</c>: joining a container that runs.</summary>
public sealed class AttachTests : RootTest
{
    [Fact]
    public void Many_see_the_same_and_each_may_type()
    {
        string id = Sampan.RunDetached("-i", "busybox", "sh", "-c", "while read line; do echo \"got $line\"; done");
        Child[] clients = [.. Enumerable.Range(0, 5).Select(_ => Sampan.Start("attach", id))];
        WaitForClients(id, 5);
        for (int i = 0; i < clients.Length; i++)
        {
            clients[i].Write($"from {i}\n");
            foreach (Child client in clients)
                client.WaitFor($"got from {i}\n");
        }
        Sampan.Run("kill", id).Succeeds();
        foreach (Child client in clients)
            client.Finish().ExitsWith(137);
    }

    [Fact]
    public void The_end_of_one_clients_input_leaves_the_containers_open()
    {
        string id = Sampan.RunDetached("-i", "busybox", "cat");
        Child first = Sampan.Start("attach", id);
        first.Write("one\n");
        first.WaitFor("one\n");
        first.CloseInput();
        Child second = Sampan.Start("attach", id);
        second.Write("two\n");
        second.WaitFor("two\n");
        // Half closed: it does not write any more, and still reads.
        first.WaitFor("two\n");
        Sampan.Run("stop", "-t", "0", id).Succeeds();
        first.Finish().ExitsWith(137);
        second.Finish().ExitsWith(137);
    }

    [Fact]
    public void No_stdin_only_looks_on()
    {
        string id = Sampan.RunDetached("-i", "busybox", "sh", "-c", "read line; echo \"got $line\"");
        Child looks = Sampan.Start("attach", "--no-stdin", id), types = Sampan.Start("attach", id);
        WaitForClients(id, 2);
        looks.Write("ignored\n");
        types.Write("heard\n");
        looks.WaitFor("got heard\n");
        types.Finish().Succeeds();
        looks.Finish().Succeeds();
    }

    [Fact]
    public void Standard_error_stays_apart_and_the_exit_code_is_the_containers()
    {
        string id = Sampan.RunDetached("-i", "busybox", "sh", "-c", "read x; echo out; echo err >&2; exit 7");
        Child client = Sampan.Start("attach", id);
        client.Write("\n");
        CommandResult result = client.Finish().ExitsWith(7);
        Assert.Equal("out\n", result.Stdout);
        Assert.Equal("err\n", result.Stderr);
    }

    [Fact]
    public void Detach_keys_of_ones_own()
    {
        string id = Sampan.RunDetached("-it", "busybox", "sh");
        Child client = Sampan.StartOnTerminal("attach", "--detach-keys", "a,b", id);
        client.Write("echo he''re\r");
        client.WaitFor("here\r\n");
        client.Write("ab");
        client.Finish().Succeeds();
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
        Sampan.Run("attach", "--detach-keys", "ctrl-ö", id).ExitsWith(1).SaysOneLine("detach keys");
    }

    [Fact]
    public void A_terminal_is_drawn_anew_and_takes_the_clients_size()
    {
        string id = Sampan.RunDetached("-it", "busybox", "sh", "-c", "trap 'stty size' WINCH; while :; do sleep 0.1; done");
        Child client = Sampan.StartOnTerminal("attach", id);
        client.WaitFor("24 80\r\n");
        client.Terminal!.Resize(100, 30);
        client.WaitFor("30 100\r\n");
        Sampan.Run("rm", "-f", id).Succeeds();
        client.Finish().ExitsWith(137);
    }

    [Theory]
    [InlineData("--sig-proxy=true", true)]
    [InlineData("--sig-proxy=false", false)]
    public void Signals_go_to_the_container_unless_told_not_to(string flag, bool passes)
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "trap 'echo heard; exit 9' TERM; echo up; while :; do sleep 0.05; done");
        Child client = Sampan.Start("attach", flag, id);
        WaitForClients(id, 1);
        client.Signal(15);
        if (passes)
        {
            Assert.Contains("heard\n", client.Finish().ExitsWith(9).Stdout);
            return;
        }
        client.Finish().ExitsWith(143);
        Assert.Equal("running", Sampan.Inspect(id, "State.Status"));
    }

    [Fact]
    public void What_does_not_run_cannot_be_attached_to()
    {
        string id = Sampan.Run("create", "busybox", "true").Succeeds().Line;
        Sampan.Run("attach", id).FailsWith(1, "stopped container");
        Sampan.Run("attach", "no-such").FailsWith(1, "no-such");
    }

    /// <summary>CVE-2022-31030 and its like: what comes and goes leaves nothing in the monitor.</summary>
    [Fact]
    public void A_thousand_clients_that_come_and_go_leave_no_descriptor()
    {
        string id = Sampan.RunDetached("-it", "busybox", "sh"), run = $"{Sampan.Store.RunRoot}/containers/{id}";
        WaitForClients(id, 0);
        int monitor = MonitorOf(id), before = Directory.GetFileSystemEntries($"/proc/{monitor}/fd").Length;
        for (int i = 0; i < 1000; i++)
        {
            using var client = MonitorClient.Attach(run, AttachFlags.StdIn | AttachFlags.StdOut);
            MonitorClient.Resize(run, new winsize { ws_row = (ushort)(10 + i % 50), ws_col = 80 });
        }
        Assert.True(SpinWait.SpinUntil(() => Directory.GetFileSystemEntries($"/proc/{monitor}/fd").Length <= before, Child.Limit), "descriptors stay");
        Assert.InRange(Directory.GetFileSystemEntries($"/proc/{monitor}/task").Length, 1, 2);
        Assert.Equal("59 80\n", Sampan.Run("exec", id, "stty", "-F", "/dev/console", "size").Stdout);
    }

    /// <summary>Until so many sockets lead to the container's monitor.</summary>
    private void WaitForClients(string id, int count)
    {
        int monitor = MonitorOf(id);
        Assert.True(SpinWait.SpinUntil(() => Directory.GetFileSystemEntries($"/proc/{monitor}/fd").Count(f => Machine.ReadLink(f).StartsWith("socket:", StringComparison.Ordinal)) > count, Child.Limit));
    }

    private int MonitorOf(string id)
    {
        string pid = Sampan.Inspect(id, "State.Pid");
        return int.Parse(File.ReadAllLines($"/proc/{pid}/status").Single(l => l.StartsWith("PPid:", StringComparison.Ordinal))[5..], System.Globalization.CultureInfo.InvariantCulture);
    }
}
