using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v1/blkio-controller.html">Documentation/admin-guide/cgroup-v1/blkio-controller.rst</see>,
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v2.html#io">Documentation/admin-guide/cgroup-v2.rst, "IO"</see>.
/// </summary>
internal static class BlockIo
{
    private const string Field = ResourceWrites.Root + ".blockIO";

    public static void AddV1(List<CgroupWrite> writes, LinuxBlockIo? io)
    {
        if (io is null)
            return;
        // The weights belong to the I/O scheduler: CFQ's files until 5.0, BFQ's since.
        if (io.Weight is { } weight and not 0)
            writes.Add(new("blkio", "blkio.weight", $"{weight}", $"{Field}.weight") { Otherwise = new("blkio", "blkio.bfq.weight", $"{weight}", $"{Field}.weight") });
        if (io.LeafWeight is { } leaf and not 0)
            writes.Add(new("blkio", "blkio.leaf_weight", $"{leaf}", $"{Field}.leafWeight"));
        for (int i = 0; i < (io.WeightDevice?.Count ?? 0); i++)
        {
            var device = io.WeightDevice![i];
            string field = $"{Field}.weightDevice[{i}]", number = $"{device.Major}:{device.Minor}";
            if (device.Weight is { } w and not 0)
                writes.Add(new("blkio", "blkio.weight_device", $"{number} {w}", field) { Otherwise = new("blkio", "blkio.bfq.weight_device", $"{number} {w}", field) });
            if (device.LeafWeight is { } l and not 0)
                writes.Add(new("blkio", "blkio.leaf_weight_device", $"{number} {l}", field));
        }
        Throttle(io.ThrottleReadBpsDevice, "throttleReadBpsDevice", "blkio.throttle.read_bps_device");
        Throttle(io.ThrottleWriteBpsDevice, "throttleWriteBpsDevice", "blkio.throttle.write_bps_device");
        Throttle(io.ThrottleReadIopsDevice, "throttleReadIOPSDevice", "blkio.throttle.read_iops_device");
        Throttle(io.ThrottleWriteIopsDevice, "throttleWriteIOPSDevice", "blkio.throttle.write_iops_device");

        void Throttle(List<LinuxThrottleDevice>? devices, string name, string file)
        {
            for (int i = 0; i < (devices?.Count ?? 0); i++)
                writes.Add(new("blkio", file, $"{devices![i].Major}:{devices[i].Minor} {devices[i].Rate ?? 0}", $"{Field}.{name}[{i}]"));
        }
    }

    public static void AddV2(List<CgroupWrite> writes, LinuxBlockIo? io)
    {
        if (io is null)
            return;
        if (io.LeafWeight is not (null or 0))
            throw new SampanException(ErrorKind.Unsupported, $"{Field}.leafWeight: cgroup v2 has no weight of leaves");
        // BFQ's file takes the specification's 10 to 1000 as it is; the general one, where a host has it instead, runs from 1 to 10000.
        if (io.Weight is { } weight and not 0)
            writes.Add(new("io", "io.bfq.weight", $"{weight}", $"{Field}.weight") { Otherwise = new("io", "io.weight", $"default {Scale(weight)}", $"{Field}.weight") });
        for (int i = 0; i < (io.WeightDevice?.Count ?? 0); i++)
        {
            var device = io.WeightDevice![i];
            string field = $"{Field}.weightDevice[{i}]", number = $"{device.Major}:{device.Minor}";
            if (device.LeafWeight is not (null or 0))
                throw new SampanException(ErrorKind.Unsupported, $"{field}.leafWeight: cgroup v2 has no weight of leaves");
            if (device.Weight is { } w and not 0)
                writes.Add(new("io", "io.bfq.weight", $"{number} {w}", field) { Otherwise = new("io", "io.weight", $"{number} {Scale(w)}", field) });
        }
        Throttle(io.ThrottleReadBpsDevice, "throttleReadBpsDevice", "rbps");
        Throttle(io.ThrottleWriteBpsDevice, "throttleWriteBpsDevice", "wbps");
        Throttle(io.ThrottleReadIopsDevice, "throttleReadIOPSDevice", "riops");
        Throttle(io.ThrottleWriteIopsDevice, "throttleWriteIOPSDevice", "wiops");

        void Throttle(List<LinuxThrottleDevice>? devices, string name, string key)
        {
            for (int i = 0; i < (devices?.Count ?? 0); i++)
            {
                string rate = devices![i].Rate is null or 0 ? "max" : $"{devices[i].Rate}";
                writes.Add(new("io", "io.max", $"{devices[i].Major}:{devices[i].Minor} {key}={rate}", $"{Field}.{name}[{i}]"));
            }
        }
    }

    /// <summary>10..1000 to 1..10000, in a straight line, as runc and crun do.</summary>
    private static ulong Scale(uint weight) => 1 + (weight - 10UL) * 9999 / 990;
}
