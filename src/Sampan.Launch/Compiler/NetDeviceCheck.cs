using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>What is wrong with linux.netDevices whatever the host: runtime-spec 1.3, config-linux.md, "Network Devices".</summary>
internal static class NetDeviceCheck
{
    public static void All(LinuxSpec? linux, List<string> faults)
    {
        if (linux?.NetDevices is not { Count: > 0 } devices)
            return;
        if (linux.Namespaces?.Exists(static ns => ns.Type == "network") != true)
            faults.Add("linux.netDevices: need a network namespace");
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, device) in devices)
        {
            string field = $"linux.netDevices.{name}";
            if (!Link.IsValidName(name))
                faults.Add($"{field}: \"{name}\" is not a name of a network device");
            string inside = device.Name is { Length: > 0 } other ? other : name;
            // The kernel knows one placeholder, and takes no other percent sign in a name it is to give.
            int percent = inside.IndexOf('%');
            bool pattern = percent >= 0 && percent + 1 < inside.Length && inside[percent + 1] == 'd' && inside.LastIndexOf('%') == percent;
            if (inside != name && (!Link.IsValidName(inside) || (percent >= 0 && !pattern)))
                faults.Add($"{field}.name: \"{inside}\" is not a name of a network device, nor one with a %d in it");
            else if (!pattern && !taken.TryAdd(inside, name))
                faults.Add($"{field}: {taken[inside]} is to be called {inside} as well");
        }
    }
}
