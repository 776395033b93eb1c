using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.Config;

/// <summary>config.md, "Mounts", "Linux mount options" and "POSIX-platform Mounts".</summary>
public sealed class MountTests : ConformanceTest
{
    private readonly List<string> _mounted = [];

    private static Mount Tmpfs(string destination, params string[] options) => new() { Destination = destination, Type = "tmpfs", Source = "tmpfs", Options = [.. options] };

    private static Mount Bind(string source, string destination, params string[] options) => new() { Destination = destination, Type = "none", Source = source, Options = [.. options] };

    [Fact]
    public void Entries_are_mounted_in_their_order()
    {
        Report report = See(s => s.Mounts!.AddRange([Tmpfs("/a", "size=4k"), Tmpfs("/a/b"), Tmpfs("/over", "mode=700"), Tmpfs("/over", "mode=711")]), "stat=/over", "list=/a");
        Assert.Equal(["/a", "/a/b", "/over", "/over"], report.Mounts.Select(m => m.Place).Where(p => p is "/a" or "/a/b" or "/over"));
        Assert.StartsWith("d 0711", report["stat=/over"]);
        Assert.Equal("b", report["list=/a"]);
    }

    /// <summary>It may be relative, and is then relative to "/"; what is missing is made.</summary>
    [Fact]
    public void The_destination()
    {
        Report report = See(s => s.Mounts!.AddRange([Tmpfs("relative/place"), Tmpfs("/made/on/the/way"), Tmpfs("/etc/dir")]), "list=/etc");
        Assert.Equal("tmpfs", report.Mount("/relative/place").Type);
        Assert.Equal("tmpfs", report.Mount("/made/on/the/way").Type);
        Assert.Equal("tmpfs", report.Mount("/etc/dir").Type);
    }

    [Fact]
    public void A_bind_is_of_a_directory_or_a_file_absolute_or_relative_to_the_bundle()
    {
        File.WriteAllText(InWork("source/file"), "of the host");
        Bundle bundle = NewBundle(s => s.Mounts!.AddRange(
        [
            Bind(Path.Combine(Work, "source"), "/directory", "bind"), Bind(Path.Combine(Work, "source/file"), "/file", "rbind"), Bind("beside", "/relative", "bind"),
            new Mount { Destination = "/untyped", Source = Path.Combine(Work, "source"), Options = ["bind"] },
        ]), "read=/directory/file", "read=/file", "create=/directory/back", "read=/relative/file", "read=/untyped/file");
        Directory.CreateDirectory(Path.Combine(bundle.Path, "beside"));
        File.WriteAllText(Path.Combine(bundle.Path, "beside/file"), "of the bundle");
        Report report = Report.Parse(Run(bundle).Succeeds().Stdout);
        Assert.Equal("of the host", report["read=/directory/file"]);
        Assert.Equal("of the host", report["read=/file"]);
        Assert.Equal("of the host", report["read=/untyped/file"]);
        Assert.Equal("of the bundle", report["read=/relative/file"]);
        Assert.True(File.Exists(Path.Combine(Work, "source/back")));
        Refused(s => s.Mounts!.Add(Bind("/no/such/place", "/m", "bind")));
    }

    /// <summary>Each option that <c>/proc/self/mountinfo</c> shows, on a mount of its own.</summary>
    [Fact]
    public void Options_of_a_mount()
    {
        (string Options, string Shown, bool Super)[] cases =
        [
            ("ro", "ro", false), ("rw", "rw", false), ("ro,rw", "rw", false), ("nosuid", "nosuid", false), ("nodev", "nodev", false), ("noexec", "noexec", false), ("noatime", "noatime", false),
            ("nodiratime", "nodiratime", false), ("relatime", "relatime", false), ("nosymfollow", "nosymfollow", false),
            ("nosuid,suid", "!nosuid", false), ("nodev,dev", "!nodev", false), ("noexec,exec", "!noexec", false), ("noatime,atime", "!noatime", false), ("nodiratime,diratime", "!nodiratime", false),
            ("strictatime", "!relatime", false), ("nosymfollow,symfollow", "!nosymfollow", false),
            ("sync", "sync", true), ("sync,async", "!sync", true), ("dirsync", "dirsync", true), ("lazytime", "lazytime", true), ("lazytime,nolazytime", "!lazytime", true),
            ("defaults", "rw", false), ("loud", "rw", false), ("silent", "rw", false), ("noiversion", "rw", false), ("nostrictatime", "relatime", false), ("norelatime", "rw", false),
            ("size=64k", "size=64k", true), ("mode=1770", "mode=1770", true), ("nr_inodes=99", "nr_inodes=99", true),
        ];
        Report report = See(s => s.Mounts!.AddRange(cases.Select((c, i) => Tmpfs($"/m{i}", c.Options.Split(',')))));
        for (int i = 0; i < cases.Length; i++)
        {
            var (options, shown, super) = cases[i];
            MountInfo mount = report.Mount($"/m{i}");
            string[] all = super ? mount.SuperOptions : mount.Options;
            Assert.True(all.Contains(shown.TrimStart('!')) == (shown[0] != '!'), $"{options}: {string.Join(',', all)}");
        }
    }

