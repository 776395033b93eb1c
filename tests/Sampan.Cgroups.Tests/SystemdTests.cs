using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Cgroups.Tests;

public sealed class SystemdTests
{
    [Theory]
    [InlineData("machine.slice:libpod:abc", "/machine.slice/libpod-abc.scope")]
    [InlineData("a-b-c.slice:p:n", "/a.slice/a-b.slice/a-b-c.slice/p-n.scope")]
    [InlineData("-.slice:p:n", "/p-n.scope")]
    [InlineData(":p:n", "/system.slice/p-n.scope")]
    [InlineData(null, "/system.slice/sampan-c1.scope")]
    public void A_path_names_a_unit(string? path, string directory) => Assert.Equal(directory, UnitName.Of(path, "c1", "system.slice").Path);

    [Theory]
    [InlineData("/a/b")]
    [InlineData("a.slice:b")]
    [InlineData("a:b:c")]
    [InlineData("a--b.slice:p:n")]
    [InlineData("-a.slice:p:n")]
    [InlineData("../a.slice:p:n")]
    [InlineData("a.slice:p:../../x")]
    [InlineData("a.slice:p:")]
    [InlineData("a.slice:p:a-pod.slice")]
    public void Another_path_does_not(string path)
        => Assert.StartsWith("linux.cgroupsPath: ", Assert.Throws<SampanException>(() => UnitName.Of(path, "c1", "system.slice")).Message);

    [Theory]
    [InlineData("0", "01")]
    [InlineData("1,3-5", "3A")]
    [InlineData("0-8", "FF01")]
    [InlineData("15", "0080")]
    public void Lists_of_cpus_become_bits(string list, string bits) => Assert.Equal(bits, Convert.ToHexString(CpuSetBits.Of(list, "f")));

    [Theory]
    [InlineData("3-1")]
    [InlineData("x")]
    [InlineData("4000000000")]
    public void What_is_no_list_is_refused(string list) => Assert.StartsWith("f: ", Assert.Throws<SampanException>(() => CpuSetBits.Of(list, "f")).Message);

    [Fact]
    public void Resources_become_properties_on_v2() => Assert.Equal(
        [
            "MemoryMax 67108864 linux.resources.memory.limit", "MemoryLow 1024 linux.resources.memory.reservation", "MemorySwapMax 1048576 linux.resources.memory.swap",
            "CPUWeight 59 linux.resources.cpu.shares", "CPUQuotaPeriodUSec 100000 linux.resources.cpu.period", "CPUQuotaPerSecUSec 510000 linux.resources.cpu.quota",
            "TasksMax 1 linux.resources.pids.limit", "MemoryHigh 18446744073709551615 linux.resources.unified[\"memory.high\"]",
        ],
        Numbers(new()
        {
            Memory = new() { Limit = 64 << 20, Reservation = 1024, Swap = 65 << 20 }, Cpu = new() { Shares = 512, Quota = 50001, Period = 100000 }, Pids = new() { Limit = 0 },
            Unified = new() { ["memory.high"] = "max", ["hugetlb.2MB.max"] = "0" },
        }, v2: true, 252));

    [Fact]
    public void An_old_systemd_gets_what_it_knows() => Assert.Equal(
        ["MemoryLimit 1024 linux.resources.memory.limit", "CPUShares 512 linux.resources.cpu.shares", "CPUQuotaPerSecUSec 18446744073709551615 linux.resources.cpu.quota"],
        Numbers(new() { Memory = new() { Limit = 1024 }, Cpu = new() { Shares = 512, Quota = -1, Period = 5000, Cpus = "0" } }, v2: false, 219));

    private static List<string> Numbers(LinuxResources resources, bool v2, int version) => UnitResources.Of(resources, v2, version).ConvertAll(property =>
    {
        var writer = new DBusWriter();
        property.Value.Write(writer);
        return $"{property.Name} {BitConverter.ToUInt64(writer.Written)} {property.Field}";
    });
}
