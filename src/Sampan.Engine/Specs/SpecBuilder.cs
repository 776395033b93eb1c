using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>From a container's record to the OCI specification of its process. Pure: the same input, the same specification.</summary>
public static class SpecBuilder
{
    public const string OciVersion = "1.3.0";

    private const string DefaultCgroupParent = "sampan";

    public static Spec Build(SpecInput input)
    {
        var record = input.Record;
        var host = record.HostConfig!;
        var security = SecurityOptions.Parse(host.SecurityOpt);
        bool open = host.Privileged || security.SystemPathsUnconfined;
        return new Spec
        {
            OciVersion = OciVersion,
            Process = SpecProcess.Build(input, security),
            Root = new Root { Path = SpecRoot.Path(record), Readonly = host.ReadonlyRootfs },
            Hostname = host.UTSMode == "host" ? null : record.Config!.Hostname,
            Domainname = host.UTSMode == "host" ? null : record.Config!.Domainname,
            Annotations = host.Annotations,
            Mounts = record.RootMount is { } root ? [root, .. SpecMounts.Build(input)] : SpecMounts.Build(input),
            Linux = new LinuxSpec
            {
                Devices = SpecDevices.Nodes(input),
                UidMappings = record.IdMappings,
                GidMappings = record.IdMappings,
                Sysctl = Sysctls(record),
                CgroupsPath = $"/{(host.CgroupParent ?? DefaultCgroupParent).Trim('/')}/{record.Id}",
                Resources = SpecResources.Build(input),
                RootfsPropagation = SpecRoot.Propagation(record.Mounts!),
                Seccomp = input.Seccomp,
                Namespaces = Namespaces(record, input.Joined),
                MaskedPaths = open ? null : DefaultPaths.Masked,
                ReadonlyPaths = open ? null : DefaultPaths.Readonly,
            },
        };
    }

    private static List<LinuxNamespace> Namespaces(ContainerRecord record, JoinedNamespaces joined)
    {
        var host = record.HostConfig!;
        var list = new List<LinuxNamespace> { new() { Type = "mount" } };
        Unless(host.NetworkMode, "network", joined.Network);
        Unless(host.UTSMode, "uts");
        Unless(host.PidMode, "pid", joined.Pid);
        Unless(host.IpcMode, "ipc", joined.Ipc);
        Unless(host.CgroupnsMode, "cgroup");
        if (record.IdMappings is { Count: > 0 })
            list.Add(new LinuxNamespace { Type = "user" });
        return list;

        void Unless(string? mode, string type, string? path = null)
        {
            if (mode != "host")
                list.Add(new LinuxNamespace { Type = type, Path = path });
        }
    }

    /// <summary>Without CAP_NET_RAW, ping works through ICMP sockets: every group of the container may open them. Only where the network is the container's own.</summary>
    private static Dictionary<string, string>? Sysctls(ContainerRecord record)
    {
        var host = record.HostConfig!;
        var sysctls = new Dictionary<string, string>(StringComparer.Ordinal);
        if (host.NetworkMode != "host" && ContainerMode.Donor(host.NetworkMode) is null)
            sysctls["net.ipv4.ping_group_range"] = $"0 {LastGroup(record.IdMappings)}";
        foreach (var (name, value) in host.Sysctls ?? [])
            sysctls[name] = value;
        return sysctls.Count > 0 ? sysctls : null;
    }

    /// <summary>A range may not end at a group that the user namespace does not map.</summary>
    private static uint LastGroup(List<LinuxIdMapping>? mappings)
    {
        uint last = int.MaxValue;
        foreach (var mapping in mappings ?? [])
            if (mapping.ContainerID == 0)
                last = Math.Min(last, mapping.Size - 1);
        return last;
    }
}
