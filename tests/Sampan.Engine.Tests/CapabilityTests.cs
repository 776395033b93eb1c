namespace Sampan.Engine.Tests;

public sealed class CapabilityTests
{
    private const ulong Everything = (1UL << 41) - 1;

    [Theory]
    [InlineData("", "", "CAP_CHOWN,CAP_DAC_OVERRIDE,CAP_FOWNER,CAP_FSETID,CAP_KILL,CAP_SETGID,CAP_SETUID,CAP_SETPCAP,CAP_NET_BIND_SERVICE,CAP_SYS_CHROOT,CAP_SETFCAP")]
    [InlineData("", "all", "")]
    [InlineData("chown,NET_RAW", "ALL", "CAP_CHOWN,CAP_NET_RAW")]
    [InlineData("net_admin", "CHOWN,CAP_KILL", "CAP_DAC_OVERRIDE,CAP_FOWNER,CAP_FSETID,CAP_SETGID,CAP_SETUID,CAP_SETPCAP,CAP_NET_BIND_SERVICE,CAP_NET_ADMIN,CAP_SYS_CHROOT,CAP_SETFCAP")]
    public void Chosen(string add, string drop, string expected) => Assert.Equal(expected, string.Join(',', CapabilityNames.Choose(false, List(add), List(drop), Everything)));

    [Fact]
    public void All_but_some()
    {
        var chosen = CapabilityNames.Choose(false, ["ALL"], ["SYS_ADMIN"], Everything);
        Assert.Equal(40, chosen.Count);
        Assert.DoesNotContain("CAP_SYS_ADMIN", chosen);
    }

    [Fact]
    public void Nobody_hands_on_what_he_has_not()
    {
        Assert.DoesNotContain("CAP_SYS_RESOURCE", CapabilityNames.Choose(true, null, null, Everything & ~(1UL << 24)));
        Assert.Equal(["CAP_CHOWN"], CapabilityNames.Choose(false, null, null, 1));
    }

    [Theory]
    [InlineData("FOO")]
    [InlineData("CAP_")]
    [InlineData("")]
    public void Unknown_ones_are_named(string name)
        => Assert.StartsWith($"invalid capability: \"{name}\"", Assert.Throws<SampanException>(() => CapabilityNames.Choose(false, null, [name], Everything)).Message);

    private static List<string>? List(string text) => text.Length == 0 ? null : [.. text.Split(',')];
}
