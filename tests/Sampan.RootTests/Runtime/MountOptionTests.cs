using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config.md, "Linux mount options", as the mount table inside shows them. What is expected is what runc 1.3 gives.</summary>
public sealed class MountOptionTests : RootTest
{
    /// <summary>A directory that is a mount with nosuid, nodev and noexec, and has a tmpfs below; gone with the test's mount namespace, and unmounted after.</summary>
    private string Source()
    {
        string source = InWork("src/file");
        File.WriteAllText(source, "");
        source = Path.GetDirectoryName(source)!;
        Host("mount", "-t", "tmpfs", "-o", "nosuid,nodev,noexec", "src", source).Succeeds();
        Directory.CreateDirectory($"{source}/sub");
        Host("mount", "-t", "tmpfs", "sub", $"{source}/sub").Succeeds();
        return source;
    }

    protected override void CleanUp()
    {
        if (Directory.Exists(Path.Combine(Work, "src/sub")))
            Host("umount", "-R", Path.Combine(Work, "src")).Succeeds();
    }

    // Flags, then what the kernel says of propagation, then flags of the file system, of each mount at /m and below.
    private string Mounted(Action<Spec> change)
        => Runtime.Shell("""awk '$5 ~ "^/m(/|$)" {o=""; for(i=7;$i!="-";i++) {sub(/:.*/,"",$i); o=o $i " "} print $5, $6, o $(i+3)}' /proc/self/mountinfo""", change).Succeeds().Stdout.TrimEnd();

    [Theory]
    [InlineData("bind", "/m rw,nosuid,nodev,noexec,relatime rw")]
    [InlineData("bind rw", "/m rw,relatime rw")]
    [InlineData("bind ro", "/m ro,relatime rw")]
    [InlineData("rbind ro", "/m ro,relatime rw|/m/sub rw,relatime rw")]
    [InlineData("rbind rro", "/m ro,nosuid,nodev,noexec,relatime rw|/m/sub ro,relatime rw")]
    [InlineData("rbind rro rw", "/m ro,relatime rw|/m/sub ro,relatime rw")]
    [InlineData("bind noatime relatime", "/m rw,noatime rw")]
    [InlineData("bind strictatime noatime nodiratime", "/m rw,nodiratime rw")]
    [InlineData("bind nosymfollow sync dirsync lazytime iversion silent", "/m rw,relatime,nosymfollow rw")]
    [InlineData("rbind rnoatime rnodiratime", "/m rw,nosuid,nodev,noexec,noatime,nodiratime rw|/m/sub rw,noatime,nodiratime rw")]
    [InlineData("rbind rstrictatime", "/m rw,nosuid,nodev,noexec rw|/m/sub rw rw")]
    [InlineData("rbind rnoatime rnostrictatime", "/m rw,nosuid,nodev,noexec,relatime rw|/m/sub rw,relatime rw")]
    [InlineData("rbind rsuid rdev rexec rnosymfollow", "/m rw,relatime,nosymfollow rw|/m/sub rw,relatime,nosymfollow rw")]
    [InlineData("rbind rslave rshared", "/m rw,nosuid,nodev,noexec,relatime shared rw|/m/sub rw,relatime shared rw")]
    [InlineData("bind unbindable", "/m rw,nosuid,nodev,noexec,relatime unbindable rw")]
    public void Of_a_bind_mount(string options, string expected)
    {
        string source = Source();
        string line = Mounted(s => s.Mounts!.Add(new Mount { Destination = "/m", Source = source, Options = [.. options.Split(' ')] }));
        Assert.Equal(expected.Split('|'), line.Split('\n').Select(l => l.Split(',').Aggregate((a, b) => b is "inode64" || b.StartsWith("inode", StringComparison.Ordinal) ? a : $"{a},{b}")));
    }

