using System.Globalization;
using System.Runtime.InteropServices;
using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// What a process is given before execve, the same for a container's first process and for exec's. Source: runtime-spec 1.3, config.md, "Process".
/// </summary>
internal sealed class ProcessSteps(OperationList child, Process process, HostFacts facts, bool inUserNamespace, string field, List<string> warnings)
{
    private readonly CapabilitySets _capabilities = CapabilitySets.Parse(process.Capabilities, $"{field}.capabilities",
        inUserNamespace ? facts.KnownCapabilities : facts.KnownCapabilities & facts.Capabilities, warnings);

    /// <summary>What is executed, where that is not the first argument.</summary>
    public string? Program { get; init; }

    /// <summary>Whether the environment stays as it is, without a HOME if it has none.</summary>
    public bool PlainEnvironment { get; init; }

    /// <summary>Opens the working directory as the container's root sees it; then goes there once the root is switched.</summary>
    /// <param name="kind">Whether it is made when missing.</param>
    /// <remarks>By a descriptor and without magic links: <c>/proc/self/fd/7</c> must not lead to a directory of the host (CVE-2024-21626).</remarks>
    public static void WorkingDirectory(OperationList child, Process process, string field, Slot root, TargetKind kind)
    {
        string cwd = process.Cwd!;
        if (!cwd.StartsWith('/'))
            throw Compilation.Invalid($"{field}.cwd", $"\"{cwd}\" is not an absolute path");
        child.For($"{field}.cwd", cwd);
        child.Special(OpCode.OpenTarget, root, child.Text(MountSteps.Clean(cwd)), (int)kind, Compilation.InRoot, 0x1ED).Into(Slot.Cwd);
    }

