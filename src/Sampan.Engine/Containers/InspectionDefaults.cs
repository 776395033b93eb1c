using System.Text.Json;
using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>
/// Fields that Docker's inspect has whether anything was asked for or not: tools look them up without asking whether they are there. The value of one that a record
/// leaves out is Docker's for nothing: null, false, 0, an empty string, list or object.
/// </summary>
internal static class InspectionDefaults
{
    // After each name what it is when nothing is said: n null, f false, 0, s "", l [], o {}.
    private static readonly string[] s_host =
    [
        "Binds n", "ContainerIDFile s", "PortBindings o", "VolumeDriver s", "VolumesFrom n", "CapAdd n", "CapDrop n", "Dns l", "DnsOptions l", "DnsSearch l", "ExtraHosts n", "GroupAdd n",
        "Cgroup s", "Links n", "OomScoreAdj 0", "PublishAllPorts f", "SecurityOpt n", "Isolation s", "CpuShares 0", "Memory 0", "NanoCpus 0", "CgroupParent s", "BlkioWeight 0",
        "BlkioWeightDevice l", "BlkioDeviceReadBps l", "BlkioDeviceWriteBps l", "BlkioDeviceReadIOps l", "BlkioDeviceWriteIOps l", "CpuPeriod 0", "CpuQuota 0", "CpuRealtimePeriod 0",
        "CpuRealtimeRuntime 0", "CpusetCpus s", "CpusetMems s", "Devices l", "DeviceCgroupRules n", "DeviceRequests n", "MemoryReservation 0", "MemorySwap 0", "MemorySwappiness n",
        "OomKillDisable n", "PidsLimit n", "Ulimits l", "CpuCount 0", "CpuPercent 0", "IOMaximumIOps 0", "IOMaximumBandwidth 0",
    ];

    private static readonly string[] s_config = ["Env l", "Cmd n", "Volumes n", "Entrypoint n", "OnBuild n", "Labels o"];

    private static readonly string[] s_network =
    [
        "Bridge s", "SandboxID s", "SandboxKey s", "Ports o", "HairpinMode f", "LinkLocalIPv6Address s", "LinkLocalIPv6PrefixLen 0", "SecondaryIPAddresses n", "SecondaryIPv6Addresses n",
        "EndpointID s", "Gateway s", "GlobalIPv6Address s", "GlobalIPv6PrefixLen 0", "IPAddress s", "IPPrefixLen 0", "IPv6Gateway s", "MacAddress s",
    ];

    private static readonly string[] s_endpoint =
    [
        "IPAMConfig n", "Links n", "Aliases n", "MacAddress s", "DriverOpts n", "NetworkID s", "EndpointID s", "Gateway s", "IPAddress s", "IPPrefixLen 0", "IPv6Gateway s",
        "GlobalIPv6Address s", "GlobalIPv6PrefixLen 0", "DNSNames n",
    ];

    public static void Host(JsonMap map, HostConfig host)
    {
        map.Part("HostConfig", part =>
        {
            var names = Write(part, host, s_host);
            if (!names.Contains("LogConfig"))
                part.Part("LogConfig", static log =>
                {
                    log.Put("Type", "local");
                    Fill(log, [], ["Config o"]);
                });
            if (!names.Contains("RestartPolicy"))
                part.Part("RestartPolicy", static policy =>
                {
                    policy.Put("Name", "no");
                    Fill(policy, [], ["MaximumRetryCount 0"]);
                });
            if (!names.Contains("ShmSize"))
            {
                long? size = 64 << 20;
                part.Number("ShmSize", ref size);
            }
            if (!names.Contains("Runtime"))
                part.Put("Runtime", "sampan-runtime");
            List<int>? size80 = [0, 0];
            part.Numbers("ConsoleSize", ref size80);
            if (host.Privileged)
                Fill(part, [], ["MaskedPaths n", "ReadonlyPaths n"]);
            else
            {
                part.List("MaskedPaths", DefaultPaths.Masked);
                part.List("ReadonlyPaths", DefaultPaths.Readonly);
            }
        });
    }

    public static void Config(JsonMap map, ContainerSettings config) => map.Part("Config", part => Write(part, config, s_config));

    /// <summary>As long as there are no networks to have addresses in: the name of the mode, and nothing.</summary>
    public static void Network(JsonMap map, HostConfig host) => map.Part("NetworkSettings", settings =>
    {
        Fill(settings, [], s_network);
        settings.Part("Networks", networks => networks.Part(string.IsNullOrEmpty(host.NetworkMode) ? "none" : host.NetworkMode, static endpoint => Fill(endpoint, [], s_endpoint)));
    });

    private static HashSet<string> Write(JsonMap map, OciObject document, string[] defaults)
    {
        document.Map(map);
        // What was written is known from the document alone: the records say it by leaving out.
        using var written = JsonDocument.Parse(document.ToJson());
        var names = written.RootElement.EnumerateObject().Select(static p => p.Name).ToHashSet(StringComparer.Ordinal);
        Fill(map, names, defaults);
        return names;
    }

    private static void Fill(JsonMap map, HashSet<string> written, string[] defaults)
    {
        foreach (string one in defaults)
        {
            string name = one[..^2];
            if (written.Contains(name))
                continue;
            switch (one[^1])
            {
                case 'n':
                    map.Null(name);
                    break;
                case 'f':
                    bool no = false;
                    map.Always(name, ref no);
                    break;
                case '0':
                    int zero = 0;
                    map.Always(name, ref zero);
                    break;
                case 's':
                    map.Put(name, "");
                    break;
                case 'l':
                    map.List(name, []);
                    break;
                default:
                    map.Part(name, static _ => { });
                    break;
            }
        }
    }
}
