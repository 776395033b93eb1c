using Sampan.Launch;
using Sampan.Oci;
using Xunit;

namespace Sampan.Launch.Tests.Plans;

/// <summary>Specifications that no plan is made of: the message names the field.</summary>
public class RefusalTests
{
    private static string Refusal(Action<Spec> change, HostFacts? host = null)
    {
        var spec = Specs.Small("mount");
        change(spec);
        return Assert.Throws<SampanException>(() => Specs.Compile(spec, host)).Message;
    }

    [Fact]
    public void Nothing_to_run() => Assert.Equal("process.args: must not be empty", Refusal(static s => s.Process!.Args = []));

    [Fact]
    public void Every_fault_is_told_at_once()
        => Assert.Equal("root: missing; process.args: must not be empty; process.cwd: \"\" is not an absolute path", Refusal(static s => (s.Root, s.Process!.Args, s.Process.Cwd) = (null, null, "")));

    [Fact]
    public void A_relative_working_directory() => Assert.Equal("process.cwd: \"work\" is not an absolute path", Refusal(static s => s.Process!.Cwd = "work"));

    [Fact]
    public void A_namespace_twice() => Assert.StartsWith("linux.namespaces[1].type: mount is there twice", Refusal(static s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "mount" })));

    [Fact]
    public void A_namespace_that_is_none() => Assert.StartsWith("linux.namespaces[1].type: \"net\" is not a namespace", Refusal(static s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "net" })));

    [Fact]
    public void A_user_namespace_without_maps() => Assert.StartsWith("linux.uidMappings, linux.gidMappings:", Refusal(static s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" })));

    [Theory]
    [InlineData("kernel.core_pattern", "belongs to the whole host")]
    [InlineData("net.ipv4.ip_forward", "needs a network namespace")]
    [InlineData("kernel.shmmax", "needs a ipc namespace")]
    [InlineData("net/../kernel/core_pattern", "is not the name of a sysctl")]
    public void A_sysctl_of_the_host(string name, string why) => Assert.Contains(why, Refusal(s => s.Linux!.Sysctl = new() { [name] = "x" }));

    [Fact]
    public void A_flag_of_a_filter_that_the_kernel_is_too_old_for()
        => Assert.Equal("linux.seccomp.flags: SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV needs Linux 5.19 or newer, this is 5.14",
            Refusal(static s => s.Linux!.Seccomp = Specs.Notifying("SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"), new HostFacts { Kernel = new Version(5, 14) }));

    [Fact]
    public void A_hostname_without_a_namespace_of_its_own() => Assert.StartsWith("hostname: needs a uts namespace", Refusal(static s => s.Hostname = "x"));

    [Theory]
    [InlineData("/proc/sys")]
    [InlineData("/proc/self/attr")]
    [InlineData("/proc//../proc/sys/kernel")]
    public void A_mount_that_would_fake_procfs(string destination)
        => Assert.Contains("inside /proc", Refusal(s => s.Mounts = [new() { Destination = destination, Type = "tmpfs" }]));

    [Fact]
    public void A_tmpfs_as_proc() => Assert.Contains("/proc can only be a proc file system", Refusal(static s => s.Mounts = [new() { Destination = "/proc", Type = "tmpfs" }]));

    [Fact]
    public void A_copy_into_what_is_no_tmpfs()
        => Assert.Equal("mounts[0]: tmpcopyup is for a tmpfs alone", Refusal(static s => s.Mounts = [new() { Destination = "/d", Type = "ramfs", Options = ["tmpcopyup"] }]));

    [Fact]
    public void A_source_that_is_not_there()
        => Assert.Equal("mounts[0].source: /nowhere: no such file or directory", Refusal(static s => s.Mounts = [new() { Destination = "/d", Type = "bind", Source = "/nowhere" }]));

    [Fact]
    public void A_limit_that_the_machine_forbids()
    {
        var host = new HostFacts { HardLimits = new Dictionary<int, ulong> { [7] = 4096 } };
        Assert.Equal("process.rlimits[0]: RLIMIT_NOFILE: this machine allows at most 4096, and raising it needs CAP_SYS_RESOURCE",
            Refusal(static s => s.Process!.Rlimits = [new PosixRlimit { Type = "RLIMIT_NOFILE", Soft = 1, Hard = 5000 }], host));
    }

    [Fact]
    public void A_capability_that_is_none() => Assert.Contains("\"CHOWN\" is not a capability", Refusal(static s => s.Process!.Capabilities!.Bounding = ["CHOWN"]));

    [Fact]
    public void A_confinement_that_would_not_be_there()
        => Assert.Equal("process.apparmorProfile: not supported yet; process.selinuxLabel: not supported yet",
            Refusal(static s => (s.Process!.ApparmorProfile, s.Process.SelinuxLabel) = ("strict", "system_u:system_r:container_t:s0")));

    [Fact]
    public void A_policy_that_is_none()
        => Assert.StartsWith("process.scheduler.policy: \"FAST\" is none of SCHED_OTHER", Refusal(static s => s.Process!.Scheduler = new Scheduler { Policy = "FAST" }));

    [Fact]
    public void A_path_with_a_NUL() => Assert.Contains("NUL", Refusal(static s => s.Process!.Args = ["a\0b"]));
}
