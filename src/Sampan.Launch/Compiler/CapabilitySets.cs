using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>The five sets as masks. Without <c>capabilities</c> a process has none: what is not given is not there.</summary>
internal sealed class CapabilitySets
{
    public ulong Bounding { get; private init; }

    public ulong Effective { get; private init; }

    public ulong Permitted { get; private init; }

    public ulong Inheritable { get; private init; }

    public ulong Ambient { get; private init; }

    public ulong WithAdmin => 1UL << (int)Capability.CAP_SYS_ADMIN;

    public static CapabilitySets Parse(LinuxCapabilities? sets, string field, int last) => new()
    {
        Bounding = Mask(sets?.Bounding, $"{field}.bounding", last),
        Effective = Mask(sets?.Effective, $"{field}.effective", last),
        Permitted = Mask(sets?.Permitted, $"{field}.permitted", last),
        Inheritable = Mask(sets?.Inheritable, $"{field}.inheritable", last),
        Ambient = Mask(sets?.Ambient, $"{field}.ambient", last),
    };

    // Unknown names are left out, as runtime-spec 1.3 wants it ("runtimes ... SHOULD ... log a warning"): a newer engine's list must start on an older kernel.
    private static ulong Mask(List<string>? names, string field, int last)
    {
        ulong mask = 0;
        foreach (string name in names ?? [])
        {
            int capability = Capabilities.Parse(name);
            if (capability < 0 && !name.StartsWith("CAP_", StringComparison.Ordinal))
                throw Compilation.Invalid(field, $"\"{name}\" is not a capability (want a name such as CAP_CHOWN)");
            if (capability >= 0 && capability <= last)
                mask |= 1UL << capability;
        }
        return mask;
    }
}
