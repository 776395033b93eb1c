using System.Text.Json;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>ps of sampan-runtime.</summary>
[DiffersByHost]
public sealed class PsTests : RootTest
{
    [Fact]
    public void Json_is_the_list_of_pids()
    {
        string id = Runtime.RunDetached("sleep 1001 & sleep 1002 & wait");
        int[] pids = [];
        Assert.True(SpinWait.SpinUntil(() => (pids = Pids(id)).Length == 3, Child.Limit), "there are never three processes");
        Assert.Contains(Runtime.State(id).Pid!.Value, pids);
        Assert.Equal(pids.Order(), pids);
        Assert.All(pids, pid => Assert.True(Directory.Exists($"/proc/{pid}")));
    }

    [Fact]
    public void The_table_is_that_of_the_hosts_ps_with_the_containers_processes_alone()
    {
        string id = Runtime.RunDetached("sleep 1003 & sleep 1004 & wait");
        // The shell's children are shells until they execute.
        string[] lines = [];
        Assert.True(SpinWait.SpinUntil(() => (lines = Runtime.Run("ps", id).Succeeds().Lines).Count(static l => l.EndsWith("sleep 1003", StringComparison.Ordinal) || l.EndsWith("sleep 1004", StringComparison.Ordinal)) == 2, Child.Limit),
            string.Join('\n', lines));
        Assert.Matches(@"^UID +PID +PPID", lines[0]);
        Assert.Equal(4, lines.Length);

        string[] own = Runtime.Run("ps", id, "-A", "-o", "pid,args").Succeeds().Lines;
        Assert.Matches(@"^ *PID +COMMAND$", own[0]);
        Assert.Equal(4, own.Length);
    }

    [Fact]
    public void What_cannot_be_told_apart_by_pid_is_refused()
    {
        string id = Runtime.RunDetached();
        Runtime.Run("ps", id, "-A", "-o", "args").FailsWith(1, "PID");
        Runtime.Run("ps", "--format", "xml", id).FailsWith(1, "xml");
    }

    [Fact]
    public void A_stopped_container_has_no_processes()
    {
        string id = Runtime.RunDetached("true");
        Runtime.WaitForStatus(id, "stopped");
        Assert.Equal("[]", Runtime.Run("ps", "--format", "json", id).Succeeds().Line);
    }

    private int[] Pids(string id)
    {
        using var json = JsonDocument.Parse(Runtime.Run("ps", "--format", "json", id).Succeeds().Stdout);
        return [.. json.RootElement.EnumerateArray().Select(e => e.GetInt32())];
    }
}
