using Sampan.Linux;
using Sampan.Runtime.Monitoring;

namespace Sampan.Engine;

/// <summary>What can be said against a request before anything is made.</summary>
internal static class RequestValidation
{
    /// <summary>Bytes: less than this and the kernel kills the launcher itself.</summary>
    private const long LeastMemory = 6 << 20;

    /// <exception cref="SampanException">The first fault, in words that show what was asked.</exception>
    public static void Check(CreateRequest request)
    {
        var (config, host) = (request.Config, request.HostConfig);
        if (request.Name is not null)
            ContainerNames.Check(request.Name);
        else if (request.Replace)
            throw Invalid("cannot replace a container without a name: give --name");
        Security(host);
        CapabilityNames.Choose(host.Privileged, host.CapAdd, host.CapDrop, ulong.MaxValue);
        Network(host);
        if (host.AutoRemove && host.Restart.Kind != RestartKind.No)
            throw Invalid("conflicting options: cannot specify both --restart and --rm");
        CheckRestart(host);
        LogOptions.Of(host);
        NamespaceValidation.Check(config, host);
        CheckLimits(host);
        foreach (var mount in host.Mounts ?? [])
            MountCheck.Check(mount);
        foreach (var (path, options) in host.Tmpfs ?? [])
            TmpfsText.Check(path, options);
        if (config.Hostname is { Length: > 64 })
            throw Invalid($"invalid hostname {config.Hostname}: longer than 64 characters");
        if (host.OomScoreAdj is < -1000 or > 1000)
            throw Invalid($"invalid value {host.OomScoreAdj}, range for oom score adj is [-1000, 1000]");
    }

    /// <summary>The restart policy, of a container that is to be made or to be changed.</summary>
    /// <remarks>
    /// The monitor starts the container again by the specification it has, which names the other's namespaces by its process id: by then another process,
    /// of the host perhaps, may have that, and its namespaces would be joined.
    /// </remarks>
    public static void CheckRestart(HostConfig host)
    {
        if (host.Restart.Kind == RestartKind.No)
            return;
        foreach (var (flag, mode) in (ReadOnlySpan<(string, string?)>)[("network", host.NetworkMode), ("pid", host.PidMode), ("ipc", host.IpcMode)])
            if (ContainerMode.Donor(mode) is not null)
                throw new SampanException(ErrorKind.Unsupported, $"--restart with --{flag} {mode}: a container in another one's namespaces cannot be started again without it, leave out --restart");
    }

    /// <summary>Limits, of a container that is to be made or to be changed.</summary>
    public static void CheckLimits(HostConfig host)
    {
        Memory(host);
        Cpu(host);
        LimitValidation.Check(host);
    }

    /// <summary>The same for what the image had a say in.</summary>
    public static void CheckMerged(ContainerSettings config)
    {
        if (!string.IsNullOrEmpty(config.WorkingDir) && !config.WorkingDir.StartsWith('/'))
            throw Invalid($"the working directory '{config.WorkingDir}' is invalid, it needs to be an absolute path");
        if (config.StopSignal is { Length: > 0 } signal)
            SignalNames.Parse(signal);
        HealthChecks.Check(config);
        ServiceNotification.Parse(config);
    }

    private static void Security(HostConfig host)
    {
        var security = SecurityOptions.Parse(host.SecurityOpt);
        if (security.SeccompProfile is not null)
            SeccompChoice.Of(host);
        // Where it is off they mean nothing, as with Docker.
        if (security.Label is { } label && Sys.Statx(At.AT_FDCWD, "/sys/fs/selinux/enforce", out _) == 0)
            throw new SampanException(ErrorKind.Unsupported, $"--security-opt {label}: SELinux is on, and its labels are not supported, only label=disable");
    }

    private static void Network(HostConfig host)
    {
        if (host.NetworkMode is not (null or "" or "none" or "host") && ContainerMode.Donor(host.NetworkMode) is null)
            throw new SampanException(ErrorKind.Unsupported, $"network {host.NetworkMode} not found: this sampan has the networks none, host and container:NAME");
        if (host.NetworkMode != "host")
            return;
        foreach (string name in host.Sysctls?.Keys ?? Enumerable.Empty<string>())
            if (name.StartsWith("net.", StringComparison.Ordinal))
                throw Invalid($"sysctl {name} would change the host: the container shares its network (--network host)");
    }

    private static void Memory(HostConfig host)
    {
        long memory = host.Memory ?? 0, swap = host.MemorySwap ?? 0, reservation = host.MemoryReservation ?? 0;
        if (memory < 0 || memory is > 0 and < LeastMemory)
            throw Invalid("minimum memory limit allowed is 6MB");
        if (swap < -1)
            throw Invalid($"invalid memory-swap limit {swap}: want a size, or -1 for no limit");
        if (memory == 0 && swap > 0)
            throw Invalid("a memory-swap limit needs a memory limit too (--memory)");
        if (memory > 0 && swap > 0 && swap < memory)
            throw Invalid("minimum memory-swap limit should be larger than memory limit: it holds both together");
        if (reservation < 0 || (memory > 0 && reservation > memory))
            throw Invalid("minimum memory limit can not be less than memory reservation limit");
    }

    private static void Cpu(HostConfig host)
    {
        if (host.NanoCpus is > 0 && host.CpuPeriod is > 0)
            throw Invalid("conflicting options: --cpus and --cpu-period cannot both be set");
        if (host.NanoCpus is > 0 && host.CpuQuota is > 0)
            throw Invalid("conflicting options: --cpus and --cpu-quota cannot both be set");
        if (host.NanoCpus is > 0 and < 10_000_000 || host.NanoCpus > System.Environment.ProcessorCount * 1_000_000_000L)
            throw Invalid($"range of CPUs is from 0.01 to {System.Environment.ProcessorCount}.00, as there are only {System.Environment.ProcessorCount} CPUs available");
        if (host.CpuShares is < 0)
            throw Invalid($"invalid CPU shares {host.CpuShares}: want a positive number");
        if (host.CpuPeriod is not (null or 0) and (< 1000 or > 1_000_000))
            throw Invalid("CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
        if (host.CpuQuota is > 0 and < 1000)
            throw Invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
        CpuList(host.CpusetCpus, "cpuset-cpus");
        CpuList(host.CpusetMems, "cpuset-mems");
    }

    /// <summary><c>0-3,5</c>: cpuset(7), "List format".</summary>
    private static void CpuList(string? list, string flag)
    {
        foreach (string part in list is null or "" ? [] : list.Split(','))
        {
            int dash = part.IndexOf('-');
            string first = dash < 0 ? part : part[..dash], last = dash < 0 ? part : part[(dash + 1)..];
            if (!Ids.TryParse(first, out uint from) || !Ids.TryParse(last, out uint to) || from > to)
                throw Invalid($"invalid value {list} for --{flag}: want a list such as 0-3,5");
        }
    }

    private static SampanException Invalid(string message) => new(ErrorKind.InvalidArgument, message);
}
