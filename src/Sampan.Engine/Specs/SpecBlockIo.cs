using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>"linux.resources.blockIO" of the specification: devices by their numbers.</summary>
internal static class SpecBlockIo
{
    public static LinuxBlockIo? Build(HostConfig host, EngineFacts facts)
    {
        var io = new LinuxBlockIo
        {
            Weight = host.BlkioWeight,
            WeightDevice = host.BlkioWeightDevice?.ConvertAll(device => new LinuxWeightDevice
            {
                Major = facts.BlockDevices[device.Path!].Major, Minor = facts.BlockDevices[device.Path!].Minor, Weight = device.Weight,
            }),
            ThrottleReadBpsDevice = Throttled(host.BlkioDeviceReadBps),
            ThrottleWriteBpsDevice = Throttled(host.BlkioDeviceWriteBps),
            ThrottleReadIopsDevice = Throttled(host.BlkioDeviceReadIOps),
            ThrottleWriteIopsDevice = Throttled(host.BlkioDeviceWriteIOps),
        };
        bool any = io.Weight is not null || io.WeightDevice is not null || io.ThrottleReadBpsDevice is not null || io.ThrottleWriteBpsDevice is not null
            || io.ThrottleReadIopsDevice is not null || io.ThrottleWriteIopsDevice is not null;
        return any ? io : null;

        List<LinuxThrottleDevice>? Throttled(List<ThrottleDevice>? devices) => devices?.ConvertAll(device => new LinuxThrottleDevice
        {
            Major = facts.BlockDevices[device.Path!].Major, Minor = facts.BlockDevices[device.Path!].Minor, Rate = device.Rate ?? 0,
        });
    }

    /// <summary>The devices that limits name.</summary>
    public static IEnumerable<string> Paths(HostConfig host)
    {
        foreach (var device in host.BlkioWeightDevice ?? [])
            yield return device.Path!;
        foreach (var list in (List<ThrottleDevice>?[])[host.BlkioDeviceReadBps, host.BlkioDeviceWriteBps, host.BlkioDeviceReadIOps, host.BlkioDeviceWriteIOps])
            foreach (var device in list ?? [])
                yield return device.Path!;
    }
}
