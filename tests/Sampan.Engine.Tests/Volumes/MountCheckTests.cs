namespace Sampan.Engine.Tests;

public sealed class MountCheckTests
{
    [Theory]
    [InlineData("bind", "/a", "", null, "invalid mount config for type \"bind\": field Target must not be empty")]
    [InlineData("bind", "", "/b", null, "invalid mount config for type \"bind\": field Source must not be empty")]
    [InlineData("bind", "a", "/b", null, "invalid mount config for type \"bind\": invalid mount path: 'a' mount path must be absolute")]
    [InlineData("bind", "/a", "b", null, "invalid mount config for type \"bind\": invalid mount path: 'b' mount path must be absolute")]
    [InlineData("bind", "/a", "/b/..", null, "invalid mount config for type \"bind\": invalid specification: destination can't be '/'")]
    [InlineData("bind", "/a", "/b", "fast", "invalid mount config for type \"bind\": invalid propagation mode: fast")]
    [InlineData("tmpfs", "/a", "/b", null, "invalid mount config for type \"tmpfs\": field Source must not be specified")]
    [InlineData("disk", "/a", "/b", null, "invalid mount config for type \"disk\": mount type unknown")]
    [InlineData("volume", "v", "/b", null, "--mount type=volume is not supported yet: use -v v:/b")]
    [InlineData("image", "i", "/b", null, "--mount type=image is not supported yet")]
    public void Mistakes(string type, string source, string target, string? propagation, string message)
        => Assert.Equal(message, Assert.Throws<SampanException>(() => MountCheck.Check(new MountRequest { Type = type, Source = source, Target = target, Bind = propagation is null ? null : new BindOptions { Propagation = propagation } })).Message);

    [Fact]
    public void A_source_that_is_missing_is_made_only_when_asked()
    {
        string missing = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var mount = new MountRequest { Type = "bind", Source = missing, Target = "/b" };
        var places = new Places("/nowhere", "/nowhere", "/nowhere");
        Assert.Equal($"invalid mount config for type \"bind\": bind source path does not exist: {missing}", Assert.Throws<SampanException>(() => VolumePreparation.Prepare(places, null, [mount])).Message);
        mount.Bind = new BindOptions { CreateMountpoint = true };
        try
        {
            Assert.Equal(("bind", missing, "rprivate"), VolumePreparation.Prepare(places, null, [mount]) is [var point] ? (point.Type, point.Source, point.Propagation) : default);
            Assert.True(Directory.Exists(missing));
            Assert.Equal("duplicate mount point: /b", Assert.Throws<SampanException>(() => VolumePreparation.Prepare(places, [$"{missing}:/b"], [mount])).Message);
        }
        finally
        {
            Directory.Delete(missing);
        }
    }

    [Theory]
    [InlineData(30, "/", false, false)]
    [InlineData(31, "/a", true, false)]
    [InlineData(32, "/b", false, true)]
    [InlineData(33, "/c", true, true)]
    [InlineData(3, "?", false, false)]
    public void What_a_mount_passes_on_is_in_the_mount_table(ulong id, string point, bool shared, bool slave)
        => Assert.Equal((point, shared, slave), MountPropagation.Find("""
            30 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
            31 30 8:2 / /a rw shared:5 - ext4 /dev/sda2 rw
            32 30 8:3 / /b rw master:6 - ext4 /dev/sda3 rw
            33 30 8:4 / /c rw shared:7 master:8 - ext4 /dev/sda4 rw
            """, id));
}
