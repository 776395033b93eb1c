using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.ConfigLinux;

/// <summary>config-linux.md, "Default Filesystems", "Devices", "Default Devices" and "Allowed Device list"; runtime-linux.md.</summary>
public sealed class DeviceTests : ConformanceTest
{
    [Fact]
    public void Default_filesystems()
    {
        Report report = See(null, "create=/proc/sys/kernel/x", "create=/sys/x", "create=/dev/shm/x");
        Assert.Equal("proc", report.Mount("/proc").Type);
        Assert.Equal("sysfs", report.Mount("/sys").Type);
        Assert.Equal("devpts", report.Mount("/dev/pts").Type);
        Assert.Equal("tmpfs", report.Mount("/dev/shm").Type);
        Assert.Equal("ok", report["create=/dev/shm/x"]);
        Assert.Equal("EROFS", report["create=/sys/x"]);
    }

    [Fact]
    public void Default_devices_and_links()
    {
        string[] works = ["write=/dev/null", "read=/dev/zero", "read=/dev/urandom", "write=/dev/full", "put=/dev/full:x", "write=/dev/ptmx", "read=/dev/random"];
        Report report = See(s => s.Process!.User = new User { Uid = 1000, Gid = 1000 }, works);
        foreach (var (name, numbers) in new[] { ("null", "1:3"), ("zero", "1:5"), ("full", "1:7"), ("random", "1:8"), ("urandom", "1:9"), ("tty", "5:0") })
            Assert.Equal($"c {numbers} 0666 0:0", report[$"dev.{name}"]);
        Assert.Equal("-> pts/ptmx", report["dev.ptmx"].Replace("/dev/", "", StringComparison.Ordinal));
        Assert.Equal("-> /proc/self/fd", report["dev.fd"]);
        Assert.Equal("-> /proc/self/fd/0", report["dev.stdin"]);
        Assert.Equal("-> /proc/self/fd/1", report["dev.stdout"]);
        Assert.Equal("-> /proc/self/fd/2", report["dev.stderr"]);
        Assert.Equal("ok", report["write=/dev/null"]);
        Assert.Equal("ok", report["write=/dev/full"]);
        Assert.Equal("ENOSPC", report["put=/dev/full:x"]);
        Assert.Equal("ok", report["write=/dev/ptmx"]);
        Assert.Equal("", report["read=/dev/zero"]);          // NULs end the text
        Assert.NotEqual("", report["read=/dev/urandom"]);
        string[] known = ["core", "fd", "full", "mqueue", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"];
        Assert.Empty(report.Keys("dev.").Except(known));
    }

    /// <summary>"By default, only the stdin, stdout and stderr file descriptors are kept open."</summary>
    [Fact]
    public void Descriptors()
        => Assert.Equal(["0", "1", "2"], See().Keys("fd."));

    [Fact]
    public void Devices_of_the_configuration()
    {
        Report report = See(s => s.Linux!.Devices =
        [
            new LinuxDevice { Path = "/dev/own", Type = "c", Major = 10, Minor = 229, FileMode = 0x1b4, Uid = 3, Gid = 4 },
            new LinuxDevice { Path = "/dev/sub/block", Type = "b", Major = 7, Minor = 300, FileMode = 0x180 },
            new LinuxDevice { Path = "/etc/dir/elsewhere", Type = "u", Major = 1, Minor = 3, FileMode = 0x1b6 },
            new LinuxDevice { Path = "/dev/pipe", Type = "p", FileMode = 0x1ff, Uid = 5 },
            new LinuxDevice { Path = "/dev/usual", Type = "c", Major = 1, Minor = 5 },
        ], "stat=/dev/sub/block", "stat=/etc/dir/elsewhere");
        Assert.Equal("c 10:229 0664 3:4", report["dev.own"]);
        Assert.StartsWith("b 0600 0:0 7:300", report["stat=/dev/sub/block"]);
        Assert.StartsWith("c 0666 0:0 1:3", report["stat=/etc/dir/elsewhere"]);
        Assert.Equal("p 0777 5:0", report["dev.pipe"]);
        Assert.StartsWith("c 1:5 ", report["dev.usual"]);
    }

    [Fact]
    public void A_device_that_is_there_already_and_one_of_no_type()
    {
        Refused(s => s.Linux!.Devices = [new LinuxDevice { Path = "/dev/x", Type = "z", Major = 1, Minor = 5 }]);
        Bundle bundle = NewBundle(s => s.Linux!.Devices = [new LinuxDevice { Path = "/etc/null", Type = "c", Major = 1, Minor = 3, FileMode = 0x1b6 }]);
        Host("mknod", "-m", "666", Path.Combine(bundle.Rootfs, "etc/null"), "c", "1", "3").Succeeds();
        Run(bundle).Succeeds();                             // it is the requested device
    }

    /// <summary>"If a file already exists at path that does not match the requested device, the runtime MUST generate an error."</summary>
    [Theory]
    [InlineData("c", 1, 5)]
    [InlineData("c", 300, 3)]
    [InlineData("b", 1, 3)]
    [InlineData("p", 0, 0)]
    [InlineData(null, 0, 0)]
    public void A_file_that_is_not_the_device_asked_for(string? type, int major, int minor)
    {
        Bundle bundle = NewBundle(s => s.Linux!.Devices = [new LinuxDevice { Path = "/etc/null", Type = "c", Major = 1, Minor = 3, FileMode = 0x1b6 }]);
        string file = Path.Combine(bundle.Rootfs, "etc/null");
        if (type == null)
            File.WriteAllText(file, "of the image");
        else
            Host("mknod", [file, type, .. type == "p" ? (string[])[] : [$"{major}", $"{minor}"]]).Succeeds();
        Refused(bundle);
    }

    [Fact]
    public void A_link_that_leads_to_the_device_asked_for_is_not_the_device()
    {
        Bundle bundle = NewBundle(s => s.Linux!.Devices = [new LinuxDevice { Path = "/etc/null", Type = "c", Major = 1, Minor = 3, FileMode = 0x1b6 }]);
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "etc/null"), "/dev/null");
        Refused(bundle);
    }

    /// <summary>There the host's nodes may be bound in, by their names.</summary>
    [Fact]
    public void In_a_user_namespace_the_node_has_to_be_the_device_asked_for()
        => Refused(s =>
        {
            BaseSpec.InUserNamespace(s);
            s.Linux!.Devices = [new LinuxDevice { Path = "/dev/zero", Type = "c", Major = 1, Minor = 3 }];
        });

    [Fact]
    public void A_volume_can_stand_for_a_default_device()
        => Assert.StartsWith("c 1:9 ", See(s => s.Mounts!.Add(new Mount { Destination = "/dev/random", Type = "bind", Source = "/dev/urandom", Options = ["bind"] }))["dev.random"]);

    [Fact]
    public void Numbers_that_are_missing_are_an_error()
    {
        Bundle bundle = NewBundle(s => s.Linux!.Devices = [new LinuxDevice { Path = "/dev/x", Type = "c", Major = 1, Minor = 3 }]);
        string config = Path.Combine(bundle.Path, "config.json"), text = File.ReadAllText(config);
        Assert.Contains("\"minor\":3", text.Replace(" ", "", StringComparison.Ordinal));
        File.WriteAllText(config, System.Text.RegularExpressions.Regex.Replace(text, ",\\s*\"minor\":\\s*3", ""));
        Refused(bundle);
    }

    /// <summary>Entries count in their order; what none allows is denied, but for the default devices.</summary>
    [Fact]
    public void The_list_of_allowed_devices()
    {
        Machine.RequireDeviceRules();
        string[] attempts = ["mknod=/tmp/zero:c:1:5", "write=/tmp/zero", "mknod=/tmp/mem:c:1:1", "mknod=/tmp/kmsg:c:1:11", "read=/tmp/kmsg", "mknod=/tmp/loop:b:7:1", "mknod=/tmp/fuse:c:10:229", "write=/tmp/fuse", "write=/dev/null"];
        Report report = See(s =>
        {
            s.Allow("CAP_MKNOD");
            s.Linux!.Resources!.Devices =
            [
                new LinuxDeviceCgroup { Allow = false, Access = "rwm" },
                new LinuxDeviceCgroup { Allow = true, Type = "c", Major = 1, Access = "m" },
                new LinuxDeviceCgroup { Allow = true, Type = "c", Major = 10, Minor = 229, Access = "rwm" },
                new LinuxDeviceCgroup { Allow = false, Type = "c", Major = 10, Minor = 229, Access = "w" },
            ];
        }, attempts);
        Assert.Equal("ok", report["mknod=/tmp/zero:c:1:5"]);
        Assert.Equal("ok", report["write=/tmp/zero"]);               // a default device
        Assert.Equal("ok", report["mknod=/tmp/kmsg:c:1:11"]);
        Assert.Equal("EPERM", report["read=/tmp/kmsg"]);
        Assert.Equal("ok", report["mknod=/tmp/fuse:c:10:229"]);
        Assert.Equal("EPERM", report["write=/tmp/fuse"]);            // allowed, then denied
        Assert.Equal("ok", report["write=/dev/null"]);
    }
}
