using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.Config;

/// <summary>config.md, "Root" and "Specification version".</summary>
public sealed class RootTests : ConformanceTest
{
    [Fact]
    public void The_path_is_relative_to_the_bundle_or_absolute()
    {
        Assert.Equal("of the image", See(attempts: ["read=/etc/file"])["read=/etc/file"]);
        Bundle bundle = NewBundle(arguments: ["read=/etc/file"]);
        bundle.Spec.Root!.Path = bundle.Rootfs;
        bundle.Save();
        Assert.Equal("of the image", Report.Parse(Run(bundle).Succeeds().Stdout)["read=/etc/file"]);
        bundle.Spec.Root.Path = "./other/../rootfs";
        Directory.CreateDirectory(Path.Combine(bundle.Path, "other"));
        bundle.Save();
        Assert.Equal("of the image", Report.Parse(Run(bundle).Succeeds().Stdout)["read=/etc/file"]);
    }

    [Fact]
    public void The_root_holds_what_the_bundle_has_and_nothing_else()
    {
        Report report = See(attempts: ["list=/", $"stat={Work}", "list=/etc"]);
        Assert.Equal("dev etc proc sys tmp witness", report["list=/"]);
        Assert.Equal("ENOENT", report[$"stat={Work}"]);
        Assert.Equal("dir file", report["list=/etc"]);
        Assert.Equal("/", report.Mounts[0].Place);
        Assert.All(report.Mounts, m => Assert.DoesNotContain(Work, m.Place));
    }

    [Fact]
    public void Readonly_makes_it_read_only()
    {
        string[] attempts = ["create=/new", "write=/etc/file", "mkdir=/etc/new", "create=/dev/new"];
        Report report = See(s => s.Root!.Readonly = true, attempts);
        Assert.Equal("EROFS", report[attempts[0]]);
        Assert.Equal("EROFS", report[attempts[1]]);
        Assert.Equal("EROFS", report[attempts[2]]);
        Assert.Equal("ok", report[attempts[3]]);            // a mount of its own
        Assert.Contains("ro", report.Mount("/").Options);
        report = See(null, attempts);
        Assert.All(attempts, a => Assert.Equal("ok", report[a]));
    }

    [Theory]
    [InlineData("no-such-directory")]
    [InlineData("config.json")]
    public void A_directory_must_exist_there(string path) => Refused(s => s.Root!.Path = path);

    /// <summary>A runtime takes configurations of any earlier version of its major version, and of no other.</summary>
    [Fact]
    public void Versions_of_the_specification()
    {
        Assert.All((string[])["1.0.0", "1.0.2-dev", "1.2.1"], v => See(s => s.OciVersion = v));
        Assert.All((string[])["1.0.0-rc.1", "1.3.0+build.5"], v => See(s => s.OciVersion = v));
        Assert.All((string[])["", "one", "1", "1.0", "1.0.x", "invalid"], v => Refused(s => s.OciVersion = v));
    }
}
