using System.Text;

using Sampan.Oci;

namespace Sampan.Engine.Tests;

public sealed class RecordTests
{
    [Fact]
    public void A_record_comes_back_as_it_was_written()
    {
        var record = new ContainerRecord
        {
            Id = new string('a', 64), Name = "n", Created = "t", ImageId = "i", Driver = "overlay", Command = ["sh"], Started = true, StartError = "e", StartExitCode = 127,
            Config = new ContainerSettings { Hostname = "h", Tty = true, Env = ["A=1"], Labels = new() { ["l"] = "v" }, StopTimeout = 0 },
            HostConfig = new HostConfig { Binds = ["/a:/b"], Memory = 1, PidsLimit = -1, Privileged = true, Ulimits = [new Ulimit { Name = "core", Soft = 0, Hard = -1 }] },
            Mounts = [new MountPoint { Type = "bind", Source = "/a", Destination = "/b", Writable = false }], Layers = ["/l"],
            IdMappings = [new LinuxIdMapping { HostID = 5, Size = 6 }], RootMount = new Mount { Destination = "/", Type = "overlay" },
        };
        byte[] json = record.ToJson();
        Assert.Equal(Encoding.UTF8.GetString(json), Encoding.UTF8.GetString(JsonReading.Read<ContainerRecord>(json).ToJson()));
        Assert.Contains("\"StopTimeout\":0", Encoding.UTF8.GetString(json));
    }

    [Fact]
    public void What_was_asked_of_the_host_comes_back_under_dockers_names()
    {
        var host = new HostConfig
        {
            ContainerIDFile = "/f", Annotations = new() { ["a"] = "b" }, Runtime = "sampan-runtime", Isolation = "default", CgroupParent = "/p", DeviceCgroupRules = ["c 1:1 r"],
            MemorySwappiness = 0, OomKillDisable = true, CpuRealtimePeriod = 2, CpuRealtimeRuntime = 1, BlkioWeight = 10, BlkioWeightDevice = [new WeightDevice { Path = "/dev/a", Weight = 20 }],
            BlkioDeviceReadBps = [new ThrottleDevice { Path = "/dev/a", Rate = 1 }], BlkioDeviceWriteBps = [new ThrottleDevice { Path = "/dev/a", Rate = 0 }],
            BlkioDeviceReadIOps = [new ThrottleDevice { Path = "/dev/a", Rate = 3 }], BlkioDeviceWriteIOps = [new ThrottleDevice { Path = "/dev/a", Rate = 4 }],
            Mounts =
            [
                new MountRequest
                {
                    Type = "bind", Source = "/a", Target = "/b", ReadOnly = true, Consistency = "cached",
                    Bind = new BindOptions { Propagation = "slave", NonRecursive = true, CreateMountpoint = true, ReadOnlyNonRecursive = true, ReadOnlyForceRecursive = true },
                },
                new MountRequest { Type = "tmpfs", Target = "/t", Tmpfs = new TmpfsOptions { SizeBytes = 1, Mode = 2 } },
            ],
        };
        string json = Encoding.UTF8.GetString(host.ToJson());
        Assert.Equal(json, Encoding.UTF8.GetString(JsonReading.Read<HostConfig>(host.ToJson()).ToJson()));
        foreach (string name in (string[])["ContainerIDFile", "Annotations", "Runtime", "Isolation", "CgroupParent", "DeviceCgroupRules", "MemorySwappiness", "OomKillDisable", "CpuRealtimePeriod",
            "CpuRealtimeRuntime", "BlkioWeight", "BlkioWeightDevice", "BlkioDeviceReadBps", "BlkioDeviceWriteBps", "BlkioDeviceReadIOps", "BlkioDeviceWriteIOps", "Mounts", "BindOptions", "Propagation",
            "NonRecursive", "CreateMountpoint", "ReadOnlyNonRecursive", "ReadOnlyForceRecursive", "TmpfsOptions", "SizeBytes", "Mode", "Rate", "Weight"])
            Assert.Contains($"\"{name}\":", json);
    }

    [Fact]
    public void A_record_of_a_later_version_is_refused()
        => Assert.Equal("version: this sampan knows version 1, not 2", Assert.Throws<OciFormatException>(() => JsonReading.Read<ContainerRecord>("{\"version\":2}"u8.ToArray())).Message);

    [Theory]
    [InlineData(null, null, "img-e img-c")]
    [InlineData(null, "c", "img-e c")]
    [InlineData("e", null, "e")]
    [InlineData("e", "c", "e c")]
    [InlineData("", "c", "c")]
    public void Entrypoint_and_command(string? entrypoint, string? command, string expected)
    {
        var config = new ContainerSettings { Image = "i", Entrypoint = entrypoint is null ? null : [entrypoint], Cmd = command is null ? null : [command] };
        Assert.Equal(expected, string.Join(' ', ImageDefaults.Merge(config, new ContainerConfig { Entrypoint = ["img-e"], Cmd = ["img-c"] })));
    }

    [Fact]
    public void No_command_at_all_is_an_error()
        => Assert.StartsWith("no command specified", Assert.Throws<SampanException>(() => ImageDefaults.Merge(new ContainerSettings { Image = "i", Entrypoint = [""] }, new ContainerConfig { Cmd = ["x"] })).Message);

    [Fact]
    public void The_user_comes_before_the_image()
    {
        var config = new ContainerSettings { Image = "i", Cmd = ["x"], Env = ["B=2", "C=3"], User = "me", Labels = new() { ["a"] = "mine" } };
        ImageDefaults.Merge(config, new ContainerConfig { Env = ["A=1", "B=1"], User = "you", WorkingDir = "/w", StopSignal = "INT", Labels = new() { ["a"] = "its", ["b"] = "its" } });
        Assert.Equal(["A=1", "B=2", "C=3"], config.Env!);
        Assert.Equal(("me", "/w", "INT", "mine", "its"), (config.User, config.WorkingDir, config.StopSignal, config.Labels!["a"], config.Labels["b"]));
    }
}
