using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>Devices a container may always use: runtime-spec 1.3, config-linux.md, "Default Devices"; appended to the rules of the specification.</summary>
internal static class DefaultDevices
{
    public static LinuxResources With(LinuxResources? resources)
    {
        var given = resources ?? new LinuxResources();
        return new LinuxResources
        {
            Devices = [.. given.Devices ?? [], .. Rules()],
            Memory = given.Memory, Cpu = given.Cpu, Pids = given.Pids, BlockIo = given.BlockIo, HugepageLimits = given.HugepageLimits,
            Network = given.Network, Rdma = given.Rdma, Unified = given.Unified,
        };
    }

    private static LinuxDeviceCgroup[] Rules() =>
    [
        // Making a node gives no access to the device.
        Allow("c", null, null, "m"), Allow("b", null, null, "m"),
        Allow("c", 1, 3), Allow("c", 1, 5), Allow("c", 1, 7), Allow("c", 1, 8), Allow("c", 1, 9),
        Allow("c", 5, 0), Allow("c", 5, 2), Allow("c", 136, null),
        Allow("c", 10, 200), // /dev/net/tun: not in the specification, but in runc, and VPNs in containers count on it
    ];

    private static LinuxDeviceCgroup Allow(string type, long? major, long? minor, string access = "rwm")
        => new() { Allow = true, Type = type, Major = major, Minor = minor, Access = access };
}
