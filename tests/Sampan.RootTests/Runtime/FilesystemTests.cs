using Sampan.Oci;
using Sampan.RootTests.Conformance;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config.md, "Root" and "Mounts"; config-linux.md, "Default Filesystems" and "Devices".</summary>
public sealed class FilesystemTests : RootTest
{
    [Fact]
    public void The_root_is_the_bundles_and_nothing_of_the_hosts_is_left()
    {
        Assert.Equal("bin dev etc home proc root sys tmp usr var", string.Join(' ', Runtime.Shell("ls /").Succeeds().Lines));
        Assert.Equal("gone", Runtime.Shell($"test -e {Work} || echo gone").Succeeds().Line);
        string[] places = Runtime.Shell("cut -d' ' -f2 /proc/mounts").Succeeds().Lines;
        Assert.Equal("/", places[0]);
        Assert.All(places[1..], p => Assert.Matches("^/(proc|dev|sys)(/|$)", p));
    }

    [Fact]
    public void A_read_only_root_is_read_only()
    {
        CommandResult result = Runtime.Shell("touch /new", s => s.Root!.Readonly = true).ExitsWith(1);
        Assert.Contains("Read-only file system", result.Stderr);
        Runtime.Shell("touch /new && test -e /new").Succeeds();
    }

    [Theory]
    [InlineData("null", "1,3")]
    [InlineData("zero", "1,5")]
    [InlineData("full", "1,7")]
    [InlineData("random", "1,8")]
    [InlineData("urandom", "1,9")]
    [InlineData("tty", "5,0")]
    public void The_usual_devices(string name, string numbers)
    {
        string line = Runtime.Shell($"ls -l /dev/{name}").Succeeds().Line;
        Assert.StartsWith("crw-rw-rw-", line);
        Assert.Matches($@"\b{numbers.Replace(",", ", +", StringComparison.Ordinal)}\b", line);
    }

    [Fact]
    public void The_usual_links()
        => Assert.Equal("/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\n",
            Runtime.Shell("for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done").Succeeds().Stdout);

    [Fact]
    public void The_default_mounts_are_there_with_their_options()
    {
        string mounts = Runtime.Shell("cat /proc/mounts").Succeeds().Stdout;
        Assert.Matches(@"(?m)^\S+ /proc proc rw,.*relatime", mounts);
        Assert.Matches(@"(?m)^\S+ /dev tmpfs rw,nosuid,.*mode=755", mounts);
        Assert.Matches(@"(?m)^\S+ /dev/pts devpts rw,nosuid,noexec,relatime,.*ptmxmode=666", mounts);
        Assert.Matches(@"(?m)^\S+ /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime", mounts);
        Assert.Matches(@"(?m)^\S+ /dev/mqueue mqueue rw,nosuid,nodev,noexec,relatime", mounts);
        Assert.Matches(@"(?m)^\S+ /sys sysfs ro,nosuid,nodev,noexec,relatime", mounts);
    }

    [Fact]
    public void Bind_mounts_of_directories_and_files()
    {
        string directory = InWork("shared/file");
        File.WriteAllText(directory, "from the host");
        string source = Path.GetDirectoryName(directory)!;
        CommandResult result = Runtime.Shell("cat /made/on/the/way/file /one; echo back > /made/on/the/way/answer; echo x > /made/ro/x", s =>
        {
            s.Mounts!.Add(new Mount { Destination = "/made/on/the/way", Type = "bind", Source = source, Options = ["rbind", "rw"] });
            s.Mounts.Add(new Mount { Destination = "/one", Type = "bind", Source = directory, Options = ["bind", "ro"] });
            s.Mounts.Add(new Mount { Destination = "/made/ro", Type = "bind", Source = source, Options = ["bind", "ro"] });
        });
        Assert.Equal("from the hostfrom the host", result.Stdout);
        Assert.Contains("Read-only file system", result.Stderr);
        Assert.Equal("back\n", File.ReadAllText(Path.Combine(source, "answer")));
        Assert.False(File.Exists(Path.Combine(source, "x")));
    }

