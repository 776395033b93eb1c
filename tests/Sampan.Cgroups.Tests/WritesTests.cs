using Sampan.Oci;
using Xunit;

namespace Sampan.Cgroups.Tests;

public sealed class WritesTests
{
    private static LinuxResources Full => new()
    {
        Memory = new() { Limit = 1 << 26, Swap = 3 << 26, Reservation = 1 << 25, Kernel = 5 },
        Cpu = new() { Shares = 1024, Quota = 50000, Period = 100000, Burst = 1000, Cpus = "0-1", Mems = "0" },
        Pids = new() { Limit = 100 },
        BlockIo = new() { Weight = 500, ThrottleReadBpsDevice = [new() { Major = 8, Minor = 0, Rate = 600 }], ThrottleWriteIopsDevice = [new() { Major = 8, Minor = 16, Rate = 300 }] },
        HugepageLimits = [new() { PageSize = "2MB", Limit = 4096 }],
        Rdma = new() { ["mlx5_1"] = new() { HcaHandles = 3, HcaObjects = 10000 } },
    };

    private static void Snapshot(string expected, List<CgroupWrite> writes)
        => Assert.Equal(expected.Trim().ReplaceLineEndings("\n"), string.Join('\n', writes.Select(w => $"{w.Controller}: {w}")));

    [Fact]
    public void EverythingOnV1()
    {
        var resources = Full;
        resources.Memory!.Swappiness = 20;
        resources.Memory.UseHierarchy = true;
        resources.Memory.DisableOomKiller = true;
        resources.Memory.KernelTcp = 4096;
        resources.Cpu!.RealtimePeriod = 1000000;
        resources.Cpu.RealtimeRuntime = 950000;
        resources.Cpu.Idle = 0;
        resources.BlockIo!.LeafWeight = 10;
        resources.BlockIo.WeightDevice = [new() { Major = 8, Minor = 0, Weight = 400, LeafWeight = 300 }];
        resources.Network = new() { ClassID = 1048577, Priorities = [new() { Name = "eth0", Priority = 500 }] };
        Snapshot("""
            memory: memory.use_hierarchy = 1  # linux.resources.memory.useHierarchy, if there
            memory: memory.limit_in_bytes = 67108864  # linux.resources.memory.limit
            memory: memory.memsw.limit_in_bytes = 201326592  # linux.resources.memory.swap
            memory: memory.soft_limit_in_bytes = 33554432  # linux.resources.memory.reservation
            memory: memory.kmem.tcp.limit_in_bytes = 4096  # linux.resources.memory.kernelTCP
            memory: memory.oom_control = 1  # linux.resources.memory.disableOOMKiller
            memory: memory.swappiness = 20  # linux.resources.memory.swappiness
            cpu: cpu.rt_period_us = 1000000  # linux.resources.cpu.realtimePeriod
            cpu: cpu.rt_runtime_us = 950000  # linux.resources.cpu.realtimeRuntime
            cpu: cpu.idle = 0  # linux.resources.cpu.idle
            cpu: cpu.shares = 1024  # linux.resources.cpu.shares
            cpu: cpu.cfs_period_us = 100000  # linux.resources.cpu.period
            cpu: cpu.cfs_quota_us = 50000  # linux.resources.cpu.quota
            cpu: cpu.cfs_burst_us = 1000  # linux.resources.cpu.burst
            cpuset: cpuset.cpus = 0-1  # linux.resources.cpu.cpus
            cpuset: cpuset.mems = 0  # linux.resources.cpu.mems
            pids: pids.max = 100  # linux.resources.pids.limit
            blkio: blkio.weight = 500  # linux.resources.blockIO.weight, else blkio.bfq.weight = 500
            blkio: blkio.leaf_weight = 10  # linux.resources.blockIO.leafWeight
            blkio: blkio.weight_device = 8:0 400  # linux.resources.blockIO.weightDevice[0], else blkio.bfq.weight_device = 8:0 400
            blkio: blkio.leaf_weight_device = 8:0 300  # linux.resources.blockIO.weightDevice[0]
            blkio: blkio.throttle.read_bps_device = 8:0 600  # linux.resources.blockIO.throttleReadBpsDevice[0]
            blkio: blkio.throttle.write_iops_device = 8:16 300  # linux.resources.blockIO.throttleWriteIOPSDevice[0]
            hugetlb: hugetlb.2MB.limit_in_bytes = 4096  # linux.resources.hugepageLimits[0]
            hugetlb: hugetlb.2MB.rsvd.limit_in_bytes = 4096  # linux.resources.hugepageLimits[0], if there
            net_cls: net_cls.classid = 1048577  # linux.resources.network.classID
            net_prio: net_prio.ifpriomap = eth0 500  # linux.resources.network.priorities[0]
            rdma: rdma.max = mlx5_1 hca_handle=3 hca_object=10000  # linux.resources.rdma["mlx5_1"]
            """, ResourceWrites.V1(resources));
    }

