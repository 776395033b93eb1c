namespace Sampan.Engine.Tests;

public sealed class UnsupportedLimitsTests
{
    private static readonly KernelSupport All = new() { Swappiness = true, OomKillDisable = true, Realtime = true, BlkioWeight = true, BlkioWeightDevice = true, BlkioThrottle = true };

    private static HostConfig Everything() => new()
    {
        Memory = 64 << 20, MemorySwappiness = 5, OomKillDisable = true, BlkioWeight = 100, BlkioWeightDevice = [new WeightDevice { Path = "/dev/a", Weight = 10 }],
        BlkioDeviceReadBps = [new ThrottleDevice { Path = "/dev/a", Rate = 1 }],
    };

    [Fact]
    public void What_the_kernel_can_do_stays()
    {
        var host = Everything();
        Assert.Empty(Warnings(host, All));
        Assert.Equal((5, true, 100u, 1, 1), (host.MemorySwappiness!.Value, host.OomKillDisable!.Value, host.BlkioWeight!.Value, host.BlkioWeightDevice!.Count, host.BlkioDeviceReadBps!.Count));
    }

    [Fact]
    public void What_it_cannot_is_left_out_and_said()
    {
        var host = Everything();
        var warnings = Warnings(host, new KernelSupport());
        Assert.Equal(
        [
            "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.",
            "Your kernel does not support OomKillDisable. OomKillDisable discarded.",
            "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
            "Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.",
            "Your kernel does not support Block I/O rate limits or the cgroup is not mounted. Block I/O rate limits discarded.",
        ], warnings);
        Assert.False(UnsupportedLimits.Matter(host));
    }

    [Fact]
    public void Without_a_limit_the_whole_machine_may_run_out_of_memory()
        => Assert.StartsWith("OOM killer is disabled for the container, but no memory limit is set", Assert.Single(Warnings(new HostConfig { OomKillDisable = true }, All)));

    [Fact]
    public void A_real_time_budget_that_is_not_there_is_an_error()
        => Assert.Throws<SampanException>(() => UnsupportedLimits.Discard(new HostConfig { CpuRealtimeRuntime = 1000 }, All with { Realtime = false }, static _ => { }));

    [Fact]
    public void An_ordinary_container_asks_nothing_of_the_host() => Assert.False(UnsupportedLimits.Matter(new HostConfig { Memory = 64 << 20, NanoCpus = 1 }));

    private static List<string> Warnings(HostConfig host, KernelSupport kernel)
    {
        Assert.True(UnsupportedLimits.Matter(host));
        var warnings = new List<string>();
        UnsupportedLimits.Discard(host, kernel, warnings.Add);
        return warnings;
    }
}
