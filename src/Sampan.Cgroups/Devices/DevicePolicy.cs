using Sampan.Oci;

namespace Sampan.Cgroups;

/// <summary>What may be done with a device node; the bits of BPF_DEVCG_ACC_* in linux/bpf.h.</summary>
[Flags]
public enum DeviceAccess
{
    None = 0, Mknod = 1, Read = 2, Write = 4, All = 7,
}

/// <summary>Devices to which the default of a <see cref="DevicePolicy"/> does not apply.</summary>
/// <param name="Type">c or b.</param>
/// <param name="Major">null: every one.</param>
/// <param name="Minor">null: every one.</param>
/// <param name="Rule">The index in <c>linux.resources.devices</c> that made it.</param>
public readonly record struct DeviceException(char Type, uint? Major, uint? Minor, DeviceAccess Access, int Rule)
{
    /// <summary>As devices.allow and devices.deny take it: <c>c 1:* rwm</c>.</summary>
    public override string ToString() => $"{Type} {Major?.ToString() ?? "*"}:{Minor?.ToString() ?? "*"} {Letters}";

    internal string Letters => string.Concat(
        Access.HasFlag(DeviceAccess.Read) ? "r" : "", Access.HasFlag(DeviceAccess.Write) ? "w" : "", Access.HasFlag(DeviceAccess.Mknod) ? "m" : "");

    internal bool SameDevices(in DeviceException other) => Type == other.Type && Major == other.Major && Minor == other.Minor;

    internal bool Covers(in DeviceException other) => (Major is null || Major == other.Major) && (Minor is null || Minor == other.Minor);

    internal bool Overlaps(in DeviceException other) => Type == other.Type && (Access & other.Access) != 0
        && (Major is null || other.Major is null || Major == other.Major) && (Minor is null || other.Minor is null || Minor == other.Minor);
}

/// <summary>
/// The rules of <c>linux.resources.devices</c>, each of which applies on top of those before it, folded into one default with exceptions,
/// which is what cgroup v1 keeps and what the BPF program for v2 tests. Nothing is allowed that no rule allows.
/// </summary>
/// <remarks>
/// runtime-spec 1.3, config-linux.md, "Allowed Device list";
/// <see href="https://docs.kernel.org/admin-guide/cgroup-v1/devices.html">Documentation/admin-guide/cgroup-v1/devices.rst</see>.
/// </remarks>
public sealed class DevicePolicy
{
    private const string Field = ResourceWrites.Root + ".devices";

    private DevicePolicy(bool allowByDefault, List<DeviceException> exceptions) => (AllowByDefault, Exceptions) = (allowByDefault, exceptions);

    public bool AllowByDefault { get; }

    /// <summary>Denied where the default allows, allowed where it denies.</summary>
    public IReadOnlyList<DeviceException> Exceptions { get; }

    /// <exception cref="SampanException">
    /// A malformed rule, or one that takes back a part of what another gave as a whole (allow <c>c *:*</c>, then deny <c>c 1:3</c>):
    /// the kernel would drop such a rule in silence.
    /// </exception>
    public static DevicePolicy Of(IReadOnlyList<LinuxDeviceCgroup>? rules)
    {
        bool allow = false;
        var exceptions = new List<DeviceException>();
        for (int i = 0; i < (rules?.Count ?? 0); i++)
        {
            var rule = rules![i];
            string type = string.IsNullOrEmpty(rule.Type) ? "a" : rule.Type;
            if (type is not ("a" or "b" or "c"))
                throw new SampanException(ErrorKind.InvalidArgument, $"{Field}[{i}].type: \"{type}\" is not a, b or c");
            uint? major = Number(rule.Major, i, "major"), minor = Number(rule.Minor, i, "minor");
            var access = Access(rule.Access, i);
            if (type == "a" && major is null && minor is null && access == DeviceAccess.All)
            {
                allow = rule.Allow;
                exceptions.Clear();
                continue;
            }
            // The kernel's "a" takes no numbers and no part of the access.
            if (type is "a" or "b")
                Apply(exceptions, rule.Allow != allow, new('b', major, minor, access, i));
            if (type is "a" or "c")
                Apply(exceptions, rule.Allow != allow, new('c', major, minor, access, i));
        }
        return new(allow, exceptions);
    }

    /// <summary>As writes into a v1 cgroup: everything is denied, or allowed, before the exceptions.</summary>
    public List<CgroupWrite> V1Writes()
    {
        var writes = new List<CgroupWrite>(1 + Exceptions.Count) { new("devices", AllowByDefault ? "devices.allow" : "devices.deny", "a", Field) };
        foreach (var exception in Exceptions)
            writes.Add(new("devices", AllowByDefault ? "devices.deny" : "devices.allow", exception.ToString(), $"{Field}[{exception.Rule}]"));
        return writes;
    }

    private static void Apply(List<DeviceException> exceptions, bool add, in DeviceException rule)
    {
        for (int i = 0; i < exceptions.Count; i++)
        {
            var old = exceptions[i];
            if (add && old.SameDevices(rule))
            {
                exceptions[i] = old with { Access = old.Access | rule.Access };
                return;
            }
            if (add || !old.Overlaps(rule))
                continue;
            if (!rule.Covers(old))
                throw new SampanException(ErrorKind.Unsupported, $"{Field}[{rule.Rule}]: takes back a part of {Field}[{old.Rule}] ({old}), which device cgroups cannot express");
            exceptions[i] = old with { Access = old.Access & ~rule.Access };
        }
        if (add)
            exceptions.Add(rule);
        else
            exceptions.RemoveAll(static e => e.Access == DeviceAccess.None);
    }

    private static uint? Number(long? number, int rule, string name) => number switch
    {
        null or -1 => null,
        >= 0 and <= uint.MaxValue => (uint)number,
        _ => throw new SampanException(ErrorKind.InvalidArgument, $"{Field}[{rule}].{name}: {number} is not -1 or a device number"),
    };

    private static DeviceAccess Access(string? letters, int rule)
    {
        if (string.IsNullOrEmpty(letters))
            return DeviceAccess.All;
        var access = DeviceAccess.None;
        foreach (char letter in letters)
            access |= letter switch
            {
                'r' => DeviceAccess.Read,
                'w' => DeviceAccess.Write,
                'm' => DeviceAccess.Mknod,
                _ => DeviceAccess.None, // as runc, whose callers have got away with more letters
            };
        return access != DeviceAccess.None ? access : throw new SampanException(ErrorKind.InvalidArgument, $"{Field}[{rule}].access: \"{letters}\" is not made of r, w and m");
    }
}
