using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Runtime;

/// <summary>What this runtime knows: runtime-spec 1.3, features.md. Says yes to nothing that a container would then not get.</summary>
public static class RuntimeFeatures
{
    public static Features Describe(string version) => new()
    {
        OciVersionMin = "1.0.0",
        OciVersionMax = "1.3.0",
        Hooks = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"],
        MountOptions = MountOptionNames.Known(),
        Linux = new LinuxFeatures
        {
            Namespaces = ["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"],
            Capabilities = CapabilityNames(),
            Cgroup = new CgroupFeatures { V1 = true, V2 = true, Systemd = true, SystemdUser = true, Rdma = true },
            Seccomp = new SeccompFeatures
            {
                Enabled = true,
                Actions = ["SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO", "SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP"],
                Operators = ["SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_LE", "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE"],
                Archs = ArchNames(),
                KnownFlags = Flags(),
                SupportedFlags = HostProbe.KernelVersion() < new Version(5, 19) ? Flags()[..^1] : Flags(),
            },
            Apparmor = new EnabledFeature { Enabled = true },
            Selinux = new EnabledFeature { Enabled = true },
            IntelRdt = new IntelRdtFeatures { Enabled = true, Schemata = true, Monitoring = true },
            MemoryPolicy = new MemoryPolicyFeatures { Modes = [.. PlacementSteps.Modes], Flags = [.. PlacementSteps.Flags] },
            MountExtensions = new MountExtensions { Idmap = new EnabledFeature { Enabled = true } },
            NetDevices = new EnabledFeature { Enabled = true },
        },
        // What CRIU is told by its configuration file, and what systemd is told of the unit.
        PotentiallyUnsafeConfigAnnotations = ["org.criu.config", "org.systemd.property."],
        Annotations = new() { ["io.sampan.runtime.version"] = version },
    };

    // The last of them: Linux 5.19.
    private static List<string> Flags() => ["SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"];

    private static List<string> CapabilityNames()
    {
        var names = new List<string>(Capabilities.Last + 1);
        for (var capability = (Capability)0; (int)capability <= Capabilities.Last; capability++)
            names.Add(Capabilities.Name(capability));
        return names;
    }

    private static List<string> ArchNames()
    {
        var names = new List<string>();
        for (var arch = SeccompArch.X86_64; arch <= SeccompArch.SHEB; arch++)
            names.Add(arch.Name());
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
