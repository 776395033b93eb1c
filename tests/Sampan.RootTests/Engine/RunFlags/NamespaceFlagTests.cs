using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine.RunFlags;

/// <summary>Containers that share with each other.</summary>
public sealed class NamespaceFlagTests : RootTest
{
    [Fact]
    public void The_namespaces_of_another_container()
    {
        string id = Sampan.RunDetached("--name", "donor", "--ipc", "shareable", "--shm-size", "1m", "busybox", "sh", "-c", "echo of the donor > /dev/shm/x; echo mine >> /etc/hosts; sleep 1000");
        string donor = Sampan.Run("exec", id, "sh", "-c", Namespaces).Succeeds().Stdout;
        string all = Sampan.Run("run", "--rm", "--network", "container:donor", "--pid", $"container:{id[..12]}", "--ipc", "container:donor", "busybox", "sh", "-c", Namespaces).Succeeds().Stdout;
        Assert.Equal(donor, all);
        // What belongs to them: the name, the files, the shared memory with its size, the processes.
        Assert.Equal(id[..12], Sampan.Run("run", "--rm", "--network", "container:donor", "busybox", "hostname").Succeeds().Line);
        Assert.EndsWith("mine\n", Sampan.Run("run", "--rm", "--network", "container:donor", "busybox", "cat", "/etc/hosts").Succeeds().Stdout);
        Assert.Equal("of the donor\n1024", Sampan.Run("run", "--rm", "--ipc", "container:donor", "busybox", "sh", "-c", "cat /dev/shm/x; df -k /dev/shm | awk 'END{print $2}'").Succeeds().Line);
        Assert.Contains("sleep 1000", Sampan.Run("run", "--rm", "--pid", "container:donor", "busybox", "ps").Succeeds().Stdout);
        // Nobody else has them.
        Assert.NotEqual(donor, Sampan.Run("run", "--rm", "busybox", "sh", "-c", Namespaces).Succeeds().Stdout);
        Assert.Equal("", Sampan.Run("run", "--rm", "busybox", "ls", "/dev/shm").Succeeds().Line);
    }

    private const string Namespaces = "for name in net pid ipc; do readlink /proc/self/ns/$name; done";

    [Fact]
    public void One_that_cannot_be_joined_is_named()
    {
        Sampan.Run("run", "--rm", "--pid", "container:nobody", "busybox", "true").FailsWith(125, "no such container: nobody");
        Sampan.RunDetached("--name", "alone", "busybox", "sleep", "1000");
        Sampan.Run("run", "--rm", "--ipc", "container:alone", "busybox", "true").FailsWith(125, "alone", "--ipc shareable");
        Sampan.Run("create", "--name", "still", "busybox", "sleep", "1000").Succeeds();
        Assert.Equal(("private", "private"), (Sampan.Inspect("still", "HostConfig.IpcMode"), Sampan.Inspect("still", "HostConfig.CgroupnsMode")));
        Sampan.Run("run", "--rm", "--network", "container:still", "busybox", "true").FailsWith(125, "non running container: still");
        string joiner = Sampan.Run("create", "--network", "container:alone", "busybox", "true").Succeeds().Line;
        Sampan.Run("rm", "-f", "alone").Succeeds();
        Sampan.Run("start", joiner).FailsWith(1, "was removed");
        Sampan.Run("run", "--rm", "--network", "container:still", "--hostname", "h", "busybox", "true").FailsWith(125, "conflicting options: hostname and the network mode");
    }

    [Fact]
    public void Shared_memory_is_fresh_at_each_start_and_gone_with_the_container()
    {
        string id = Sampan.Run("run", "-d", "--ipc", "shareable", "busybox", "sh", "-c", "ls /dev/shm; touch /dev/shm/left; stat -c %a /dev/shm").Succeeds().Line;
        Sampan.WaitForStatus(id, "exited");
        Sampan.Run("start", id).Succeeds();
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("1777\n1777\n", Sampan.Run("logs", id).Succeeds().Stdout);
        Sampan.Run("rm", id).Succeeds();
        Assert.DoesNotContain(id, File.ReadAllText("/proc/self/mountinfo"));
    }

    [Fact]
    public void No_shared_memory_and_the_hosts_name()
    {
        Assert.Equal("private", Sampan.Run("run", "--rm", "--ipc", "none", "busybox", "sh", "-c", "test -e /dev/shm || echo private").Succeeds().Line);
        Assert.Equal(Machine.ReadLink("/proc/self/ns/uts"), Sampan.Run("run", "--rm", "--uts", "host", "busybox", "readlink", "/proc/self/ns/uts").Succeeds().Line);
        Sampan.Run("run", "--rm", "--uts", "host", "-h", "x", "busybox", "true").FailsWith(125, "conflicting options: hostname and the UTS mode");
        Sampan.Run("run", "--rm", "--isolation", "default", "busybox", "true").Succeeds();
        Sampan.Run("run", "--rm", "--isolation", "process", "busybox", "true").FailsWith(125, "invalid isolation 'process' on linux");
    }

    [Fact]
    public void In_a_user_namespace_too()
    {
        Machine.RequireIdMappedLayers();
        string id = Sampan.RunDetached("--userns", "remap", "--ipc", "shareable", "busybox", "sh", "-c", "echo x > /dev/shm/x; sleep 1000");
        Assert.Equal("0 0 1777", Sampan.Run("exec", id, "stat", "-c", "%u %g %a", "/dev/shm").Succeeds().Line);
        Assert.Equal("x", Sampan.Run("run", "--rm", "--ipc", $"container:{id}", "busybox", "cat", "/dev/shm/x").Succeeds().Line);
    }
}