    [Fact]
    public void Options_of_a_bind()
    {
        string source = Path.GetDirectoryName(InWork("source/x"))!;
        string[] options = ["ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "nosymfollow"];
        Report report = See(s => s.Mounts!.AddRange(options.Select((o, i) => Bind(source, $"/m{i}", "rbind", o))), "create=/m0/x", "create=/m1/x");
        for (int i = 0; i < options.Length; i++)
            Assert.Contains(options[i], report.Mount($"/m{i}").Options);
        Assert.Equal("EROFS", report["create=/m0/x"]);
        Assert.Equal("ok", report["create=/m1/x"]);
    }

    /// <summary>The options that begin with r are of the mount and of those below it, the others of the mount alone.</summary>
    /// <summary>They go to mount(2) as its data, which is nothing that it looks at for a bind.</summary>
    [Fact]
    public void Options_of_a_file_system_mean_nothing_to_a_bind()
        => Assert.Contains("ro", See(s => s.Mounts!.Add(new Mount { Destination = "/m", Type = "bind", Source = Work, Options = ["bind", "ro", "mode=755"] })).Mount("/m").Options);

    [Fact]
    public void Recursive_options()
    {
        string source = MountSource("");
        string[] set = ["rro", "rnosuid", "rnodev", "rnoexec", "rnoatime", "rnodiratime", "rnosymfollow"];
        string[] shown = ["ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "nosymfollow"];
        Report report = See(s =>
        {
            s.Mounts!.AddRange(set.Select((o, i) => Bind(source, $"/m{i}", "rbind", o)));
            s.Mounts.Add(Bind(source, "/alone", "rbind", "ro"));
            s.Mounts.Add(Bind(source, "/rstrictatime", "rbind", "rstrictatime"));
            s.Mounts.Add(Bind(source, "/not", "bind"));
        }, "create=/alone/x", "create=/alone/inner/x", "create=/m0/x", "create=/m0/inner/y", "list=/not/inner");
        for (int i = 0; i < set.Length; i++)
        {
            Assert.Contains(shown[i], report.Mount($"/m{i}").Options);
            Assert.Contains(shown[i], report.Mount($"/m{i}/inner").Options);
        }
        Assert.DoesNotContain("relatime", report.Mount("/rstrictatime/inner").Options);
        Assert.Equal("EROFS", report["create=/alone/x"]);
        Assert.Equal("ok", report["create=/alone/inner/x"]);
        Assert.Equal("EROFS", report["create=/m0/x"]);
        Assert.Equal("EROFS", report["create=/m0/inner/y"]);
        Assert.Equal("", report["list=/not/inner"]);         // bind, not rbind
    }

    /// <summary>The recursive options that take something away.</summary>
    [Fact]
    public void Recursive_options_that_clear()
    {
        string source = MountSource("ro,nosuid,nodev,noexec,noatime,nodiratime");
        string[] clear = ["rrw", "rsuid", "rdev", "rexec", "ratime", "rdiratime", "rsymfollow", "rrelatime"];
        string[] gone = ["ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "nosymfollow", "noatime"];
        Report report = See(s => s.Mounts!.AddRange(clear.Select((o, i) => Bind(source, $"/m{i}", "rbind", o))));
        for (int i = 0; i < clear.Length; i++)
            Assert.DoesNotContain(gone[i], report.Mount($"/m{i}/inner").Options);
    }

    [Fact]
    public void Propagation_of_a_bind()
    {
        string source = MountSource("", "--make-rshared");
        string[] options = ["private", "rprivate", "slave", "rslave", "shared", "rshared", "unbindable", "runbindable"];
        Report report = See(s => s.Mounts!.AddRange(options.Select((o, i) => Bind(source, $"/m{i}", "rbind", o))));
        for (int i = 0; i < options.Length; i++)
        {
            string[] peers = report.Mount($"/m{i}").Peers, below = report.Mount($"/m{i}/inner").Peers;
            string kind = options[i].TrimStart('r');
            Assert.True(Is(kind, peers), $"{options[i]}: {string.Join(' ', peers)}");
            if (options[i][0] == 'r')
                Assert.True(Is(kind, below), $"{options[i]} below: {string.Join(' ', below)}");
        }

        static bool Is(string kind, string[] peers) => kind switch
        {
            "private" => peers.Length == 0,
            "slave" => peers.Any(p => p.StartsWith("master:", StringComparison.Ordinal)) && !peers.Any(p => p.StartsWith("shared:", StringComparison.Ordinal)),
            "shared" => peers.Any(p => p.StartsWith("shared:", StringComparison.Ordinal)),
            _ => peers.Contains("unbindable"),
        };
    }

    [Fact]
    public void A_type_the_kernel_does_not_know_is_an_error() => Refused(s => s.Mounts!.Add(new Mount { Destination = "/m", Type = "no-such-type", Source = "none" }));

    /// <summary>Unknown options go to the file system, which knows them or not.</summary>
    [Fact]
    public void An_option_the_file_system_does_not_know_is_an_error() => Refused(s => s.Mounts!.Add(Tmpfs("/m", "no-such-option")));

    /// <summary>Without mappings of its own and without a user namespace there is nothing to map by.</summary>
    [Theory]
    [InlineData("idmap")]
    [InlineData("ridmap")]
    public void An_id_map_needs_mappings(string option) => Refused(s => s.Mounts!.Add(Bind(Work, "/m", "rbind", option)));

    // A mount of the test's namespace with another one below it.
    private string MountSource(string options, string propagation = "--make-rprivate")
    {
        string source = Path.GetDirectoryName(InWork("mounted/x"))!;
        Host("mount", "-t", "tmpfs", "outer", source).Succeeds();
        _mounted.Add(source);
        Directory.CreateDirectory(Path.Combine(source, "inner"));
        Host("mount", "-t", "tmpfs", "-o", options.Length == 0 ? "rw" : options, "inner", Path.Combine(source, "inner")).Succeeds();
        Host("mount", propagation, source).Succeeds();
        return source;
    }

    protected override void CleanUp() => _mounted.ForEach(m => Host("umount", "-R", m).Succeeds());
}