    [Fact]
    public void EverythingOnV2()
    {
        var resources = Full;
        resources.BlockIo!.WeightDevice = [new() { Major = 8, Minor = 0, Weight = 1000 }];
        resources.Unified = new() { ["memory.high"] = "60000000", ["io.max"] = "8:0 rbps=1\n8:16 rbps=2\n" };
        Snapshot("""
            memory: memory.swap.max = 134217728  # linux.resources.memory.swap
            memory: memory.max = 67108864  # linux.resources.memory.limit
            memory: memory.low = 33554432  # linux.resources.memory.reservation
            cpu: cpu.weight = 100  # linux.resources.cpu.shares
            cpu: cpu.max = 50000 100000  # linux.resources.cpu.quota
            cpu: cpu.max.burst = 1000  # linux.resources.cpu.burst
            cpuset: cpuset.cpus = 0-1  # linux.resources.cpu.cpus
            cpuset: cpuset.mems = 0  # linux.resources.cpu.mems
            pids: pids.max = 100  # linux.resources.pids.limit
            io: io.bfq.weight = 500  # linux.resources.blockIO.weight, else io.weight = default 4950
            io: io.bfq.weight = 8:0 1000  # linux.resources.blockIO.weightDevice[0], else io.weight = 8:0 10000
            io: io.max = 8:0 rbps=600  # linux.resources.blockIO.throttleReadBpsDevice[0]
            io: io.max = 8:16 wiops=300  # linux.resources.blockIO.throttleWriteIOPSDevice[0]
            hugetlb: hugetlb.2MB.max = 4096  # linux.resources.hugepageLimits[0]
            hugetlb: hugetlb.2MB.rsvd.max = 4096  # linux.resources.hugepageLimits[0], if there
            rdma: rdma.max = mlx5_1 hca_handle=3 hca_object=10000  # linux.resources.rdma["mlx5_1"]
            io: io.max = 8:0 rbps=1  # linux.resources.unified["io.max"]
            io: io.max = 8:16 rbps=2  # linux.resources.unified["io.max"]
            memory: memory.high = 60000000  # linux.resources.unified["memory.high"]
            """, ResourceWrites.V2(resources));
    }

    [Fact]
    public void NothingAskedForIsNothingWritten()
    {
        Assert.Empty(ResourceWrites.V1(new()));
        Assert.Empty(ResourceWrites.V2(new() { Memory = new() { Limit = 0, Swap = 0 }, Cpu = new() { Shares = 0, Quota = 0, Period = 0 } }));
    }

    [Theory]
    [InlineData(-1L, null, "memory.swap.max = max  # linux.resources.memory.limit, if there|memory.max = max  # linux.resources.memory.limit")]
    [InlineData(100L, -1L, "memory.swap.max = max  # linux.resources.memory.swap, if there|memory.max = 100  # linux.resources.memory.limit")]
    [InlineData(100L, 100L, "memory.swap.max = 0  # linux.resources.memory.swap, if there|memory.max = 100  # linux.resources.memory.limit")]
    [InlineData(100L, null, "memory.max = 100  # linux.resources.memory.limit")]
    public void SwapOfV2IsWhatIsBeyondMemory(long? limit, long? swap, string expected)
        => Assert.Equal(expected, string.Join('|', ResourceWrites.V2(new() { Memory = new() { Limit = limit, Swap = swap } })));

