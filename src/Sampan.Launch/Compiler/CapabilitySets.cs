using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>The five sets as masks. Without <c>capabilities</c> a process has none: what is not given is not there.</summary>
/// <remarks>What cannot be given is left out with a warning, as runtime-spec 1.3, config.md, "Linux Process" wants it: a newer engine's list must start on an
/// older kernel, and one for a powerful host in a container. What one set lacks the others cannot have: capset(2), capabilities(7).</remarks>
internal sealed class CapabilitySets
{
    public ulong Bounding { get; private init; }

    public ulong Effective { get; private init; }

    public ulong Permitted { get; private init; }

    public ulong Inheritable { get; private init; }

    public ulong Ambient { get; private init; }

    public ulong WithAdmin => 1UL << (int)Capability.CAP_SYS_ADMIN;

    /// <param name="available">What the launcher can give.</param>
    public static CapabilitySets Parse(LinuxCapabilities? sets, string field, ulong available, List<string> warnings)
    {
        ulong bounding = Mask(sets?.Bounding, $"{field}.bounding", available, "not to be had here", warnings);
        ulong permitted = Mask(sets?.Permitted, $"{field}.permitted", available, "not to be had here", warnings);
        ulong inheritable = Mask(sets?.Inheritable, $"{field}.inheritable", available & bounding, "not in the bounding set", warnings);
        return new CapabilitySets
        {
            Bounding = bounding,
            Permitted = permitted,
            Inheritable = inheritable,
            Effective = Mask(sets?.Effective, $"{field}.effective", available & permitted, "not permitted", warnings),
            Ambient = Mask(sets?.Ambient, $"{field}.ambient", available & permitted & inheritable, "not both permitted and inheritable", warnings, "can't raise ambient capability "),
        };
    }

    private static ulong Mask(List<string>? names, string field, ulong allowed, string why, List<string> warnings, string words = "")
    {
        ulong mask = 0;
        List<string>? unknown = null, refused = null;
        foreach (string name in names ?? [])
        {
            int capability = Capabilities.Parse(name);
            if (capability < 0)
                (unknown ??= []).Add(name);
            else if ((allowed >> capability & 1) == 0)
                (refused ??= []).Add(name);
            else
                mask |= 1UL << capability;
        }
        if (unknown is not null)
            warnings.Add($"{field}: {string.Join(", ", unknown)}: no known capability, left out");
        if (refused is not null)
            warnings.Add($"{field}: {words}{string.Join(", ", refused)}: {why}, left out");
        return mask;
    }
}
