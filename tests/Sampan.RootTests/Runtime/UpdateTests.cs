using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>update of sampan-runtime, as the kernel's own files show it.</summary>
[DiffersByHost]
public sealed class UpdateTests : RootTest
{
    [Fact]
    public void Memory_pids_and_cpu_by_options()
    {
        Machine.RequireController("memory");
        Machine.RequireController("pids");
        Machine.RequireController("cpu");
        string id = Runtime.RunDetached();
        Runtime.Run("update", "--memory", "64m", "--pids-limit", "9", "--cpu-quota", "40000", "--cpu-period", "80000", "--cpu-share", "512", id).Succeeds();
        Assert.Equal("67108864", Read(id, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.Equal("9", Read(id, "pids", "pids.max", "pids.max"));
        AssertQuota(id, 40000, 80000);
        Assert.Equal(Machine.CgroupV1("cpu") != null ? "512" : "59", Read(id, "cpu", "cpu.shares", "cpu.weight"));

        Runtime.Run("update", "--cpu-period", "100000", id).Succeeds();   // the quota stays
        AssertQuota(id, 40000, 100000);
        Runtime.Run("update", "--pids-limit", "-1", id).Succeeds();
        Assert.Equal("max", Read(id, "pids", "pids.max", "pids.max"));
        Assert.Equal("67108864", Read(id, "memory", "memory.limit_in_bytes", "memory.max"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Resources_from_a_file_or_standard_input(bool file)
    {
        Machine.RequireController("memory");
        Machine.RequireController("pids");
        string id = Runtime.RunDetached();
        const string changes = """{"memory":{"limit":33554432},"pids":{"limit":11}}""";
        string path = InWork("changes.json");
        File.WriteAllText(path, changes);
        if (file)
            Runtime.Run("update", "--resources", path, id).Succeeds();
        else
            Runtime.RunWithInput(changes, "update", "-r", "-", id).Succeeds();
        Assert.Equal("33554432", Read(id, "memory", "memory.limit_in_bytes", "memory.max"));
        Assert.Equal("11", Read(id, "pids", "pids.max", "pids.max"));
    }

    /// <summary>On v1 the container was in no cgroup of this controller before; delete must know of the one it is in now.</summary>
    [Fact]
    public void Cpuset_is_joined_when_it_is_asked_for()
    {
        Machine.RequireController("cpuset");
        string id = Runtime.RunDetached("sleep 1001 & sleep 1002");
        Runtime.Run("update", "--cpuset-cpus", "0", id).Succeeds();
        Assert.Equal("0", Read(id, "cpuset", "cpuset.cpus", "cpuset.cpus"));
        Assert.Matches(@"Cpus_allowed_list:\s*0\n", Runtime.Run("exec", id, "cat", "/proc/self/status").Succeeds().Stdout);
        Runtime.Run("delete", "--force", id).Succeeds();
    }

    [Theory]
    [InlineData("--memory", "lots", "memory")]
    [InlineData("--cpu-quota", "7", "quota")]
    [InlineData("--cpuset-cpus", "4000", "cpuset")]
    [InlineData("--blkio-weight", "5", "weight")]
    [InlineData("--resources", "/nonexistent", "/nonexistent")]
    public void What_cannot_be_set_is_named_and_changes_nothing(string option, string value, string named)
    {
        Machine.RequireController("cpuset");
        string id = Runtime.RunDetached();
        string before = File.ReadAllText($"/proc/{Runtime.State(id).Pid}/cgroup");
        Runtime.Run("update", option, value, id).FailsWith(1, named);
        Assert.Equal(before, File.ReadAllText($"/proc/{Runtime.State(id).Pid}/cgroup"));
    }

    [Fact]
    public void A_stopped_container_is_not_updated()
    {
        string id = Runtime.RunDetached("true");
        Runtime.WaitForStatus(id, "stopped");
        Runtime.Run("update", "--memory", "64m", id).FailsWith(1, id, "not running");
    }

    [Fact]
    public void Shares_of_a_class_of_service_that_the_container_is_not_in()
    {
        string id = Runtime.RunDetached();
        Runtime.Run("update", "--l3-cache-schema", "L3:0=ff", id).FailsWith(1, "linux.intelRdt", id);
        Runtime.Run("update", "--mem-bw-schema", "MB:0=20", id).FailsWith(1, "linux.intelRdt", id);
    }

    private void AssertQuota(string id, int quota, int period)
    {
        if (Machine.CgroupV1("cpu") != null)
            Assert.Equal($"{quota} {period}", $"{Read(id, "cpu", "cpu.cfs_quota_us", "")} {Read(id, "cpu", "cpu.cfs_period_us", "")}");
        else
            Assert.Equal($"{quota} {period}", Read(id, "cpu", "", "cpu.max"));
    }

    private string Read(string id, string controller, string v1, string v2) => Machine.CgroupFile(Runtime.State(id).Pid!.Value, controller, v1, v2);
}
