using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// The AppArmor profile and the SELinux labels of a process: told to the kernel early, in force from execve(2) on. Source: proc_pid_attr(5); runtime-spec 1.3,
/// config.md, "Linux Process".
/// </summary>
/// <remarks>
/// Before any namespace is entered: /proc is the host's own then, and nothing an image plants there, or mounts over it, can swallow the profile
/// (CVE-2019-16884, CVE-2025-52881). What was written outlives fork(2), changes of namespaces and of ids, and ends with execve.
/// Before no_new_privs and the seccomp filter too, which might forbid the write.
/// </remarks>
internal static class ConfinementSteps
{
    private const string ExecAttribute = "/proc/self/attr/exec";
    private const string KeyAttribute = "/proc/self/attr/keycreate";

    /// <param name="child">The first operations of the process.</param>
    /// <param name="process">Of the specification, or the one to be started by exec.</param>
    /// <param name="container">The container's first process, whose profile and label those of exec have that name none; null: none.</param>
    /// <param name="keyring">Whether the process gets a session keyring, to be labelled as it is.</param>
    /// <exception cref="SampanException">The host has not enabled the security module.</exception>
    public static void Choose(OperationList child, HostFacts facts, Process process, Process? container, bool keyring)
    {
        if (AppArmorOf(process, container) is { } profile)
            AppArmor(child, facts, profile);
        if (SELinuxOf(process, container) is not { } label)
            return;
        if (!facts.SELinux)
            throw NeedsSELinux("process.selinuxLabel", label);
        child.For("process.selinuxLabel", label);
        if (keyring)
            Compilation.WriteHostFile(child, KeyAttribute, label);
        Compilation.WriteHostFile(child, ExecAttribute, label);
    }

    public static string? AppArmorOf(Process process, Process? container) => FirstOf(process.ApparmorProfile, container?.ApparmorProfile);

    public static string? SELinuxOf(Process process, Process? container) => FirstOf(process.SelinuxLabel, container?.SelinuxLabel);

    /// <summary><c>linux.mountLabel</c>: the context of new file systems; null: none asked for.</summary>
    /// <exception cref="SampanException">The host has not enabled SELinux.</exception>
    public static string? MountLabel(LinuxSpec linux, HostFacts facts)
    {
        if (linux.MountLabel is not { Length: > 0 } label)
            return null;
        return facts.SELinux ? label : throw NeedsSELinux("linux.mountLabel", label);
    }

    private static void AppArmor(OperationList child, HostFacts facts, string profile)
    {
        if (facts.AppArmorExec is null)
        {
            // Which every process is without AppArmor.
            if (profile == "unconfined")
                return;
            throw new SampanException(ErrorKind.Unsupported,
                $"process.apparmorProfile: \"{profile}\": AppArmor is not enabled on this host (boot it with apparmor=1 security=apparmor, or ask for no profile)");
        }
        child.For("process.apparmorProfile", profile);
        Compilation.WriteHostFile(child, facts.AppArmorExec, "exec " + profile);
    }

    private static SampanException NeedsSELinux(string field, string label)
        => new(ErrorKind.Unsupported, $"{field}: \"{label}\": SELinux is not enabled on this host (boot it with selinux=1 security=selinux and a policy, or ask for no label)");

    private static string? FirstOf(string? own, string? container) => own is { Length: > 0 } ? own : container is { Length: > 0 } ? container : null;
}
