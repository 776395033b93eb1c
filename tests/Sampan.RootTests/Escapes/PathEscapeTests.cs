using Sampan.Oci;
using Sampan.RootTests.Conformance;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Escapes;

/// <summary>Links and mounts that an image or a specification puts where the runtime is going to work.</summary>
public sealed class PathEscapeTests : EscapeTest
{
    /// <summary>A descriptor of the host's, leaked by the runtime or by its caller, as the working directory.</summary>
    [Fact]
    public void CVE_2024_21626_a_working_directory_by_a_leaked_descriptor()
    {
        for (int fd = 3; fd < 20; fd++)
        {
            string cwd = $"/proc/self/fd/{fd}";
            CommandResult result = WithRootOpen("run", "--bundle", NewBundle(s => s.Process!.Cwd = cwd, "list=.", "list=../../../..").Path, Runtime.NewId());
            StaysInside(result);
        }
        Assert.Equal(["0", "1", "2"], Report(WithRootOpen("run", "--bundle", NewBundle().Path, Runtime.NewId()).Succeeds()).Keys("fd."));
    }

    /// <summary>And in a second process.</summary>
    [Fact]
    public void CVE_2024_21626_in_exec()
    {
        string id = Start();
        for (int fd = 3; fd < 20; fd++)
            StaysInside(WithRootOpen("exec", "--cwd", $"/proc/self/fd/{fd}", id, "/witness", "list=.", "list=../../../.."));
        Assert.Equal(["0", "1", "2"], Report(WithRootOpen("exec", id, "/witness").Succeeds()).Keys("fd."));
    }

    // The host's root as descriptor 9 of the runtime, without close-on-exec: as careless as a caller can be.
    private CommandResult WithRootOpen(params string[] arguments)
        => Host("sh", ["-c", "exec 9</; exec \"$@\"", "sh", RuntimeCli.Program, "--root", Runtime.StateRoot, .. arguments]);

    private static void StaysInside(CommandResult result)
    {
        if (result.ExitCode != 0)
            return;
        Assert.DoesNotContain("boot", Report(result)["list=."].Split(' '));
        Assert.DoesNotContain("boot", Report(result)["list=../../../.."].Split(' '));
    }