    [Theory]
    [InlineData("sync dirsync mand lazytime iversion silent nosymfollow noatime nodiratime", "/m rw,noatime,nodiratime,nosymfollow rw,sync,dirsync,mand,lazytime")]
    [InlineData("sync async nomand nolazytime noiversion loud", "/m rw,relatime rw")]
    [InlineData("size=64k,nr_inodes=100", "/m rw,relatime rw,size=64k,nr_inodes=100")]
    [InlineData("ro size=64k", "/m ro,relatime rw,size=64k")]
    [InlineData("rro", "/m ro,relatime rw")]
    [InlineData("shared", "/m rw,relatime shared rw")]
    public void Of_a_tmpfs(string options, string expected)
        => Assert.Equal(expected, Mounted(s => s.Mounts!.Add(new Mount { Destination = "/m", Type = "tmpfs", Source = "tmpfs", Options = [.. options.Split(' ')] }))
            .Replace(",inode64", "", StringComparison.Ordinal).Replace(",mode=755", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("proc", "/m ro,nosuid,relatime ro")]
    [InlineData("sysfs", "/m ro,nosuid,relatime ro")]
    [InlineData("ramfs", "/m ro,nosuid,relatime ro")]
    public void A_read_only_file_system_is_so_itself(string type, string expected)
        => Assert.Equal(expected, Mounted(s => s.Mounts!.Add(new Mount { Destination = "/m", Type = type, Source = type, Options = ["ro", "nosuid"] })));

    [Fact]
    public void A_mount_that_is_there_can_be_changed()
    {
        Assert.Equal("/m ro,nosuid,relatime rw,size=128k", Mounted(s =>
        {
            s.Mounts!.Add(new Mount { Destination = "/m", Type = "tmpfs", Source = "tmpfs", Options = ["size=64k", "mode=1777", "noexec"] });
            s.Mounts.Add(new Mount { Destination = "/m", Type = "tmpfs", Source = "tmpfs", Options = ["remount", "ro", "nosuid", "size=128k"] });
        }).Replace(",inode64", "", StringComparison.Ordinal));
        Runtime.Shell("true", s => s.Mounts!.Add(new Mount { Destination = "/m", Type = "tmpfs", Source = "tmpfs", Options = ["remount"] })).Fails("mounts[7]");
    }

    [Fact]
    public void An_option_that_a_file_system_does_not_know_is_named()
    {
        Runtime.Shell("true", s => s.Mounts!.Add(new Mount { Destination = "/m", Type = "tmpfs", Source = "tmpfs", Options = ["foo=bar"] })).FailsWith(1, "mounts[7]: fsconfig foo=bar: invalid argument");
        Runtime.Shell("true", s => s.Mounts!.Add(new Mount { Destination = "/m", Type = "tmpfs", Source = "tmpfs", Options = ["foo", "iversion"] })).FailsWith(1, "mounts[7]: mount tmpfs foo: invalid argument");
    }

    [Fact]
    public void A_source_may_be_relative_to_the_bundle()
    {
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["cat", "/m"];
            s.Mounts!.Add(new Mount { Destination = "/m", Source = "beside", Options = ["bind"] });
        });
        File.WriteAllText(Path.Combine(bundle.Path, "beside"), "the bundle's");
        Assert.Equal("the bundle's", Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Stdout);
    }

    [Fact]
    public void An_overlay_of_long_names_is_mounted()
    {
        string[] layers = [.. Enumerable.Range(0, 6).Select(i => InWork($"{new string((char)('a' + i), 60)}/layer{i}"))];
        foreach (string layer in layers)
            File.WriteAllText(Directory.CreateDirectory(layer).FullName + "/of-" + Path.GetFileName(layer), "");
        Assert.Equal("of-layer0 of-layer1 of-layer2 of-layer3 of-layer4 of-layer5", string.Join(' ', Runtime.Shell("ls /m",
            s => s.Mounts!.Add(new Mount { Destination = "/m", Type = "overlay", Source = "overlay", Options = ["lowerdir=" + string.Join(':', layers)] })).Succeeds().Lines));
    }
}
