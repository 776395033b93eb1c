using CsCheck;
using Sampan.Oci;
using Xunit;

namespace Sampan.Cgroups.Tests;

public sealed class DeviceTests
{
    private static LinuxDeviceCgroup Rule(bool allow, string? type = null, long? major = null, long? minor = null, string? access = "rwm")
        => new() { Allow = allow, Type = type, Major = major, Minor = minor, Access = access };

    private static string V1(params LinuxDeviceCgroup[] rules) => string.Join('|', DevicePolicy.Of(rules).V1Writes().Select(w => $"{w.File[8..]} {w.Value}"));

    [Fact]
    public void EverythingIsDeniedBeforeAnythingIsAllowed()
    {
        Assert.Equal("deny a", string.Join('|', DevicePolicy.Of(null).V1Writes().Select(w => $"{w.File[8..]} {w.Value}")));
        Assert.Equal("deny a", V1());
        Assert.Equal("deny a|allow c 1:3 rwm", V1(Rule(true, "c", 1, 3)));
        Assert.Equal("deny a|allow c 1:3 rwm", V1(Rule(false), Rule(true, "c", 1, 3)));
    }

    [Fact]
    public void AllowingAllForgetsWhatCameBefore()
    {
        Assert.Equal("allow a", V1(Rule(false), Rule(true, "c", 1, 3), Rule(true, "a")));
        Assert.Equal("allow a|deny b 8:0 w", V1(Rule(true), Rule(false, "b", 8, 0, "w")));
        Assert.Equal("deny a|allow c 1:5 r", V1(Rule(true), Rule(false), Rule(true, "c", 1, 5, "r")));
    }

    [Fact]
    public void AllTypesWithNumbersAreBothTypes()
        => Assert.Equal("deny a|allow b *:* m|allow c *:* m", V1(Rule(true, "a", -1, -1, "m")));

    [Fact]
    public void LaterRulesAddToAndTakeFromTheSameDevice()
    {
        Assert.Equal("deny a|allow c 1:3 rw", V1(Rule(true, "c", 1, 3, "r"), Rule(true, "c", 1, 3, "w")));
        Assert.Equal("deny a|allow c 1:3 r", V1(Rule(true, "c", 1, 3, "rw"), Rule(false, "c", 1, 3, "w")));
        Assert.Equal("deny a", V1(Rule(true, "c", 1, 3), Rule(false, "c", 1)));
        Assert.Equal("deny a|allow c *:* m", V1(Rule(true, "c", access: "m"), Rule(false, "c", 1, 3, "rw")));
    }

    [Fact]
    public void TakingAPartOfAWholeIsRefusedForTheKernelWouldNot()
        => Assert.Equal("linux.resources.devices[1]: takes back a part of linux.resources.devices[0] (c *:* rwm), which device cgroups cannot express",
            Assert.Throws<SampanException>(() => V1(Rule(true, "c"), Rule(false, "c", 1, 3))).Message);

    [Theory]
    [InlineData("p", 1L, "r", "linux.resources.devices[0].type: \"p\" is not a, b or c")]
    [InlineData("c", -2L, "r", "linux.resources.devices[0].major: -2 is not -1 or a device number")]
    [InlineData("c", 4294967296L, "r", "linux.resources.devices[0].major: 4294967296 is not -1 or a device number")]
    [InlineData("c", 1L, "x", "linux.resources.devices[0].access: \"x\" is not made of r, w and m")]
    public void MalformedRulesNameTheirField(string type, long major, string access, string message)
        => Assert.Equal(message, Assert.Throws<SampanException>(() => V1(Rule(true, type, major, 0, access))).Message);

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    [Fact]
    public void TheProgramDecidesAsThePolicyDoes()
    {
        var rule = Gen.Select(Gen.Bool, OneOf("a", "b", "c"), OneOf<long?>(null, 1, 8, 4294967295), OneOf<long?>(null, 0, 3, 4294967295),
            OneOf("r", "w", "m", "rw", "rwm"), (allow, type, major, minor, access) => Rule(allow, type, major, minor, access));
        rule.List[0, 8].Sample(rules =>
        {
            DevicePolicy policy;
            try
            {
                policy = DevicePolicy.Of(rules);
            }
            catch (SampanException e) when (e.Kind == ErrorKind.Unsupported)
            {
                return;
            }
            ulong[] program = DeviceProgram.Compile(policy);
            foreach (char type in "bc")
                foreach (uint major in new uint[] { 0, 1, 8, uint.MaxValue })
                    foreach (uint minor in new uint[] { 0, 3, 4, uint.MaxValue })
                        for (uint access = 1; access < 8; access++)
                            Assert.Equal(Decide(policy, type, major, minor, (DeviceAccess)access), BpfMachine.Run(program, (access << 16) | (type == 'b' ? 1u : 2u), major, minor) == 1);
        });
    }

    /// <summary>The rule of the kernel's security/device_cgroup.c, in words: an allowed device is allowed all that one exception names; a denied one is denied any of it.</summary>
    private static bool Decide(DevicePolicy policy, char type, uint major, uint minor, DeviceAccess access)
    {
        bool hit = policy.Exceptions.Any(e => e.Type == type && (e.Major is null || e.Major == major) && (e.Minor is null || e.Minor == minor)
            && (policy.AllowByDefault ? (access & e.Access) != 0 : (access & ~e.Access) == 0));
        return hit != policy.AllowByDefault;
    }
}