    /// <summary>As monitors of the host want it: the host's root, not the container's own that lies over it while it is made.</summary>
    [Theory]
    [InlineData("/", "rbind")]
    [InlineData("/", "bind")]
    [InlineData("link", "rbind")]
    [InlineData("/proc/self/root", "rbind")]
    [InlineData("/", "rbind", "user")]
    [InlineData("/", "rbind", "user many")]
    [InlineData("/", "rbind", "shared")]
    [InlineData("/", "rbind rprivate", "shared")]
    [InlineData("/", "rbind", "hook")]
    public void The_hosts_root_can_be_bound(string source, string options, string with = "")
    {
        const string inside = "/home";
        string marker = InWork("marker");
        File.WriteAllText(marker, "of the host\n");
        File.CreateSymbolicLink(InWork("link"), "/");
        CommandResult result = Runtime.Shell(options == "bind" ? $"test -d {inside}/usr/share && echo of the host" : $"cat {inside}{marker}", s =>
        {
            if (with.StartsWith("user", StringComparison.Ordinal))
                BaseSpec.InUserNamespace(s);
            for (int i = 0; with.EndsWith("many", StringComparison.Ordinal) && i < 100; i++)
                s.Mounts!.Add(new Mount { Destination = "/var", Type = "bind", Source = Work, Options = ["bind"] });
            s.Linux!.RootfsPropagation = with == "shared" ? "shared" : null;
            if (with == "hook")
                s.Hooks = new Hooks { CreateContainer = [new Hook { Path = "/bin/true" }] };
            s.Mounts!.Add(new Mount { Destination = inside, Type = "bind", Source = source == "link" ? InWork("link") : source, Options = [.. options.Split(' ')] });
        });
        Assert.Equal("of the host", result.Succeeds().Line);
    }

