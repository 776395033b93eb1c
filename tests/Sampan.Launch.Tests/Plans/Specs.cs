using Sampan.Launch;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch.Tests.Plans;

/// <summary>Specifications and hosts for the plans.</summary>
internal static class Specs
{
    public static Spec Small(params string[] namespaces) => new()
    {
        OciVersion = "1.3.0",
        Root = new Root { Path = "rootfs" },
        Process = new Process { Args = ["sh"], Cwd = "/", Env = ["PATH=/bin"], User = new User(), NoNewPrivileges = true, Capabilities = All() },
        Linux = new LinuxSpec { Namespaces = [.. namespaces.Select(static type => new LinuxNamespace { Type = type })] },
    };

    // Every bounding capability kept: a plan without 41 lines that say the same.
    public static LinuxCapabilities All()
    {
        List<string> all = [.. Enumerable.Range(0, Capabilities.Last + 1).Select(static c => Capabilities.Name((Capability)c))];
        return new LinuxCapabilities { Bounding = all, Permitted = ["CAP_CHOWN"], Effective = ["CAP_CHOWN"] };
    }

    /// <summary>A profile that leaves mkdir to an agent.</summary>
    public static LinuxSeccomp Notifying(params string[] flags) => new()
    {
        DefaultAction = "SCMP_ACT_ALLOW", Flags = [.. flags], ListenerPath = "/run/agent.sock", ListenerMetadata = "for c1",
        Syscalls = [new LinuxSyscall { Names = ["mkdir"], Action = "SCMP_ACT_NOTIFY" }],
    };

    public static ulong Without(Capability capability) => ulong.MaxValue & ~(1UL << (int)capability);

    public static HostFacts Host(params (string Path, HostPathKind Kind)[] paths) => new()
    {
        Kernel = new Version(6, 18),
        Paths = paths.ToDictionary(static p => p.Path, static p => p.Kind),
    };

    public static LaunchPlan Compile(Spec spec, HostFacts? host = null, bool waitForStart = false)
        => LaunchCompiler.Launch(new LaunchRequest { Spec = spec, ID = "c1", Rootfs = "/bundle/rootfs", WaitForStart = waitForStart }, host ?? Host());
}
