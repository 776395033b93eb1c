using System.Globalization;

using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine.RunFlags;

/// <summary>Limits by the flags of <c>run</c>, seen in the files of the container's cgroups.</summary>
[DiffersByHost]
public sealed class ResourceFlagTests : RootTest
{
    [Fact]
    public void Limits_of_old_kernels_are_kept_or_said_to_be_dropped()
    {
        var run = Sampan.Run("run", "-d", "-m", "64m", "--memory-swappiness", "7", "--oom-kill-disable", "--kernel-memory", "4m", "busybox", "sleep", "1000").Succeeds();
        string id = run.Line;
        Assert.Contains("--kernel-memory is ignored", run.Stderr);
        if (Machine.CgroupV1("memory") is null)
        {
            Assert.Contains("Memory swappiness discarded.", run.Stderr);
            Assert.Contains("OomKillDisable discarded.", run.Stderr);
            return;
        }
        Assert.DoesNotContain("discarded", run.Stderr);
        Assert.Equal("7", File(id, "memory", "memory.swappiness"));
        Assert.StartsWith("oom_kill_disable 1\n", File(id, "memory", "memory.oom_control"));
        Assert.Equal("7", Sampan.Inspect(id, "HostConfig.MemorySwappiness"));
    }

    [Fact]
    public void Rates_of_a_block_device()
    {
        Machine.RequireController(Machine.CgroupV1("blkio") is null ? "io" : "blkio");
        var (device, number) = Machine.RequireBlockDevice();
        string id = Sampan.RunDetached("--device-read-bps", $"{device}:1mb", "--device-write-iops", $"{device}:77", "busybox", "sleep", "1000");
        if (Machine.CgroupV1("blkio") is null)
        {
            string max = Machine.CgroupFile(Pid(id), "io", "", "io.max");
            Assert.Contains("rbps=1048576", max);
            Assert.Contains("wiops=77", max);
            return;
        }
        Assert.Equal($"{number} 1048576", File(id, "blkio", "blkio.throttle.read_bps_device"));
        Assert.Equal($"{number} 77", File(id, "blkio", "blkio.throttle.write_iops_device"));
    }

    [Fact]
    public void A_weight_is_the_schedulers_or_said_to_be_dropped()
    {
        var run = Sampan.Run("run", "-d", "--blkio-weight", "300", "busybox", "sleep", "1000").Succeeds();
        if (run.Stderr.Contains("Weight discarded.", StringComparison.Ordinal))
            return;
        var weights = new List<string>();
        foreach (string file in (string[])["blkio.weight", "blkio.bfq.weight", "io.bfq.weight", "io.weight"])
            try
            {
                weights.Add(File(run.Line, Machine.CgroupV1("blkio") is null ? "io" : "blkio", file));
            }
            catch (FileNotFoundException)
            {
                // The kernel has one of them.
            }
        // io.weight runs from 1 to 10000.
        Assert.Contains(weights, static weight => weight.EndsWith("300", StringComparison.Ordinal) || weight.EndsWith("2930", StringComparison.Ordinal));
    }

    [Fact]
    public void A_rule_opens_a_device_that_is_made_inside()
    {
        Machine.RequireDeviceRules();
        // /dev/kmsg is none of the usual devices.
        string[] read = ["busybox", "sh", "-c", "mknod /k c 1 11 && : 9</k"];
        Assert.Contains("not permitted", Sampan.Run(["run", "--rm", "--cap-add", "MKNOD", "--cap-add", "SYSLOG", "--device-cgroup-rule", "c 1:11 m", .. read]).Fails().Stderr);
        Sampan.Run(["run", "--rm", "--cap-add", "MKNOD", "--cap-add", "SYSLOG", "--device-cgroup-rule", "c 1:* rm", .. read]).Succeeds();
    }

    [Fact]
    public void The_parent_is_chosen()
    {
        Machine.RequireController("pids");
        string id = Sampan.RunDetached("--cgroup-parent", $"{Token}/inner", "busybox", "sleep", "1000");
        string[] paths = [.. System.IO.File.ReadAllLines($"/proc/{Pid(id)}/cgroup").Select(static line => line.Split(':', 3)[2])];
        Assert.Contains(paths, path => path.EndsWith($"{Token}/inner/{id}", StringComparison.Ordinal));
        Assert.Equal($"{Token}/inner", Sampan.Inspect(id, "HostConfig.CgroupParent"));
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        Sampan.Run("run", "--rm", "--device-read-bps", "/dev/null:1", "busybox", "true").FailsWith(125, "/dev/null is not a block device");
        Sampan.Run("run", "--rm", "--device-read-bps", $"/dev/{Token}:1", "busybox", "true").FailsWith(125, Token);
        if (!Machine.HasRealTimeBudgets)
            Sampan.Run("run", "--rm", "--cpu-rt-runtime", "1000", "busybox", "true").FailsWith(125, "real-time");
        else
            Sampan.Run("run", "--rm", "--cpu-rt-period", "1000", "--cpu-rt-runtime", "2000", "busybox", "true").FailsWith(125, "cannot be higher");
    }

    protected override void CleanUp()
    {
        Sampan.RemoveContainers();
        // The parent stays with Docker, too: who names it may have others in it.
        foreach (string mount in Machine.CgroupMounts)
            foreach (string name in (string[])[$"{Token}/inner", Token])
                if (Directory.Exists($"{mount}/{name}"))
                    Directory.Delete($"{mount}/{name}");
    }

    private int Pid(string id) => int.Parse(Sampan.Inspect(id, "State.Pid"), CultureInfo.InvariantCulture);

    private string File(string id, string controller, string file) => Machine.CgroupFile(Pid(id), controller, file, file);
}
