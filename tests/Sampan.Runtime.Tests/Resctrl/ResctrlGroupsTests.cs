using Sampan.Oci;
using Sampan.Runtime;
using Xunit;

namespace Sampan.Runtime.Tests.Resctrl;

/// <summary>Against directories that look like resctrl: few processors have it. What the kernel does by itself (a new class has its files at once) they do not.</summary>
public sealed class ResctrlGroupsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("resctrl").FullName;

    public ResctrlGroupsTests() => File.WriteAllText(In(".", "schemata"), "");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string In(params string[] names) => Path.Combine([_root, .. names]);

    private void Class(string name, string schemata)
    {
        Directory.CreateDirectory(In(name, "mon_groups"));
        File.WriteAllText(In(name, "schemata"), schemata);
    }

    private static string Refusal(ResctrlGroups groups) => Assert.Throws<SampanException>(groups.Make).Message;

    [Fact]
    public void A_class_of_its_own_is_named_after_the_container_and_goes_with_it()
    {
        var groups = new ResctrlGroups(new LinuxIntelRdt(), "c1", _root);
        Assert.Equal([In("c1")], groups.Own);
        groups.Make();
        Assert.True(Directory.Exists(In("c1")));
        ResctrlGroups.Remove([In("c1")]);
        Assert.False(Directory.Exists(In("c1")));
        ResctrlGroups.Remove([In("c1")]);                   // gone already
    }

    [Fact]
    public void A_class_that_was_there_stays()
    {
        Class("c1", "");
        Assert.Empty(new ResctrlGroups(new LinuxIntelRdt(), "c1", _root).Own);
        Class("gold", "");
        var groups = new ResctrlGroups(new LinuxIntelRdt { ClosID = "gold" }, "c1", _root);
        Assert.Empty(groups.Own);
        groups.Make();
        groups.Undo();
        Assert.True(Directory.Exists(In("gold")));
        Assert.Equal("", File.ReadAllText(In("gold", "schemata")));  // nothing asked for, nothing written
    }

    [Fact]
    public void A_named_class_without_a_schema_must_be_there()
    {
        Assert.Equal($"linux.intelRdt.closID: there is no class \"gold\" in {_root}, and without a schema none is made", Refusal(new ResctrlGroups(new LinuxIntelRdt { ClosID = "gold" }, "c1", _root)));
        Assert.False(Directory.Exists(In("gold")));
    }

    [Fact]
    public void Schemata_are_written_last_in_one_go()
    {
        Class("gold", "    MB:0=100;1=70\n    L3:0=7ff;1=7f0\n");
        new ResctrlGroups(new LinuxIntelRdt { ClosID = "gold", L3CacheSchema = "L3:1=07F0;0=7ff", MemBwSchema = "MB:1=70", Schemata = ["L2:0=f", "MB:0=20"] }, "c1", _root).Make();
        Assert.Equal("L3:1=07F0;0=7ff\nMB:1=70\nL2:0=f\nMB:0=20\n", File.ReadAllText(In("gold", "schemata")));
    }

    [Theory]
    [InlineData("L3:0=7f0", null, "l3CacheSchema: \"L3:0=7f0\"")]
    [InlineData("L3:2=7ff", null, "l3CacheSchema: \"L3:2=7ff\"")]
    [InlineData("L3CODE:0=7ff", null, "l3CacheSchema: \"L3CODE:0=7ff\"")]
    [InlineData("L3:0=7ff", "MB:0=10", "memBwSchema: \"MB:0=10\"")]
    public void Other_shares_than_a_class_has_are_an_error(string l3, string? bandwidth, string why)
    {
        Class("gold", "    MB:0=100\n    L3:0=7ff;1=7ff\n");
        Assert.Equal($"linux.intelRdt.{why} is not what the class \"gold\" has: MB:0=100, L3:0=7ff;1=7ff",
            Refusal(new ResctrlGroups(new LinuxIntelRdt { ClosID = "gold", L3CacheSchema = l3, MemBwSchema = bandwidth }, "c1", _root)));
        Assert.Equal("    MB:0=100\n    L3:0=7ff;1=7ff\n", File.ReadAllText(In("gold", "schemata")));
    }

    [Fact]
    public void The_default_class_is_the_root_and_its_monitoring_group_goes_with_the_container()
    {
        Directory.CreateDirectory(In("mon_groups"));
        var groups = new ResctrlGroups(new LinuxIntelRdt { ClosID = "/", EnableMonitoring = true }, "c1", _root);
        Assert.Equal([In("mon_groups", "c1")], groups.Own);
        groups.Make();
        Assert.True(Directory.Exists(In("mon_groups", "c1")));
        groups.Undo();
        Assert.False(Directory.Exists(In("mon_groups", "c1")));
    }

    [Fact]
    public void A_process_enters_both_and_a_change_is_written()
    {
        Class("gold", "    MB:0=100\n");
        Directory.CreateDirectory(In("gold", "mon_groups", "c1"));
        string[] tasks = [In("gold", "tasks"), In("gold", "mon_groups", "c1", "tasks")];
        foreach (string file in tasks)
            File.WriteAllText(file, "");
        new ResctrlGroups(new LinuxIntelRdt { ClosID = "gold", EnableMonitoring = true }, "c1", _root).Enter(42);
        Assert.Equal(["42", "42"], tasks.Select(File.ReadAllText));
        new ResctrlGroups(new LinuxIntelRdt { ClosID = "gold", MemBwSchema = "MB:0=10" }, "c1", _root).Change();
        Assert.Equal("MB:0=10\n", File.ReadAllText(In("gold", "schemata")));
    }

    [Fact]
    public void What_it_knows_of_a_container_is_told_as_runc_tells_it()
    {
        Class("gold", "    MB:0=20;1=70\n    L3:0=7f0;1=1f\n");
        File.WriteAllText(In("schemata"), "    MB:0=100;1=100\n    L3:0=7ff;1=7ff\n");
        foreach (var (file, text) in new[] { ("info/L3/cbm_mask", "7ff"), ("info/L3/min_cbm_bits", "1"), ("info/L3/num_closids", "16"), ("info/MB/bandwidth_gran", "10"), ("info/MB/delay_linear", "1"),
            ("info/MB/min_bandwidth", "10"), ("info/MB/num_closids", "8"), ("info/L3_MON/mon_features", "llc_occupancy\nmbm_total_bytes\nmbm_local_bytes"),
            ("gold/mon_groups/c1/mon_data/mon_L3_01/llc_occupancy", "Unavailable"), ("gold/mon_groups/c1/mon_data/mon_L3_00/llc_occupancy", "65536"),
            ("gold/mon_groups/c1/mon_data/mon_L3_00/mbm_total_bytes", "300"), ("gold/mon_groups/c1/mon_data/mon_L3_00/mbm_local_bytes", "200") })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(In(file))!);
            File.WriteAllText(In(file), text + "\n");
        }
        Assert.Equal("""
            {"l3_cache_info":{"cbm_mask":"7ff","min_cbm_bits":1,"num_closids":16},"l3_cache_schema_root":"L3:0=7ff;1=7ff","l3_cache_schema":"L3:0=7f0;1=1f",
            "mem_bw_info":{"bandwidth_gran":10,"delay_linear":1,"min_bandwidth":10,"num_closids":8},"mem_bw_schema_root":"MB:0=100;1=100","mem_bw_schema":"MB:0=20;1=70",
            "schemata":["MB:0=20;1=70","L3:0=7f0;1=1f"],"mbm_stats":[{"mbm_total_bytes":300,"mbm_local_bytes":200},{"mbm_total_bytes":0,"mbm_local_bytes":0}],
            "cmt_stats":[{"llc_occupancy":65536},{"llc_occupancy":0}]}
            """.ReplaceLineEndings(""),
            System.Text.Encoding.UTF8.GetString(EventIntelRdt.Of(new LinuxIntelRdt { ClosID = "gold", EnableMonitoring = true }, "c1", _root).ToJson()));
        Assert.Equal("{}", System.Text.Encoding.UTF8.GetString(EventIntelRdt.Of(null, "c1", _root).ToJson()));
    }

    [Fact]
    public void A_monitoring_group_goes_before_its_class()
        => Assert.Equal([In("c1", "mon_groups", "c1"), In("c1")], new ResctrlGroups(new LinuxIntelRdt { EnableMonitoring = true }, "c1", _root).Own);

    [Fact]
    public void What_the_kernel_says_is_in_the_error_and_nothing_is_left()
    {
        Directory.CreateDirectory(In("info"));
        File.WriteAllText(In("info", "last_cmd_status"), "Missing L3 cache\n");
        // No file of that name comes into being here, which is refusal enough.
        string message = Refusal(new ResctrlGroups(new LinuxIntelRdt { ClosID = "gold", Schemata = ["L3:0=1"] }, "c1", _root));
        Assert.StartsWith("linux.intelRdt: open ", message);
        Assert.EndsWith(" (Missing L3 cache)", message);
        Assert.False(Directory.Exists(In("gold")));
    }
}
