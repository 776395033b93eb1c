using Sampan.Linux;

namespace Sampan.Cgroups;

/// <summary>
/// Device rules as properties of a unit. systemd writes device cgroups anew when it likes: without these it would allow all devices on v1.
/// A rule that it cannot express is missing in them and holds by the cgroup's own files or program alone.
/// </summary>
internal static class UnitDevices
{
    private const string Field = ResourceWrites.Root + ".devices";

    public static List<UnitProperty> Of(DevicePolicy policy)
    {
        var allowed = new List<(string, string)>();
        // "auto" without a list allows all, and there is nothing between that and a list of what is allowed.
        if (!policy.AllowByDefault)
            foreach (var exception in policy.Exceptions)
                if (Name(exception) is { } name)
                    allowed.Add((name, exception.Letters));
        return
        [
            new("DevicePolicy", DBusVariant.Of(policy.AllowByDefault ? "auto" : "strict"), Field),
            new("DeviceAllow", DBusVariant.Of(allowed), Field),
        ];
    }

    private static string? Name(in DeviceException device)
    {
        string type = device.Type == 'b' ? "block" : "char";
        return (device.Major, device.Minor) switch
        {
            (null, null) => $"{type}-*",
            (null, _) => null,
            ({ } major, null) => $"{type}-{major}",
            ({ } major, { } minor) => $"/dev/{type}/{major}:{minor}",
        };
    }
}
