using System.Text.Json;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>events of sampan-runtime, in the form runc's callers read.</summary>
[DiffersByHost]
public sealed class EventsTests : RootTest
{
    [Fact]
    public void Statistics_once()
    {
        Machine.RequireController("memory");
        Machine.RequireController("pids");
        string id = Runtime.RunDetached("head -c 8000000 /dev/zero | md5sum; sleep 1001 & sleep 1002", s => s.Linux!.Resources = new LinuxResources
        {
            Memory = new LinuxMemory { Limit = 64 << 20 }, Pids = new LinuxPids { Limit = 50 },
        });
        Assert.True(SpinWait.SpinUntil(() => Runtime.Run("ps", "--format", "json", id).Succeeds().Stdout.Count(c => c == ',') == 2, Child.Limit));
        JsonElement stats = Parse(Assert.Single(Runtime.Run("events", "--stats", id).Succeeds().Lines));
        Assert.Equal("stats", stats.GetProperty("type").GetString());
        Assert.Equal(id, stats.GetProperty("id").GetString());
        JsonElement data = stats.GetProperty("data");
        Assert.Equal(3, data.GetProperty("pids").GetProperty("current").GetInt32());
        Assert.Equal(50, data.GetProperty("pids").GetProperty("limit").GetInt32());
        JsonElement memory = data.GetProperty("memory");
        Assert.Equal(64 << 20, memory.GetProperty("usage").GetProperty("limit").GetInt64());
        Assert.InRange(memory.GetProperty("usage").GetProperty("usage").GetInt64(), 1, 64 << 20);
        Assert.Equal(0, memory.GetProperty("usage").GetProperty("failcnt").GetInt64());
        Assert.True(memory.GetProperty("raw").EnumerateObject().Count() > 5);
        JsonElement cpu = data.GetProperty("cpu").GetProperty("usage");
        Assert.InRange(cpu.GetProperty("total").GetInt64(), 100_000, 60_000_000_000);
        // By CPU, and the kernel's own memory: v1's alone; pressure: v2's.
        bool v1 = cpu.TryGetProperty("percpu", out JsonElement each);
        if (v1)
        {
            Assert.Equal(each.GetArrayLength(), cpu.GetProperty("percpu_user").GetArrayLength());
            Assert.InRange(cpu.GetProperty("percpu_kernel").EnumerateArray().Sum(static n => n.GetInt64()), 0, cpu.GetProperty("total").GetInt64());
            Assert.InRange(memory.GetProperty("kernel").GetProperty("usage").GetInt64(), 1, 64 << 20);
            Assert.Equal(0, memory.GetProperty("kernelTCP").GetProperty("failcnt").GetInt64());
        }
        else if (memory.TryGetProperty("psi", out JsonElement pressure))
            Assert.InRange(pressure.GetProperty("some").GetProperty("avg10").GetDouble(), 0, 100);
        Assert.True(cpu.GetProperty("kernel").GetInt64() >= 0 && cpu.GetProperty("user").GetInt64() >= 0);
        Assert.Equal(JsonValueKind.Object, data.GetProperty("blkio").ValueKind);
        Assert.Equal(JsonValueKind.Object, data.GetProperty("hugetlb").ValueKind);
        Assert.Equal(JsonValueKind.Object, data.GetProperty("intel_rdt").ValueKind);
        Assert.Equal(0, data.GetProperty("cpuset").GetProperty("memory_migrate").GetInt64());
        // Of v2 alone, and there only where the kernel keeps account.
        bool keeps = Machine.CgroupV2("memory") is { } mount
            && File.Exists(mount + File.ReadLines($"/proc/{Runtime.State(id).Pid}/cgroup").Single(l => l.StartsWith("0::", StringComparison.Ordinal))[3..] + "/memory.pressure");
        Assert.Equal(keeps, data.GetProperty("memory").TryGetProperty("psi", out JsonElement psi));
        if (psi.ValueKind == JsonValueKind.Object)
            Assert.True(psi.GetProperty("some").GetProperty("avg10").GetDecimal() >= 0 && psi.GetProperty("full").GetProperty("total").GetInt64() >= 0);
    }

    [Fact]
    public void The_stream_ends_with_the_container()
    {
        string id = Runtime.RunDetached();
        Child events = Runtime.Start("events", "--interval", "50ms", id);
        events.WaitFor("\n");
        events.WaitFor("\n");
        Runtime.Run("kill", id, "KILL").Succeeds();
        string[] lines = events.Finish().Succeeds().Lines;
        Assert.True(lines.Length >= 2);
        Assert.All(lines, l => Assert.Equal("stats", Parse(l).GetProperty("type").GetString()));
    }

    [Fact]
    public void A_lack_of_memory_is_told()
    {
        Machine.RequireController("memory");
        string id = Runtime.RunDetached(change: s => s.Linux!.Resources = new LinuxResources { Memory = new LinuxMemory { Limit = 32 << 20 } });
        Child events = Runtime.Start("events", "--interval", "1s", id);
        events.WaitFor("\n");                                             // it watches
        Runtime.Run("exec", id, "sh", "-c", "head -c 100m /dev/zero | tail >/dev/null");
        events.WaitFor("\"oom\"");
        Runtime.Run("kill", id, "KILL").Succeeds();
        Assert.Contains($$"""{"type":"oom","id":"{{id}}"}""", events.Finish().Succeeds().Lines);
    }

    [Theory]
    [InlineData("0s")]
    [InlineData("soon")]
    [InlineData("5")]
    public void An_interval_that_is_none_is_named(string interval)
        => Runtime.Run("events", "--interval", interval, "nobody").FailsWith(1, "interval", interval);

    [Fact]
    public void A_stopped_container_has_no_events()
    {
        string id = Runtime.RunDetached("true");
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("events", "--stats", id).FailsWith(1, id, "not running");
        Runtime.Run("events", id).FailsWith(1, id, "not running");
    }

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;
}