    /// <summary>oom_score_adj(5), while the process has the launcher's privileges: lowering it takes CAP_SYS_RESOURCE of the host.</summary>
    public static void OomScore(LaunchPlan plan, int? score, List<LinuxNamespace>? namespaces)
    {
        if (score is null)
            return;
        // Born into a user namespace, the process has no moment in which it could.
        bool asStranger = namespaces?.Exists(static ns => ns.Type == "user" && string.IsNullOrEmpty(ns.Path)) == true;
        if (asStranger)
        {
            plan.OomScoreAdj = score;
            return;
        }
        plan.Child.For("process.oomScoreAdj");
        Compilation.WriteHostFile(plan.Child, "/proc/self/oom_score_adj", score.Value.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>A session keyring of its own, so that keys of the host cannot be read: keyctl(2).</summary>
    public void Session(string? id)
    {
        child.For($"{field}.cwd", process.Cwd!);
        child.Call(SyscallNumber.fchdir, Slot.Cwd);
        // It was opened by its name; somebody may have moved it away since.
        child.Special(OpCode.InsideRoot);
        if (id is null)
            return;
        const int KEYCTL_JOIN_SESSION_KEYRING = 1;
        child.For("(launch)", "session keyring");
        child.Call(SyscallNumber.keyctl, KEYCTL_JOIN_SESSION_KEYRING, child.Text("_ses." + id)).Tolerate(Errno.ENOSYS, Errno.EDQUOT);
    }

    /// <summary>Resource limits: setrlimit(2).</summary>
    /// <param name="parent">Operations of the launcher: in a user namespace the process may not raise a hard limit, but it inherits the launcher's.</param>
    public void Limits(OperationList parent)
    {
        int seen = 0;
        for (int i = 0; i < (process.Rlimits?.Count ?? 0); i++)
        {
            var limit = process.Rlimits![i];
            string at = $"{field}.rlimits[{i}]";
            int resource = Rlimits.Parse(limit.Type!);
            if (resource < 0)
                throw Compilation.Invalid($"{at}.type", $"\"{limit.Type}\" is not a resource limit");
            if ((seen & 1 << resource) != 0)
                throw Compilation.Invalid($"{at}.type", $"{limit.Type} is there twice");
            seen |= 1 << resource;
            ulong hard = limit.Hard ?? throw Compilation.Invalid($"{at}.hard", "missing");
            ulong soft = limit.Soft ?? throw Compilation.Invalid($"{at}.soft", "missing");
            if (soft > hard)
                throw Compilation.Invalid(at, $"{limit.Type}: the soft limit {soft} is above the hard limit {hard}");
            if (facts.Limits.TryGetValue(resource, out var now) && hard > now.rlim_max)
            {
                if (!facts.RaisesLimits)
                    throw new SampanException(ErrorKind.PermissionDenied, $"{at}: {limit.Type}: this machine allows at most {now.rlim_max}, and raising it needs CAP_SYS_RESOURCE");
                parent.For(at, limit.Type!);
                parent.Call(SyscallNumber.prlimit64, 0, resource, parent.Data.Struct(new rlimit64 { rlim_cur = now.rlim_cur, rlim_max = hard }), 0);
            }
            child.For(at, limit.Type!);
            child.Call(SyscallNumber.prlimit64, 0, resource, child.Data.Struct(new rlimit64 { rlim_cur = soft, rlim_max = hard }), 0);
        }
    }

    /// <summary>User, groups, capabilities, no_new_privs, and which descriptors survive.</summary>
    public void Identity(LinuxSeccomp? seccomp, int preserveFds)
    {
        var user = process.User ?? new User();
        child.For("(launch)", "descriptors from " + (3 + preserveFds));
        child.Call(SyscallNumber.close_range, 3 + preserveFds, uint.MaxValue, 4); // CLOSE_RANGE_CLOEXEC
        if (process.NoNewPrivileges)
        {
            child.For($"{field}.noNewPrivileges");
            child.Call(SyscallNumber.prctl, PrctlOption.PR_SET_NO_NEW_PRIVS, 1);
        }
        Stdio(user);
        child.For($"{field}.capabilities.bounding");
        for (int capability = 0; capability <= facts.LastCapability; capability++)
        {
            if ((_capabilities.Bounding >> capability & 1) == 0)
                child.Call(SyscallNumber.prctl, PrctlOption.PR_CAPBSET_DROP, capability);
        }
        Ids(user);
        // Without no_new_privs a filter may be set only by who has CAP_SYS_ADMIN: kept until then, given up right after.
        ulong kept = seccomp is not null && !process.NoNewPrivileges ? _capabilities.WithAdmin : 0;
        child.For($"{field}.capabilities");
        CapSet(_capabilities.Effective | kept, _capabilities.Permitted | kept);
        if (_capabilities.Ambient == 0)
            return;
        child.For($"{field}.capabilities.ambient");
        for (int capability = 0; capability <= facts.LastCapability; capability++)
        {
            if ((_capabilities.Ambient >> capability & 1) != 0)
                child.Call(SyscallNumber.prctl, PrctlOption.PR_CAP_AMBIENT, PrCapAmbient.PR_CAP_AMBIENT_RAISE, capability);
        }
    }

    // A user who is not root could write to a pipe it was given, but not open /dev/stdout. Pipes only: a device is not ours to give away.
    private void Stdio(User user)
    {
        if (user.Uid == 0 || process.Terminal)
            return;
        child.For($"{field}.user", "stdio");
        foreach (int fd in facts.StdioPipes)
            child.Call(SyscallNumber.fchown, fd, user.Uid, -1).Tolerate(Errno.EPERM, Errno.EINVAL);
    }

    private void Ids(User user)
    {
        child.For($"{field}.user");
        if (user.Uid != 0)
            child.Call(SyscallNumber.prctl, PrctlOption.PR_SET_KEEPCAPS, 1);
        var groups = CollectionsMarshal.AsSpan(user.AdditionalGids ?? []);
        var call = child.Call(SyscallNumber.setgroups, groups.Length, child.Data.Blob(MemoryMarshal.AsBytes(groups)));
        // A namespace that an ordinary user has made for himself may not allow it: he could leave a group that is denied something. user_namespaces(7).
        if (groups.Length == 0 && (facts.Nested || !facts.Privileged))
            call.Tolerate(Errno.EPERM);
        child.Call(SyscallNumber.setresgid, user.Gid, user.Gid, user.Gid);
        child.Call(SyscallNumber.setresuid, user.Uid, user.Uid, user.Uid);
        if (user.Umask is { } umask)
            child.Call(SyscallNumber.umask, umask);
    }

    private void CapSet(ulong effective, ulong permitted)
    {
        Span<uint> data =
        [
            (uint)effective, (uint)permitted, (uint)_capabilities.Inheritable,
            (uint)(effective >> 32), (uint)(permitted >> 32), (uint)(_capabilities.Inheritable >> 32),
        ];
        const ulong Version3ThisProcess = 0x20080522;
        child.Call(SyscallNumber.capset, child.Data.Struct(Version3ThisProcess), child.Data.Blob(MemoryMarshal.AsBytes(data)));
    }

    /// <summary>Looks for the program while the launcher can still say that it is missing.</summary>
    public void FindExecutable()
    {
        var candidates = Candidates();
        child.For($"{field}.args", Program ?? process.Args![0]);
        child.Special(OpCode.FindExecutable, candidates.Count, child.Data.Pointers(candidates));
    }

    /// <summary>Signals as a new program expects them, the filter, and execve(2).</summary>
    public void Execute(LinuxSeccomp? seccomp, Func<LinuxSeccomp, SeccompProgram> filter)
    {
        Signals(child);
        if (seccomp is not null)
        {
            SeccompSteps.Load(child, seccomp, filter, facts);
            if (!process.NoNewPrivileges && (_capabilities.Permitted & _capabilities.WithAdmin) == 0)
            {
                child.For($"{field}.capabilities");
                CapSet(_capabilities.Effective, _capabilities.Permitted);
            }
        }
        var candidates = Candidates();
        child.For($"{field}.args", Program ?? process.Args![0]);
        child.Special(OpCode.Exec, candidates.Count, child.Data.Pointers(candidates), child.Data.Pointers(process.Args!), child.Data.Pointers(Environment()));
    }

    /// <summary>Default dispositions and an empty mask.</summary>
    public static void Signals(OperationList child)
    {
        child.For("(launch)", "signals");
        // .NET ignores SIGPIPE; clone3 reset the handlers, but what is ignored stays ignored across execve.
        child.Call(SyscallNumber.rt_sigaction, 13, child.Data.Blob(new byte[32]), 0, 8);
        child.Call(SyscallNumber.rt_sigprocmask, 2, child.Data.Struct(0UL), 0, 8); // SIG_SETMASK
    }

    private List<string> Environment()
    {
        // As runc: of a name that is there twice the last counts, and an empty HOME is none.
        var environment = new List<string>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = (process.Env?.Count ?? 0) - 1; i >= 0; i--)
        {
            string entry = process.Env![i];
            if (names.Add(entry[..entry.IndexOf('=')]) && entry != "HOME=")
                environment.Add(entry);
        }
        environment.Reverse();
        if (!PlainEnvironment && !environment.Exists(static e => e.StartsWith("HOME=", StringComparison.Ordinal)))
            environment.Add("HOME=" + facts.Home);
        return environment;
    }

    private List<string> Candidates()
    {
        string name = Program ?? process.Args![0];
        if (name.Contains('/'))
            return [name];
        string path = process.Env?.FindLast(static e => e.StartsWith("PATH=", StringComparison.Ordinal))?[5..] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return [.. path.Split(':').Where(static directory => directory.StartsWith('/')).Select(directory => directory.TrimEnd('/') + "/" + name)];
    }
}
