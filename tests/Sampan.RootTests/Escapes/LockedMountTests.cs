using Sampan.Oci;
using Sampan.RootTests.Conformance;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Escapes;

/// <summary>
/// What the host's mounts keep from everybody, they keep from root of a user namespace with CAP_SYS_ADMIN, too.
/// Source: mount_namespaces(7), "Restrictions on mount namespaces".
/// </summary>
public sealed class LockedMountTests : RootTest
{
    private const string Attack = "mount -o remount,bind,rw,suid,dev,exec /var; touch /var/made; umount /var/sub; umount -l /var/sub; mount -o remount,bind,rw /var/sub; touch /var/sub/made; true";

    /// <summary>A directory of the host, read-only by its mount alone, with a mount over one of its directories.</summary>
    private CommandResult WithSource(string bundle) => Host("unshare", "--mount", "--propagation", "private", "sh", "-ec", $$"""
        mount -t tmpfs -o mode=777 host {{Work}}/host
        mkdir -m 777 {{Work}}/host/source {{Work}}/host/source/sub
        echo covered > {{Work}}/host/source/sub/secret
        mount --bind {{Work}}/host/source {{Work}}/host/source
        mount -o remount,bind,ro,nosuid,nodev,noexec {{Work}}/host/source
        mount -t tmpfs -o ro,mode=777 below {{Work}}/host/source/sub
        {{Path.Combine(Machine.Programs, "sampan-runtime")}} --root {{Runtime.StateRoot}} run --bundle {{bundle}} {{Runtime.NewId()}} < /dev/null
        """);

    private string Bundle(string command, Action<Spec> change)
    {
        Directory.CreateDirectory(Path.Combine(Work, "host"));
        return Runtime.NewBundle(s =>
        {
            BaseSpec.InUserNamespace(s);
            s.Process!.Args = ["sh", "-c", command];
            s.Allow("CAP_SYS_ADMIN", "CAP_DAC_OVERRIDE");
            s.Linux!.Seccomp = null;
            change(s);
        }).Path;
    }

    private string Source => Path.Combine(Work, "host/source");

    [Theory]
    [InlineData("rbind")]
    [InlineData("rbind idmap")]
    [InlineData("rbind ridmap")]
    [InlineData("rbind rprivate nosuid")]
    public void The_hosts_flags_and_mounts_stay(string options)
    {
        string bundle = Bundle(Attack + "; grep -E -o ' /var(/sub)? [a-z,]*' /proc/self/mountinfo | sed s/,idmapped//; ls -A /var /var/sub",
            s => s.Mounts!.Add(new Mount { Destination = "/var", Type = "bind", Source = Source, Options = [.. options.Split(' ')] }));
        Assert.Equal("""
             /var ro,nosuid,nodev,noexec,relatime
             /var/sub ro,relatime
            /var:
            sub

            /var/sub:

            """, WithSource(bundle).Succeeds().Stdout);
    }

    /// <summary>Without the mounts below, what they cover would be seen: as with runc, the kernel refuses.</summary>
    [Theory]
    [InlineData("bind")]
    [InlineData("bind idmap")]
    public void A_plain_bind_does_not_uncover(string options)
        => WithSource(Bundle("cat /var/sub/secret", s => s.Mounts!.Add(new Mount { Destination = "/var", Type = "bind", Source = Source, Options = [.. options.Split(' ')] })))
            .FailsWith(1, "mounts[", $"open_tree {Source}: invalid argument", "rbind");

    [Fact]
    public void A_flag_of_the_hosts_is_not_the_configurations_to_take_away()
        => WithSource(Bundle("true", s => s.Mounts!.Add(new Mount { Destination = "/var", Type = "bind", Source = Source, Options = ["rbind", "suid"] })))
            .FailsWith(1, "mounts[", "operation not permitted");

    /// <summary>The flags that the configuration gives a mount are the container's own: as with runc, its root may change them.</summary>
    [Fact]
    public void Flags_of_the_configuration_are_the_containers()
    {
        string source = Path.GetDirectoryName(InWork("own/file"))!;
        Host("chmod", "777", source).Succeeds();
        string bundle = Bundle("touch /var/no; mount -o remount,bind,rw /var; touch /var/yes; ls /var",
            s => s.Mounts!.Add(new Mount { Destination = "/var", Type = "bind", Source = source, Options = ["rbind", "ro"] }));
        Assert.Equal("yes", WithSource(bundle).Succeeds().Line);
    }
}