    [Fact]
    public void UnlimitedMemoryLiftsTheLimitOfBothOnV1()
        => Snapshot("""
            memory: memory.limit_in_bytes = -1  # linux.resources.memory.limit
            memory: memory.memsw.limit_in_bytes = -1  # linux.resources.memory.limit, if there
            """, ResourceWrites.V1(new() { Memory = new() { Limit = -1 } }));

    [Theory]
    [InlineData(0ul, 1ul)]
    [InlineData(2ul, 1ul)]
    [InlineData(100ul, 17ul)]
    [InlineData(512ul, 59ul)]
    [InlineData(1024ul, 100ul)]
    [InlineData(2048ul, 174ul)]
    [InlineData(262144ul, 10000ul)]
    [InlineData(ulong.MaxValue, 10000ul)]
    public void SharesBecomeWeights(ulong shares, ulong weight) => Assert.Equal(weight, V2Cpu.WeightOfShares(shares));

    [Theory]
    [InlineData(50000L, null, "50000")]
    [InlineData(-1L, null, "max")]
    [InlineData(null, 20000ul, "max 20000")]
    [InlineData(-1L, 20000ul, "max 20000")]
    public void CpuMaxIsQuotaAndPeriod(long? quota, ulong? period, string expected)
        => Assert.Equal(expected, Assert.Single(ResourceWrites.V2(new() { Cpu = new() { Quota = quota, Period = period } })).Value);

    [Fact]
    public void AnIdleCgroupHasNoWeight()
    {
        var resources = new LinuxResources { Cpu = new() { Idle = 1, Shares = 512 } };
        Assert.Equal("cpu.idle", Assert.Single(ResourceWrites.V1(resources)).File);
        Assert.Equal("cpu.idle", Assert.Single(ResourceWrites.V2(resources)).File);
    }

    [Theory]
    [InlineData(0L, "1")]
    [InlineData(-1L, "max")]
    [InlineData(7L, "7")]
    public void PidsLimits(long limit, string expected)
        => Assert.Equal(expected, Assert.Single(ResourceWrites.V2(new() { Pids = new() { Limit = limit } })).Value);

