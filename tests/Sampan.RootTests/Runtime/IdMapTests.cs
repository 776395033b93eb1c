using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config.md, <c>idmap</c>, <c>ridmap</c>, <c>uidMappings</c> of a mount.</summary>
public sealed class IdMapTests : RootTest
{
    private static List<LinuxIdMapping> To(uint host, uint inside = 0) => [new LinuxIdMapping { ContainerID = inside, HostID = host, Size = 65536 }];

    private string Source()
    {
        string file = InWork("src/file");
        File.WriteAllText(file, "");
        string source = Path.GetDirectoryName(file)!;
        Host("chown", "5:6", file).Succeeds();
        Directory.CreateDirectory($"{source}/sub");
        Host("mount", "-t", "tmpfs", "sub", $"{source}/sub").Succeeds();
        File.WriteAllText($"{source}/sub/file", "");
        Host("chown", "7:8", $"{source}/sub/file").Succeeds();
        return source;
    }

    protected override void CleanUp()
    {
        if (Directory.Exists(Path.Combine(Work, "src/sub")))
            Host("umount", Path.Combine(Work, "src/sub")).Succeeds();
    }

    // Mount points are those the image has: root of a user namespace may make none in a bundle of the host's.
    private static void InUserNamespace(Spec s)
    {
        s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
        (s.Linux.UidMappings, s.Linux.GidMappings) = (To(100000), To(200000));
    }

    [Theory]
    [InlineData("rbind", "1005:2006 7:8")]
    [InlineData("rbind idmap", "1005:2006 7:8")]
    [InlineData("rbind ridmap", "1005:2006 1007:2008")]
    public void With_a_mapping_of_its_own(string options, string expected)
    {
        string source = Source();
        string command = "stat -c %u:%g /m/file /m/sub/file | xargs; touch /m/made";
        Assert.Equal(expected, Runtime.Shell(command, s =>
        {
            s.Process!.User = new User { Uid = 1000, Gid = 2000 };
            s.Process.Capabilities = new LinuxCapabilities { Bounding = ["CAP_DAC_OVERRIDE"], Effective = ["CAP_DAC_OVERRIDE"], Permitted = ["CAP_DAC_OVERRIDE"] };
            s.Mounts!.Add(new Mount { Destination = "/m", Source = source, Options = [.. options.Split(' ')], UidMappings = To(1000), GidMappings = To(2000) });
        }).Succeeds().Line);
        // What the container's user makes belongs to root on the file system.
        Assert.Equal("0:0", Host("stat", "-c", "%u:%g", $"{source}/made").Succeeds().Line);
    }

    [Theory]
    [InlineData("rbind idmap", "5:6 65534:65534")]
    [InlineData("rbind ridmap", "5:6 7:8")]
    [InlineData("rbind", "65534:65534 65534:65534")]
    public void With_the_mapping_of_the_containers_user_namespace(string options, string expected)
    {
        string source = Source();
        Assert.Equal(expected, Runtime.Shell("stat -c %u:%g /var/file /var/sub/file | xargs", s =>
        {
            InUserNamespace(s);
            s.Mounts!.Add(new Mount { Destination = "/var", Source = source, Options = [.. options.Split(' ')] });
        }).Succeeds().Line);
    }

    [Fact]
    public void A_mapping_of_its_own_in_a_user_namespace()
    {
        string source = Source();
        Assert.Equal("1005:1006 5:6", Runtime.Shell("stat -c %u:%g /var/file /tmp/file | xargs", s =>
        {
            InUserNamespace(s);
            s.Mounts!.Add(new Mount { Destination = "/var", Source = source, Options = ["rbind", "idmap"], UidMappings = To(101000), GidMappings = To(201000) });
            s.Mounts.Add(new Mount { Destination = "/tmp", Source = source, Options = ["rbind"], UidMappings = To(100000), GidMappings = To(200000) });
        }).Succeeds().Line);
    }

    [Fact]
    public void With_the_mapping_of_a_user_namespace_that_is_joined()
    {
        string source = Source();
        int pid = Runtime.State(Runtime.RunDetached(change: InUserNamespace)).Pid!.Value;
        Assert.Equal("5:6", Runtime.Shell("stat -c %u:%g /var/file", s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user", Path = $"/proc/{pid}/ns/user" });
            s.Mounts!.Add(new Mount { Destination = "/var", Source = source, Options = ["rbind", "idmap"] });
        }).Succeeds().Line);
    }

    [Fact]
    public void A_file_system_that_cannot_be_mapped_is_named()
        => Runtime.Shell("true", s => s.Mounts!.Add(new Mount { Destination = "/m", Source = "/proc", Options = ["bind"], UidMappings = To(1), GidMappings = To(1) }))
            .FailsWith(1, "mounts[7].uidMappings: mount_setattr /proc: invalid argument (", "file system");
}
