namespace Sampan.Engine.Tests;

public sealed class IsolationReportTests
{
    [Fact]
    public void By_default_there_is_nothing_to_tell()
        => Assert.Empty(IsolationReport.Of(new ContainerRecord { Driver = "overlay", HostConfig = new HostConfig { IpcMode = "private", CgroupnsMode = "private" }, Mounts = [] }));

    [Fact]
    public void What_is_shared_with_others_is_told()
    {
        var record = new ContainerRecord
        {
            Driver = DirectoryDriver.DriverName, Layers = ["/srv/tree"], Mounts = [new MountPoint { Type = "tmpfs", Source = "", Destination = "/t" }],
            HostConfig = new HostConfig
            {
                NetworkMode = "container:n", PidMode = "container:p", IpcMode = "shareable", DeviceCgroupRules = ["c 1:* rwm"], SecurityOpt = ["writable-cgroups=true"],
            },
        };
        Assert.Equal(
        [
            "--network container:n: shares another container's network",
            "--pid container:p: shares another container's processes",
            "--ipc shareable: other containers may join its shared memory",
            "--rootfs /srv/tree: writes to a directory of the host",
            "--device-cgroup-rule 'c 1:* rwm': devices of the host",
            "--security-opt writable-cgroups=true: may change the limits of its own cgroups' children",
        ], IsolationReport.Of(record));
    }
}
