namespace Sampan.Engine.Tests;

/// <summary>What containers use, computed as Docker computes it.</summary>
public sealed class UsageTests
{
    [Fact]
    public void Processors_of_the_host()
        => Assert.Equal((10UL * 28 * 1_000_000, 2), HostCounters.Processors("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 1 1\ncpu1 0 0 0 0 0 0 0 0 0 0\nintr 5\n"));

    [Fact]
    public void Network_without_loopback()
        => Assert.Equal((110UL, 33UL), HostCounters.Network("Inter-| Receive\n face |bytes\n    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0\n  eth0: 100 1 0 0 0 0 0 0 30 1 0 0 0 0 0 0\neth1:10 1 0 0 0 0 0 0 3 1 0 0 0 0 0 0\n"));

    [Fact]
    public void Memory_of_the_host() => Assert.Equal(2048UL, HostCounters.Memory("MemFree: 1 kB\nMemTotal:        2 kB\n"));

    [Fact]
    public void Percent_of_a_processor()
    {
        var before = new ContainerUsage { Cpu = 100, SystemCpu = 1000, OnlineCpus = 2 };
        Assert.Equal(150, new ContainerUsage { Cpu = 850, SystemCpu = 2000, OnlineCpus = 2 }.CpuPercent(before), 6);
        Assert.Equal(0, before.CpuPercent(null));
        Assert.Equal(0, before.CpuPercent(before));
        Assert.Equal(25, new ContainerUsage { Memory = 25, MemoryLimit = 100 }.MemoryPercent);
        Assert.Equal(0, new ContainerUsage().MemoryPercent);
    }
}
