namespace Sampan.RootTests.Harness;

/// <summary>
/// A systemd of an <see cref="OrdinaryUser"/>'s own with his bus, as a login has it: here a service of the system's, which hands its cgroup to him. His
/// programs are put below it, where a login's are.
/// </summary>
internal sealed class UserSystemd
{
    private readonly RootTest _test;
    private readonly string _unit;

    public UserSystemd(RootTest test, OrdinaryUser user)
    {
        (_test, _unit) = (test, $"{test.Token}.service");
        string become = $"""
            cd "/sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)" && chown {OrdinaryUser.Id}:{OrdinaryUser.Id} . cgroup.procs cgroup.subtree_control cgroup.threads || exit
            exec setpriv --reuid {OrdinaryUser.Id} --regid {OrdinaryUser.Id} --clear-groups /lib/systemd/systemd --user
            """;
        test.Host("systemd-run", "--unit", _unit, "--property=Delegate=yes", "--property=Type=notify", $"--property=BindReadOnlyPaths={user.Files}/passwd:/etc/passwd",
            $"--setenv=XDG_RUNTIME_DIR={user.RuntimeDirectory}", $"--setenv=HOME={user.Home}", "sh", "-c", become).Succeeds();
        string cgroup = "/sys/fs/cgroup" + test.Host("systemctl", "show", "--value", "--property", "ControlGroup", _unit).Succeeds().Line;
        Directory.CreateDirectory($"{cgroup}/login");
        test.Host("chown", "-R", $"{OrdinaryUser.Id}:{OrdinaryUser.Id}", $"{cgroup}/login").Succeeds();
        user.LivesIn = $"{cgroup}/login/cgroup.procs";
    }

    public void Stop() => _test.Host("systemctl", "stop", _unit).Succeeds();
}
