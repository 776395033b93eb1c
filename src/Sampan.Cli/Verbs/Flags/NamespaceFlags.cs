using Sampan.Cli.Grammar;
using Sampan.Engine;

namespace Sampan.Cli.Verbs.Flags;

/// <summary>What the container shares with the host, and what it is called.</summary>
internal sealed class NamespaceFlags(FlagSet flags)
{
    private readonly TextFlag _hostname = flags.Text("hostname", 'h', "Container host name");
    private readonly TextFlag _domainname = flags.Text("domainname", '\0', "Container NIS domain name");
    private readonly TextFlag _network = flags.Add(new TextFlag("network", '\0', "Network of the container: none, host or container:NAME") { Aliases = ["net"], OneDash = ["net"] });
    private readonly TextFlag _userns = flags.Text("userns", '\0', "User namespace: host, auto, remap, or container-id:host-id:size");
    private readonly TextFlag _uts = flags.Text("uts", '\0', "UTS namespace to use: host");
    private readonly TextFlag _ipc = flags.Text("ipc", '\0', "IPC mode to use: private, shareable, none, host or container:NAME");
    private readonly TextFlag _pid = flags.Text("pid", '\0', "PID namespace to use: host or container:NAME");
    private readonly TextFlag _cgroupns = flags.Text("cgroupns", '\0', "Cgroup namespace to use: host or private");
    private readonly ListFlag _sysctl = flags.List("sysctl", '\0', "Sysctl options of the container's namespaces");

    public void Apply(ContainerSettings config, HostConfig host)
    {
        config.Hostname = _hostname.Value;
        config.Domainname = _domainname.Value;
        host.NetworkMode = _network.Value;
        host.UsernsMode = _userns.Value;
        host.UTSMode = _uts.Value;
        host.IpcMode = _ipc.Value;
        host.PidMode = _pid.Value;
        host.CgroupnsMode = _cgroupns.Value;
        foreach (string sysctl in _sysctl.Values)
        {
            int equals = sysctl.IndexOf('=');
            if (equals <= 0)
                throw new FlagException($"invalid argument \"{sysctl}\" for \"--sysctl\" flag: want name=value");
            (host.Sysctls ??= [])[sysctl[..equals]] = sysctl[(equals + 1)..];
        }
    }
}
