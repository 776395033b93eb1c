using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3: config.md, "Linux Process", and config-linux.md, "Mount Label", where the host has the security module and where it has not.</summary>
[DiffersByHost]
public sealed class SecurityModuleTests : RootTest
{
    private readonly List<string> _loaded = [];

    [Fact]
    public void An_AppArmor_profile_confines_the_first_process_and_those_of_exec()
    {
        Machine.RequireAppArmor();
        string strict = Load("strict", "deny /tmp/denied w,"), other = Load("other", "deny /tmp/other w,");
        const string look = "cat /proc/self/attr/current; for f in denied other; do (echo x > /tmp/$f) 2>/dev/null && echo $f; done; true";

        // Neither no_new_privs nor a filter of system calls stands in the way.
        string[] first = Runtime.Shell(look, s =>
        {
            (s.Process!.ApparmorProfile, s.Process.NoNewPrivileges) = (strict, true);
            s.Linux!.Seccomp = SecurityTests.Deny("mkdir");
        }).Succeeds().Lines;
        Assert.Equal([$"{strict} (enforce)", "other"], first);

        string id = Runtime.RunDetached(change: s => s.Process!.ApparmorProfile = strict);
        Assert.Equal([$"{strict} (enforce)", "other"], Runtime.Run("exec", id, "sh", "-c", look).Succeeds().Lines);
        Assert.Equal([$"{other} (enforce)", "denied"], Runtime.Run("exec", "--apparmor", other, id, "sh", "-c", look).Succeeds().Lines);
        Assert.Equal(["unconfined", "denied", "other"], Runtime.Run("exec", "--apparmor", "unconfined", id, "sh", "-c", look).Succeeds().Lines);
        Runtime.Run("delete", "--force", id).Succeeds();
    }

    [Fact]
    public void An_AppArmor_profile_confines_in_a_user_namespace()
    {
        Machine.RequireAppArmor();
        string strict = Load("userns", "deny /tmp/denied w,");
        string id = Runtime.RunDetached(change: s =>
        {
            s.Process!.ApparmorProfile = strict;
            s.Linux!.Namespaces!.Add(new Oci.LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = s.Linux.GidMappings = [new Oci.LinuxIdMapping { HostID = 0, Size = 1000 }];
        });
        Assert.Equal($"{strict} (enforce)", Runtime.Run("exec", id, "cat", "/proc/1/attr/current").Succeeds().Line);
        Assert.Equal($"{strict} (enforce)", Runtime.Run("exec", id, "cat", "/proc/self/attr/current").Succeeds().Line);
        Runtime.Run("delete", "--force", id).Succeeds();
    }

    [Fact]
    public void An_AppArmor_profile_that_is_not_loaded()
    {
        Machine.RequireAppArmor();
        Runtime.Shell("true", s => s.Process!.ApparmorProfile = "no-such-profile").FailsWith(1, "process.apparmorProfile: \"no-such-profile\": no such profile is loaded");
        string id = Runtime.RunDetached();
        Runtime.Run("exec", "--apparmor", "no-such-profile", id, "true").FailsWith(255, "process.apparmorProfile: \"no-such-profile\": no such profile is loaded");
    }

    [Fact]
    public void A_host_without_AppArmor_refuses_a_profile()
    {
        Machine.RequireNoAppArmor();
        Runtime.Shell("true", s => s.Process!.ApparmorProfile = "strict").FailsWith(1, "process.apparmorProfile: \"strict\": AppArmor is not enabled");
        string id = Runtime.RunDetached(change: s => s.Process!.ApparmorProfile = "unconfined");
        Runtime.Run("exec", "--apparmor", "strict", id, "true").FailsWith(255, "process.apparmorProfile: \"strict\": AppArmor is not enabled");
    }

    [Fact]
    public void A_host_without_SELinux_refuses_labels()
    {
        Machine.RequireNoSELinux();
        Runtime.Shell("true", s => s.Process!.SelinuxLabel = "u:r:box_t:s0").FailsWith(1, "process.selinuxLabel: \"u:r:box_t:s0\": SELinux is not enabled");
        Runtime.Shell("true", s => s.Linux!.MountLabel = "u:r:box_t:s0").FailsWith(1, "linux.mountLabel: \"u:r:box_t:s0\": SELinux is not enabled");
        string id = Runtime.RunDetached();
        Runtime.Run("exec", "--process-label", "u:r:box_t:s0", id, "true").FailsWith(255, "process.selinuxLabel: \"u:r:box_t:s0\": SELinux is not enabled");
    }

    // Everything is allowed but what the rule denies.
    private string Load(string name, string rule)
    {
        string profile = $"{Token}-{name}", file = InWork($"{profile}.profile");
        File.WriteAllText(file, $"profile {profile} flags=(attach_disconnected,mediate_deleted) {{\n  file,\n  capability,\n  network,\n  signal,\n  ptrace,\n  {rule}\n}}\n");
        Host("apparmor_parser", "--replace", "--skip-cache", file).Succeeds();
        _loaded.Add(file);
        return profile;
    }

    protected override void CleanUp()
    {
        foreach (string file in _loaded)
            Host("apparmor_parser", "--remove", file).Succeeds();
    }
}
