using System.Text;
using Sampan.Launch;
using Sampan.Oci;
using Xunit;

namespace Sampan.Runtime.Tests.Launching;

public sealed class FilterMemoryTests : IDisposable
{
    private const string Profile = """{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO"}]}""";

    private readonly string _root = Directory.CreateTempSubdirectory("sampan-filters-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void What_is_remembered_is_what_the_compiler_makes()
    {
        byte[] compiled = SeccompCompiler.Compile(Read(Profile)).Filter;
        Assert.Equal(compiled, Filter(Profile));
        Assert.Equal(compiled, Filter(Profile));
        Assert.Single(Directory.GetFiles(_root));
    }

    [Fact]
    public void It_is_the_file_that_answers()
    {
        Filter(Profile);
        Forge();
        Assert.Equal(0xEE, Filter(Profile)[^1]);
    }

    [Theory]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["rmdir"],"action":"SCMP_ACT_ERRNO"}]}""")]
    [InlineData("""{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO"}]}""")]
    [InlineData("""{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86"],"syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_ERRNO"}]}""")]
    public void Another_profile_is_another_filter(string other)
    {
        Filter(Profile);
        // In whatever place the other one is looked for.
        byte[] file = File.ReadAllBytes(Place);
        for (int slot = 0; slot < 16; slot++)
        {
            File.WriteAllBytes($"{_root}/@seccomp-{slot:x}", file);
            File.SetUnixFileMode($"{_root}/@seccomp-{slot:x}", UnixFileMode.UserRead);
        }
        Assert.Equal(SeccompCompiler.Compile(Read(other)).Filter, Filter(other));
    }

    [Fact]
    public void A_profile_whose_rules_were_changed_is_compiled()
    {
        Filter(Profile);
        Forge();
        var profile = Read(Profile);
        profile.Syscalls![0].Names![0] = "rmdir";
        Assert.Equal(SeccompCompiler.Compile(profile).Filter, new FilterMemory(_root).Of(profile).Filter);
    }

    [Fact]
    public void A_field_that_was_changed_counts()
    {
        Filter(Profile);
        Forge();
        var profile = Read(Profile);
        profile.DefaultAction = "SCMP_ACT_LOG";
        Assert.NotEqual(0xEE, new FilterMemory(_root).Of(profile).Filter[^1]);
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite)]
    public void A_file_that_others_can_write_is_not_believed(UnixFileMode mode)
    {
        Filter(Profile);
        Forge();
        File.SetUnixFileMode(Place, mode);
        Assert.NotEqual(0xEE, Filter(Profile)[^1]);
    }

    [Fact]
    public void A_link_is_not_followed()
    {
        Filter(Profile);
        Forge();
        string place = Place;
        File.Move(place, $"{_root}/elsewhere");
        File.CreateSymbolicLink(place, $"{_root}/elsewhere");
        Assert.NotEqual(0xEE, Filter(Profile)[^1]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(100)]
    public void A_file_cut_short_is_not_believed(int length)
    {
        Filter(Profile);
        using (var file = File.OpenWrite(Place))
            file.SetLength(length);
        Assert.Equal(SeccompCompiler.Compile(Read(Profile)).Filter, Filter(Profile));
    }

    [Fact]
    public void A_filter_of_another_compiler_is_made_anew()
    {
        Filter(Profile);
        Forge();
        byte[] bytes = File.ReadAllBytes(Place);
        bytes[8] ^= 1; // of the inode
        File.WriteAllBytes(Place, bytes);
        Assert.NotEqual(0xEE, Filter(Profile)[^1]);
    }

    [Fact]
    public void Where_nothing_can_be_kept_it_is_compiled()
        => Assert.NotEmpty(new FilterMemory(_root + "/no-such").Of(Read(Profile)).Filter);

    [Fact]
    public void What_is_wrong_with_a_rule_is_told_with_its_path()
    {
        var e = Assert.Throws<OciFormatException>(() => Filter("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir"],"action":5}]}"""));
        Assert.Equal("syscalls[0].action: want a string, not 5", e.Message);
        Assert.Empty(Directory.GetFiles(_root));
    }

    private string Place => Assert.Single(Directory.GetFiles(_root, "@seccomp-*"));

    private void Forge()
    {
        byte[] bytes = File.ReadAllBytes(Place);
        bytes[^1] = 0xEE;
        File.WriteAllBytes(Place, bytes);
    }

    private byte[] Filter(string json) => new FilterMemory(_root).Of(Read(json)).Filter;

    private static LinuxSeccomp Read(string json) => JsonReading.Read<LinuxSeccomp>(Encoding.UTF8.GetBytes(json));
}
