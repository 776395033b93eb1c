using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs;

namespace Sampan.Cli.Tests;

/// <summary>Who knows the flags of Docker's <c>run</c> finds them here.</summary>
public sealed class RunHelpTests
{
    /// <summary>Docker 28's, without those of networks, volumes, logs, health checks and restarts; and podman's that go beyond.</summary>
    private const string Expected = """
        detach interactive tty attach detach-keys sig-proxy rm stop-signal stop-timeout name cidfile pull platform quiet runtime
        hostname domainname label label-file annotation
        env env-file entrypoint workdir user group-add ulimit
        pid ipc uts userns cgroupns cgroup-parent isolation
        cpus cpu-shares cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpuset-cpus cpuset-mems cpu-count cpu-percent
        memory memory-reservation memory-swap memory-swappiness kernel-memory oom-kill-disable oom-score-adj pids-limit shm-size
        blkio-weight blkio-weight-device device-read-bps device-read-iops device-write-bps device-write-iops io-maxbandwidth io-maxiops
        volume mount tmpfs read-only storage-opt network link
        privileged cap-add cap-drop security-opt device device-cgroup-rule sysctl gpus disable-content-trust use-api-socket
        replace rootfs tz umask unsetenv unsetenv-all
        """;

    /// <summary>Of a process that is attached, which <c>create</c> has none of.</summary>
    private static readonly string[] OfRunAlone = ["detach", "detach-keys", "sig-proxy"];

    [Fact]
    public void The_help_of_run_names_every_flag() => Assert.Equal([], Missing(new RunVerb(), []));

    [Fact]
    public void So_does_that_of_create() => Assert.Equal([], Missing(new CreateVerb(), OfRunAlone));

    [Fact]
    public void Short_forms_are_dockers()
    {
        var flags = new RunVerb().Flags;
        foreach (var (letter, name) in ((char, string)[])[('a', "attach"), ('c', "cpu-shares"), ('d', "detach"), ('e', "env"), ('h', "hostname"), ('i', "interactive"), ('l', "label"),
            ('m', "memory"), ('q', "quiet"), ('t', "tty"), ('u', "user"), ('v', "volume"), ('w', "workdir")])
            Assert.Equal(name, flags.Short(letter)?.Name);
    }

    [Fact]
    public void No_name_is_declared_twice()
    {
        var names = new RunVerb().Flags.All.SelectMany(static flag => flag.Aliases.Prepend(flag.Name)).ToList();
        Assert.Equal(names.Distinct(), names);
    }

    private static string[] Missing(Verb verb, string[] except)
    {
        string help = HelpText.Of(verb, VerbTable.Find([verb.Name], out _)!);
        return [.. Expected.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Except(except).Where(name => !help.Contains($" --{name} ", StringComparison.Ordinal))];
    }
}