    public static TheoryData<string, LinuxResources> OutOfRange => new()
    {
        { "linux.resources.memory.limit: -2 is not -1 or a number of bytes", new() { Memory = new() { Limit = -2 } } },
        { "linux.resources.memory.swap: 5 is memory and swap together, and less than memory.limit (6)", new() { Memory = new() { Limit = 6, Swap = 5 } } },
        { "linux.resources.memory.swap: a limit of memory and swap together needs memory.limit", new() { Memory = new() { Swap = 5 } } },
        { "linux.resources.memory.swappiness: 101 is not from 0 to 100", new() { Memory = new() { Swappiness = 101 } } },
        { "linux.resources.cpu.quota: 999 is not -1 or at least 1000 microseconds", new() { Cpu = new() { Quota = 999 } } },
        { "linux.resources.cpu.period: 1000001 is not from 1000 to 1000000 microseconds", new() { Cpu = new() { Period = 1000001 } } },
        { "linux.resources.cpu.idle: 2 is not 0 or 1", new() { Cpu = new() { Idle = 2 } } },
        { "linux.resources.cpu.cpus: \"0 1\" is not a list such as 0-2,7", new() { Cpu = new() { Cpus = "0 1" } } },
        { "linux.resources.cpu.burst: 2000 is more than cpu.quota (1000)", new() { Cpu = new() { Quota = 1000, Burst = 2000 } } },
        { "linux.resources.blockIO.weightDevice[0]: neither weight nor leafWeight is set", new() { BlockIo = new() { WeightDevice = [new() { Major = 8 }] } } },
        { "linux.resources.blockIO.throttleReadIOPSDevice[0].rate: missing", new() { BlockIo = new() { ThrottleReadIopsDevice = [new() { Major = 8 }] } } },
        { "linux.resources.blockIO.throttleWriteBpsDevice[0]: -1:0 is not a device number", new() { BlockIo = new() { ThrottleWriteBpsDevice = [new() { Major = -1, Rate = 1 }] } } },
        { "linux.resources.hugepageLimits[0].limit: missing", new() { HugepageLimits = [new() { PageSize = "2MB" }] } },
        { "linux.resources.blockIO.weight: 9 is not from 10 to 1000", new() { BlockIo = new() { Weight = 9 } } },
        { "linux.resources.hugepageLimits[0].pageSize: \"../2MB\" is not a size such as 2MB or 1GB", new() { HugepageLimits = [new() { PageSize = "../2MB" }] } },
        { "linux.resources.rdma[\"a b\"]: not a device name", new() { Rdma = new() { ["a b"] = new() { HcaHandles = 1 } } } },
        { "linux.resources.network.priorities[0].name: \"a b\" is not an interface name", new() { Network = new() { Priorities = [new() { Name = "a b" }] } } },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void ValuesOutOfTheirRangeNameTheirField(string message, LinuxResources resources)
    {
        foreach (var compile in new[] { ResourceWrites.V1, ResourceWrites.V2 })
        {
            var e = Assert.Throws<SampanException>(() => compile(resources));
            Assert.Equal(message, e.Message);
            Assert.Equal(ErrorKind.InvalidArgument, e.Kind);
        }
    }

    [Fact]
    public void EveryFaultIsTold()
        => Assert.Equal("linux.resources.memory.limit: -2 is not -1 or a number of bytes; linux.resources.cpu.idle: 2 is not 0 or 1",
            Assert.Throws<SampanException>(() => ResourceWrites.V1(new() { Memory = new() { Limit = -2 }, Cpu = new() { Idle = 2 } })).Message);

    [Theory]
    [InlineData("memory/high")]
    [InlineData("../memory.high")]
    [InlineData(".high")]
    [InlineData("memory")]
    [InlineData("")]
    public void UnifiedNamesAreFileNames(string name)
        => Assert.Equal(ErrorKind.InvalidArgument, Assert.Throws<SampanException>(() => ResourceWrites.V2(new() { Unified = new() { [name] = "1" } })).Kind);

    public static TheoryData<string, LinuxResources> NotOnV2 => new()
    {
        { "linux.resources.memory.disableOOMKiller: ", new() { Memory = new() { DisableOomKiller = true } } },
        { "linux.resources.memory.swappiness: ", new() { Memory = new() { Swappiness = 60 } } },
        { "linux.resources.memory.useHierarchy: ", new() { Memory = new() { UseHierarchy = false } } },
        { "linux.resources.memory.kernelTCP: ", new() { Memory = new() { KernelTcp = 4096 } } },
        { "linux.resources.network.priorities: ", new() { Network = new() { Priorities = [new() { Name = "eth0" }] } } },
        { "linux.resources.cpu.realtimePeriod: ", new() { Cpu = new() { RealtimePeriod = 1 } } },
        { "linux.resources.cpu.realtimeRuntime: ", new() { Cpu = new() { RealtimeRuntime = 1 } } },
        { "linux.resources.network.classID: ", new() { Network = new() { ClassID = 1 } } },
        { "linux.resources.blockIO.leafWeight: ", new() { BlockIo = new() { LeafWeight = 10 } } },
    };

    [Theory]
    [MemberData(nameof(NotOnV2))]
    public void WhatV2LacksIsAnError(string start, LinuxResources resources)
    {
        var e = Assert.Throws<SampanException>(() => ResourceWrites.V2(resources));
        Assert.StartsWith(start, e.Message);
        Assert.Equal(ErrorKind.Unsupported, e.Kind);
    }

    [Fact]
    public void UnifiedNeedsV2()
        => Assert.Equal(ErrorKind.Unsupported, Assert.Throws<SampanException>(() => ResourceWrites.V1(new() { Unified = new() { ["memory.high"] = "1" } })).Kind);
}
