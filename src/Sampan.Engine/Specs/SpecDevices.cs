using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>Devices of the specification: nodes in /dev, and who may be opened. The launcher adds the usual six and their rules itself.</summary>
internal static class SpecDevices
{
    public static List<LinuxDevice>? Nodes(SpecInput input) => input.Facts.HostDevices.Count > 0 ? input.Facts.HostDevices : null;

    public static List<LinuxDeviceCgroup> Rules(SpecInput input)
    {
        var host = input.Record.HostConfig!;
        if (host.Privileged)
            return [new LinuxDeviceCgroup { Allow = true, Access = "rwm" }];
        // Deny first: a list of what is allowed means nothing without it.
        var rules = new List<LinuxDeviceCgroup> { new() { Allow = false, Access = "rwm" } };
        foreach (var device in input.Facts.HostDevices)
            rules.Add(new LinuxDeviceCgroup
            {
                Allow = true, Type = device.Type, Major = device.Major, Minor = device.Minor,
                Access = host.Devices?.Find(mapping => mapping.PathInContainer == device.Path)?.CgroupPermissions ?? "rwm",
            });
        foreach (string rule in host.DeviceCgroupRules ?? [])
            rules.Add(DeviceRule.Parse(rule));
        return rules;
    }
}
