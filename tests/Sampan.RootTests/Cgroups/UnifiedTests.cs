using System.Text;
using Sampan.Cgroups;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Cgroups;

/// <summary>cgroup v2 by itself: on a hybrid host, its hierarchy without controllers stands for one.</summary>
[DiffersByHost]
public sealed class UnifiedTests : CgroupTest
{
    private CgroupHost V2
    {
        get
        {
            Machine.RequireUnified();
            return CgroupHost.From(ProcCgroup.Parse("0::/\n"u8), CgroupMount.Parse(Encoding.UTF8.GetBytes($"1 1 0:1 / {Probed.Unified!.MountPoint} rw - cgroup2 cgroup2 rw\n")));
        }
    }

    [Fact]
    public void Devices_are_denied_by_a_program()
    {
        var cgroup = Create(host: V2);
        Assert.True(cgroup.IsV2);
        var shell = Shell(cgroup, $"""
            echo works > /dev/null
            head -c1 /dev/zero > /dev/null
            if (: < /dev/full) 2>/dev/null; then echo full opened; fi
            if mknod {InWork("full")} c 1 7 2>/dev/null; then echo full made; fi
            mknod {InWork("null")} c 1 3
            echo done
            """);
        Assert.Equal("done\n", shell.Finish().Succeeds().Stdout);
    }

    [Fact]
    public void The_program_denies_what_is_excepted_from_all()
    {
        var cgroup = Create(new() { Devices = [new() { Allow = true, Access = "rwm" }, new() { Allow = false, Type = "c", Major = 1, Minor = 7, Access = "w" }] }, host: V2);
        Shell(cgroup, ": < /dev/full; if (: > /dev/full) 2>/dev/null; then exit 1; fi; : > /dev/null").Finish().Succeeds();
    }

    [Fact]
    public void A_limit_without_its_controller_names_the_field_and_leaves_nothing()
    {
        Machine.RequireCgroupV1("memory");
        var e = Assert.Throws<SampanException>(() => Create(new() { Memory = new() { Limit = 1 << 26 } }, host: V2, name: "/below"));
        Assert.Equal(ErrorKind.Unsupported, e.Kind);
        Assert.StartsWith("linux.resources.memory.limit: ", e.Message);
        Assert.Contains("memory controller", e.Message);
        Assert.False(Directory.Exists($"{Probed.Unified!.MountPoint}/{Token}"));
    }

    [Fact]
    public void It_counts_processor_time_without_controllers()
    {
        var cgroup = Create(host: V2);
        Shell(cgroup, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done").Finish().Succeeds();
        Assert.InRange(cgroup.Stats().Cpu!.Usage, 1_000_000ul, 60_000_000_000ul);
    }
}