    /// <summary>More than a process may have files open at once.</summary>
    [Theory]
    [InlineData(true, "")]
    [InlineData(true, "idmap")]
    [InlineData(false, "rprivate")]
    public void A_thousand_volumes(bool user, string option)
    {
        string source = InWork("volumes/x")[..^2];
        for (int i = 0; i < 1000; i++)
            File.WriteAllText(Path.Combine(source, $"{i}"), $"{i}\n");
        Bundle bundle = Runtime.NewBundle(s =>
        {
            if (user)
                BaseSpec.InUserNamespace(s);
            s.Linux!.RootfsPropagation = option == "rprivate" ? "shared" : null;
            s.Mounts!.Add(new Mount { Destination = "/tmp", Type = "tmpfs", Source = "tmpfs" });
            for (int i = 0; i < 1000; i++)
                s.Mounts.Add(new Mount { Destination = $"/tmp/{i}", Type = "bind", Source = $"{source}/{i}", Options = option.Length > 0 ? ["bind", option] : ["bind"] });
            s.Process!.Args = ["sh", "-c", "cat /tmp/* | sort -n | md5sum; grep -c ' /tmp/' /proc/mounts"];
        });
        CommandResult result = Host("sh", "-c", $"ulimit -S -n 300; exec {RuntimeCli.Program} --root {Runtime.StateRoot} run --bundle {bundle.Path} {Runtime.NewId()} </dev/null");
        string[] lines = result.Succeeds().Lines;
        string sum = Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 1000).Select(static i => $"{i}\n")))));
        Assert.Equal([$"{sum}  -", "1000"], lines);
    }

    /// <summary>Not that the directory is missing, but why it cannot be made.</summary>
    [Fact]
    public void A_mount_point_that_cannot_be_made_on_the_way_says_why()
        => Runtime.Shell("true", static s =>
        {
            s.Mounts!.Add(new Mount { Destination = "/there", Type = "tmpfs", Source = "tmpfs", Options = ["size=4k", "nr_inodes=1"] });
            s.Mounts.Add(new Mount { Destination = "/there/on/the/way", Type = "tmpfs", Source = "tmpfs" });
        }).FailsWith(1, "/there/on/the/way", "no space left on device");

    [Fact]
    public void A_tmpfs_keeps_its_options()
    {
        string line = Runtime.Shell("grep ' /scratch ' /proc/mounts; stat -c %a /scratch", s =>
            s.Mounts!.Add(new Mount { Destination = "/scratch", Type = "tmpfs", Source = "tmpfs", Options = ["nosuid", "nodev", "noexec", "size=64k", "mode=1770"] })).Succeeds().Stdout;
        Assert.Matches(@"^tmpfs /scratch tmpfs rw,nosuid,nodev,noexec,.*size=64k", line);
        Assert.EndsWith("1770\n", line);
    }

    /// <summary>A link in the image leads nowhere but into the image.</summary>
    [Theory]
    [InlineData("/")]
    [InlineData("../../../../../../../..")]
    public void A_mount_never_follows_a_link_out_of_the_root(string target)
    {
        string outside = InWork("outside/target");
        Directory.CreateDirectory(outside);
        string source = InWork("source/marker");
        File.WriteAllText(source, "");
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["sh", "-c", $"ls {outside}"];
            s.Mounts!.Add(new Mount { Destination = "/escape" + outside, Type = "bind", Source = Path.GetDirectoryName(source), Options = ["bind"] });
        });
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "escape"), target);
        CommandResult result = Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds();
        Assert.Equal("marker", result.Line);                 // inside, where the link leads within the root
        Assert.Empty(Directory.GetFileSystemEntries(outside));
    }

    [Fact]
    public void Mounts_made_inside_do_not_reach_the_host()
    {
        string before = File.ReadAllText("/proc/self/mountinfo");
        Runtime.Shell("mkdir /m && mount -t tmpfs none /m && grep -q ' /m ' /proc/mounts",
            s => s.Process!.Capabilities = new LinuxCapabilities { Bounding = ["CAP_SYS_ADMIN"], Effective = ["CAP_SYS_ADMIN"], Permitted = ["CAP_SYS_ADMIN"] }).Succeeds();
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
    }

    [Fact]
    public void A_device_of_the_spec_is_made()
    {
        string line = Runtime.Shell("ls -l /dev/own", s => s.Linux!.Devices = [new LinuxDevice { Path = "/dev/own", Type = "c", Major = 1, Minor = 3, FileMode = 0x1b0, Uid = 3, Gid = 4 }]).Succeeds().Line;
        Assert.StartsWith("crw-rw----", line);
        Assert.Matches(@"\b1, +3\b", line);
    }

    [Fact]
    public void A_source_that_is_missing_is_named()
        => Runtime.Shell("true", s => s.Mounts!.Add(new Mount { Destination = "/m", Type = "bind", Source = "/no/such/place", Options = ["bind"] })).Fails("/no/such/place");

    /// <summary>The host's path of a place in the root file system is that place, with what other mounts have put there.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [InlineData(true, "idmap")]
    [InlineData(true, "ridmap")]
    public void A_mount_may_show_what_an_earlier_one_has_put_into_the_root(bool user, string option = "rbind")
    {
        string source = InWork("source");
        Directory.CreateDirectory($"{source}/deep");
        File.WriteAllText($"{source}/deep/file", "deep\n");
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["sh", "-c", "cat /srv/again/deep/file; stat -c %u /mnt/deep/file /srv/again/deep/file"];
            if (!user)
                return;
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = s.Linux.GidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
        });
        foreach (string name in (string[])["mnt", "srv/again"])
            Directory.CreateDirectory($"{bundle.Rootfs}/{name}");
        bundle.Spec.Mounts!.Add(new Mount { Destination = "/mnt", Type = "bind", Source = source });
        bundle.Spec.Mounts.Add(new Mount { Destination = $"{bundle.Rootfs}/srv/again", Type = "bind", Source = $"{bundle.Rootfs}/mnt", Options = ["rbind", option] });
        bundle.Save();
        Assert.Equal(["deep", user ? "65534" : "0", user && option == "rbind" ? "65534" : "0"], Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Lines);
    }

    [Fact]
    public void A_link_to_nowhere_on_the_way_to_a_mount_leads_there_inside()
    {
        string source = InWork("file"), root = InWork("outside");
        File.WriteAllText(source, "shown\n");
        Bundle bundle = Runtime.NewBundle(static s => s.Process!.Args = ["cat", "/tmp/far/away/b/c"]);
        File.CreateSymbolicLink($"{bundle.Rootfs}/jump", "/tmp/far/away");
        File.CreateSymbolicLink($"{bundle.Rootfs}/etc/shown", "../jump/b/c");
        File.CreateSymbolicLink($"{bundle.Rootfs}/etc/round", "round/round");
        bundle.Spec.Mounts!.Add(new Mount { Destination = "/etc/shown", Type = "bind", Source = source });
        bundle.Save();
        Assert.Equal("shown", Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Line);
        bundle.Spec.Mounts[^1].Destination = "/etc/round/and/round";
        bundle.Save();
        Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, "mounts[7]", "symbolic link");
        Assert.False(Path.Exists(root));
    }

    [Fact]
    public void Without_pivot_root_there_is_no_procfs_that_another_could_be_mounted_after()
    {
        Bundle bundle = Runtime.NewBundle(static s =>
        {
            s.Process!.Args = ["unshare", "-mrpf", "sh", "-c", "mount -t proc none /proc && echo mounted"];
            s.Process.Capabilities!.Bounding!.Add("CAP_SETFCAP");
            s.Process.Capabilities.Permitted!.Add("CAP_SETFCAP");
        });
        Runtime.Run("run", "--no-pivot", "--bundle", bundle.Path, Runtime.NewId()).FailsWith(1, "permission denied");
    }
}
