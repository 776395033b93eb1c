using Sampan.Oci;

namespace Sampan.Engine;

/// <summary>"process" of the specification.</summary>
internal static class SpecProcess
{
    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static Process Build(SpecInput input, SecurityOptions security)
    {
        var record = input.Record;
        var (config, host) = (record.Config!, record.HostConfig!);
        return new Process
        {
            Terminal = config.Tty,
            User = UserOf(input.User, config.Umask),
            Args = host.Init == true ? InitProgram.Before(record.Command!) : record.Command,
            Env = Environment(config, config.Tty, input.User.Home, config.Env),
            Cwd = string.IsNullOrEmpty(config.WorkingDir) ? "/" : config.WorkingDir,
            Capabilities = Capabilities(CapabilityNames.Choose(host.Privileged, host.CapAdd, host.CapDrop, input.Facts.Capabilities), input.User.Uid),
            Rlimits = Rlimits(host.Ulimits, input.Facts),
            NoNewPrivileges = security.NoNewPrivileges,
            ApparmorProfile = security.AppArmorProfile,
            OomScoreAdj = host.OomScoreAdj,
        };
    }

    /// <summary>The defaults, then what image and user set, a later value of a name in the place of an earlier one.</summary>
    /// <param name="container">Whose name it has and what of the defaults it does without.</param>
    public static List<string> Environment(ContainerSettings container, bool tty, string home, List<string>? set)
    {
        var env = new List<string> { DefaultPath };
        if (!string.IsNullOrEmpty(container.Hostname))
            env.Add($"HOSTNAME={container.Hostname}");
        if (tty)
            env.Add("TERM=xterm");
        if (container.UnsetEnvAll)
            env.Clear();
        foreach (string name in container.UnsetEnv ?? [])
            EnvironmentList.Set(env, name);
        foreach (string entry in set ?? [])
            EnvironmentList.Set(env, entry);
        // Never left out: without it the launcher would look it up itself, as runc does.
        if (!EnvironmentList.Has(env, "HOME"))
            env.Add($"HOME={home}");
        return env;
    }

    /// <param name="umask">Octal; null: the launcher's, 022.</param>
    public static User UserOf(UserIdentity user, string? umask) => new()
    {
        Uid = user.Uid, Gid = user.Gid, AdditionalGids = user.Groups.Count > 0 ? user.Groups : null, Umask = umask is null ? null : Convert.ToUInt32(umask, 8),
    };

    /// <summary>
    /// Root holds what it may; another user starts with nothing, and at most regains it through a file that grants it.
    /// Inheritable stays empty: with it, any file's inheritable set would come into play (CVE-2022-24769).
    /// </summary>
    public static LinuxCapabilities Capabilities(List<string> chosen, uint uid)
    {
        List<string> held = uid == 0 ? chosen : [];
        return new LinuxCapabilities { Bounding = chosen, Effective = held, Permitted = held, Inheritable = [], Ambient = [] };
    }

    /// <summary>Limits the user names are kept as they are. Defaults are lowered to what this machine allows.</summary>
    private static List<PosixRlimit> Rlimits(List<Ulimit>? set, EngineFacts facts)
    {
        var limits = new List<PosixRlimit>();
        foreach (var ulimit in set ?? [])
            limits.Add(new PosixRlimit { Type = $"RLIMIT_{ulimit.Name!.ToUpperInvariant()}", Soft = Kernel(ulimit.Soft), Hard = Kernel(ulimit.Hard) });
        // A low soft limit, as systemd has it: programs that close every possible descriptor stay quick, and those that need more raise it.
        Default("RLIMIT_NOFILE", 1024, Math.Min(524288, facts.OpenFilesLimit));
        Default("RLIMIT_NPROC", Math.Min(4194304, facts.ProcessesLimit), Math.Min(4194304, facts.ProcessesLimit));
        return limits;

        void Default(string type, ulong soft, ulong hard)
        {
            if (!limits.Exists(limit => limit.Type == type))
                limits.Add(new PosixRlimit { Type = type, Soft = Math.Min(soft, hard), Hard = hard });
        }
    }

    private static ulong Kernel(long limit) => limit < 0 ? ulong.MaxValue : (ulong)limit;
}