    /// <summary>Also CVE-2023-27561 and CVE-2023-28642: /proc or /sys a link of the image's.</summary>
    [Theory]
    [InlineData("proc")]
    [InlineData("sys")]
    public void CVE_2019_19921_proc_or_sys_is_a_link(string name)
    {
        Bundle bundle = NewBundle();
        Directory.Delete(Path.Combine(bundle.Rootfs, name));
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, name), "/tmp");
        Refused(bundle);
    }

    /// <summary>By another container that shares the files: what is masked and protected is that procfs, whatever is called /proc meanwhile.</summary>
    [Fact]
    public void CVE_2019_19921_proc_is_swapped_while_it_is_masked()
    {
        var campaign = new Campaign(rounds: 20);
        Bundle bundle = NewBundle(s =>
        {
            s.Linux!.MaskedPaths = ["/proc/version", "/proc/bus"];
            s.Linux.ReadonlyPaths = ["/proc/sys"];
        }, [.. from name in (string[])["proc", "other"] from attempt in (string[])["read=/NAME/version", "list=/NAME/bus", "write=/NAME/sys/net/ipv4/ip_default_ttl"] select attempt.Replace("NAME", name)]);
        string proc = Path.Combine(bundle.Rootfs, "proc"), other = Path.Combine(bundle.Rootfs, "other");
        Directory.CreateDirectory(other);
        using var attacker = new Attacker(proc, other);
        for (int round = 0; round < campaign.Rounds; round++)
        {
            CommandResult result = Run(bundle);
            if (result.ExitCode != 0)
                continue;
            foreach (string name in (string[])["proc", "other"])
            {
                Assert.True(Report(result)[$"read=/{name}/version"] is "" or "ENOENT" && Report(result)[$"list=/{name}/bus"] is "" or "ENOENT"
                    && Report(result)[$"write=/{name}/sys/net/ipv4/ip_default_ttl"] is "EROFS" or "ENOENT", $"round {round}, {campaign}: {result}");
            }
        }
        Assert.True(attacker.Swaps > campaign.Rounds, "the attacker did not get to run");
    }

    /// <summary>What is mounted over /proc could make writes to it go nowhere, as those of an LSM's label.</summary>
    [Fact]
    public void CVE_2019_16884_a_mount_over_proc()
    {
        Refused(s => s.Mounts!.Add(new Mount { Destination = "/proc/sys", Type = "bind", Source = Victim, Options = ["bind"] }));
        Refused(s => s.Mounts!.Add(new Mount { Destination = "/proc/self/attr", Type = "tmpfs", Source = "tmpfs" }));
        Refused(s => s.Mounts!.Add(new Mount { Destination = "/proc", Type = "tmpfs", Source = "tmpfs" }));
        Refused(s => s.Mounts!.Add(new Mount { Destination = "/tmp/../proc/sys", Type = "bind", Source = Victim, Options = ["bind"] }));
        // The host's path of a place in the root means that place.
        foreach (string place in (string[])["proc", "proc/sys", "tmp/../proc/self/attr"])
        {
            Bundle bundle = NewBundle();
            bundle.Spec.Mounts!.Add(new Mount { Destination = $"{bundle.Rootfs}/{place}", Type = "tmpfs", Source = "tmpfs" });
            bundle.Save();
            Refused(bundle);
        }
    }

    /// <summary>Masks are for /proc and /sys: what is bound elsewhere has none. So the container's own procfs is no source of a bind.</summary>
    [Theory]
    [InlineData("proc", false)]
    [InlineData("proc", true)]
    [InlineData("proc/sys", false)]
    [InlineData("link", false)]
    [InlineData("link/sys", true)]
    public void A_bind_of_the_containers_proc_would_have_no_masks(string source, bool userNamespace)
    {
        Bundle bundle = NewBundle(s =>
        {
            if (userNamespace)
                BaseSpec.InUserNamespace(s);
        });
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "link"), "/proc");
        bundle.Spec.Mounts!.Add(new Mount { Destination = "/tmp", Type = "tmpfs", Source = "tmpfs" });
        bundle.Spec.Mounts.Add(new Mount { Destination = "/tmp/copy", Type = "bind", Source = $"{bundle.Rootfs}/{source}", Options = ["rbind"] });
        bundle.Save();
        Assert.Contains("].source", Refused(bundle).Stderr);
    }

    /// <summary>Whatever is mounted over the container's own procfs or sysfs, in whole or from above, is what must be masked.</summary>
    [Theory]
    [InlineData("/sys", "/sys", "/sys/hidden")]
    [InlineData("/tmp/at/sys", "/tmp/at", "/tmp/at/sys/hidden")]
    public void What_is_bound_over_a_sysfs_is_masked(string sysfs, string destination, string masked)
    {
        string source = Path.Combine(Work, "shown"), file = Path.Combine(source, masked[(destination.Length + 1)..]);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, Secret);
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Mounts!.Add(new Mount { Destination = sysfs, Type = "sysfs", Source = "sysfs" });
            s.Mounts.Add(new Mount { Destination = destination, Type = "bind", Source = source, Options = ["rbind"] });
            s.Linux!.MaskedPaths = [masked];
            s.Linux.ReadonlyPaths = [];
            s.Process!.Args = ["sh", "-c", $"cat {masked}; echo read"];
        });
        Assert.Equal("read", Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Line);
        bundle.Spec.Linux!.MaskedPaths = [];
        bundle.Save();
        Assert.Contains(Secret, Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId()).Succeeds().Stdout);
    }

    /// <summary>The host's procfs, as an engine binds it for a container without a PID namespace.</summary>
    [Fact]
    public void What_is_bound_over_a_procfs_is_masked()
    {
        CommandResult result = Runtime.Shell("cat /proc/version; echo read", s =>
        {
            s.Mounts!.Add(new Mount { Destination = "/proc", Type = "bind", Source = "/proc", Options = ["rbind"] });
            s.Linux!.MaskedPaths = ["/proc/version"];
        });
        Assert.Equal("read", result.Succeeds().Line);
    }

    /// <summary>The same by a link of the image's, which a specification knows nothing of.</summary>
    [Theory]
    [InlineData("/proc", "/link/sys", "bind")]
    [InlineData("/proc", "/link", "tmpfs")]
    [InlineData("../proc/sys", "/link/kernel", "tmpfs")]
    [InlineData("/proc/self/attr", "/link", "bind")]
    public void CVE_2019_16884_a_link_into_proc(string target, string destination, string type)
    {
        Bundle bundle = NewBundle(s => s.Mounts!.Add(new Mount { Destination = destination, Type = type, Source = type == "bind" ? Victim : "tmpfs", Options = type == "bind" ? ["bind"] : [] }));
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "link"), target);
        Refused(bundle);
    }

    /// <summary>Without a /proc of its own, what is planted there is not written to.</summary>
    [Fact]
    public void CVE_2025_52881_a_planted_proc_is_not_written()
    {
        Bundle bundle = NewBundle(s =>
        {
            s.Mounts!.RemoveAll(m => m.Type == "proc");
            s.Linux!.Sysctl = new() { ["net.ipv4.ip_forward"] = "1" };
        });
        string planted = Path.Combine(bundle.Rootfs, "proc/sys/net/ipv4/ip_forward");
        Directory.CreateDirectory(Path.GetDirectoryName(planted)!);
        File.WriteAllText(planted, "planted");
        Harmless(bundle);
        Assert.Equal("planted", File.ReadAllText(planted));
    }

    /// <summary>Nor in a mount namespace that is joined, where another container has its /proc.</summary>
    [Fact]
    public void CVE_2025_52881_a_planted_proc_of_a_joined_namespace_is_not_written()
    {
        string id = Runtime.NewId(), planted = "proc/sys/net/ipv4/ip_forward";
        Bundle other = NewBundle(s => s.Mounts!.RemoveAll(m => m.Type == "proc"), "wait");
        string file = Path.Combine(other.Rootfs, planted);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "planted");
        // The root of the new container is looked for in there, too.
        Directory.CreateDirectory(other.Rootfs + Work);
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", other.Path, id).Succeeds();
        Bundle bundle = NewBundle(s =>
        {
            s.Linux!.Namespaces!.Single(n => n.Type == "mount").Path = $"/proc/{Runtime.State(id).Pid}/ns/mnt";
            s.Linux.Sysctl = new() { ["net.ipv4.ip_forward"] = "1" };
        });
        Directory.CreateDirectory(other.Rootfs + bundle.Rootfs);
        Run(bundle);
        Assert.Equal("planted", File.ReadAllText(file));
    }

    /// <summary>Also CVE-2026-47766: /dev a link to a directory of the host's.</summary>
    [Fact]
    public void CVE_2026_41579_dev_is_a_link()
    {
        Bundle bundle = NewBundle(s => s.Mounts!.RemoveAll(m => m.Destination!.StartsWith("/dev", StringComparison.Ordinal)));
        Directory.Delete(Path.Combine(bundle.Rootfs, "dev"));
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "dev"), Victim);
        Harmless(bundle);
        bundle = NewBundle();
        Directory.Delete(Path.Combine(bundle.Rootfs, "dev"));
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "dev"), Victim);
        Harmless(bundle);
    }

    /// <summary>What the image has in a device's place is not taken for the device. Source: runtime-spec 1.3, config-linux.md, "Devices".</summary>
    [Theory]
    [InlineData("file", "/dev/null")]
    [InlineData("link", "/dev/zero")]
    [InlineData("node", "/dev/special")]
    public void A_device_is_not_another_file_of_its_name(string kind, string path)
    {
        Bundle bundle = NewBundle(s =>
        {
            s.Mounts!.RemoveAll(m => m.Destination!.StartsWith("/dev", StringComparison.Ordinal));
            s.Linux!.Devices = [new LinuxDevice { Path = "/dev/special", Type = "c", Major = 1, Minor = 5, FileMode = 0x1B6 }];
        });
        string place = bundle.Rootfs + path;
        if (kind == "file")
            File.WriteAllText(place, "of the image");
        else if (kind == "link")
            File.CreateSymbolicLink(place, "/etc/file");
        else
            Host("mknod", place, "c", "1", "7").Succeeds();
        CommandResult refused = Refused(bundle);
        Assert.Contains(path, refused.Stderr);
        File.Delete(place);                                    // those that were made before it are there now, and welcome
        Run(bundle).Succeeds();
    }

    /// <summary>Also CVE-2026-88264: /dev/console a link to a file of the host's.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CVE_2025_52565_console_is_a_link(bool absolute)
    {
        Bundle bundle = NewBundle(s =>
        {
            s.Process!.Terminal = true;
            s.Process.User = new User { Uid = 1000, Gid = 1000 };
            s.Mounts!.RemoveAll(m => m.Destination is "/dev" or "/dev/shm");
        });
        string victim = Path.Combine(Victim, "file");
        File.CreateSymbolicLink(Path.Combine(bundle.Rootfs, "dev/console"), absolute ? victim : "../../../../../../../.." + victim);
        Runtime.StartOnTerminal("run", "--bundle", bundle.Path, Runtime.NewId()).Finish();
        VictimIsUntouched();
    }

    /// <summary>Also CVE-2026-88265: /dev/null another file while paths are masked with it.</summary>
    [Fact]
    public void CVE_2025_31133_null_is_swapped_while_masking()
    {
        var campaign = new Campaign(rounds: 20);
        Bundle bundle = NewBundle(s =>
        {
            s.Mounts!.RemoveAll(m => m.Destination is "/dev" or "/dev/shm");
            s.Linux!.MaskedPaths = ["/etc/file"];
        }, "read=/etc/file");
        string device = Path.Combine(bundle.Rootfs, "dev/null"), link = Path.Combine(bundle.Rootfs, "dev/other");
        Host("mknod", "-m", "666", device, "c", "1", "3").Succeeds();
        File.CreateSymbolicLink(link, "/etc/other");
        File.WriteAllText(Path.Combine(bundle.Rootfs, "etc/other"), "of the image");
        using var attacker = new Attacker(device, link);
        for (int round = 0; round < campaign.Rounds; round++)
        {
            CommandResult result = Run(bundle);
            Assert.True(result.ExitCode != 0 || Report(result)["read=/etc/file"].Length == 0, $"round {round}, {campaign}: {result}");
        }
        Assert.True(attacker.Swaps > campaign.Rounds, "the attacker did not get to run");
    }

    /// <summary>Also CVE-2024-45310: a mount's destination is exchanged with a link to the host.</summary>
    [Fact]
    public void CVE_2021_30465_a_destination_is_swapped_for_a_link()
    {
        var campaign = new Campaign(rounds: 20);
        string source = Path.GetDirectoryName(InWork("source/marker"))!, outside = Path.GetDirectoryName(InWork("outside/made/marker"))!;
        string victim = Path.GetDirectoryName(outside)!;
        Bundle bundle = NewBundle(s => s.Mounts!.AddRange(
        [
            new Mount { Destination = "/swap/made", Type = "bind", Source = source, Options = ["bind"] },
            new Mount { Destination = "/swap/more", Type = "tmpfs", Source = "escaped" },
        ]), "tmpfs=/none");
        string directory = Path.Combine(bundle.Rootfs, "swap"), link = Path.Combine(bundle.Rootfs, "link");
        Directory.CreateDirectory(directory);
        File.CreateSymbolicLink(link, victim);
        // Where the link leads inside the image: no run fails, whichever of the two has the name just now.
        Directory.CreateDirectory(bundle.Rootfs + victim);
        using var attacker = new Attacker(directory, link);
        for (int round = 0; round < campaign.Rounds; round++)
        {
            CommandResult result = Harmless(bundle);
            Assert.Equal(["made"], new DirectoryInfo(victim).GetFileSystemInfos().Select(f => f.Name));
            if (result.ExitCode != 0)
                continue;
            // Wherever the names led: inside. A mount over the host's directory is not among those the container sees.
            var mounts = Report(result).Mounts;
            Assert.True(mounts.Count(m => m.Root.EndsWith("/source", StringComparison.Ordinal)) == 1 && mounts.Count(m => m.Source == "escaped") == 1, $"round {round}, {campaign}: {result}");
        }
        Assert.True(attacker.Swaps > campaign.Rounds, "the attacker did not get to run");
    }

    private static Conformance.Report Report(CommandResult result) => Conformance.Report.Parse(result.Stdout);
}
