using System.Text;

using Sampan.Cli.Grammar;
using Sampan.Cli.Verbs.Flags;
using Sampan.Engine;

namespace Sampan.Cli.Tests;

/// <summary>From the flags of <c>run</c> to what the engine is asked for.</summary>
public sealed class ContainerFlagsTests
{
    private sealed class Host : HostView
    {
        public override string CurrentDirectory => "/here";

        public override string? Variable(string name) => name == "SET" ? "ours" : null;

        public override string Text(string path) => path switch
        {
            "env" => "\uFEFFA=1\n# no\n\n  SET\nUNSET\nB=x y=z\r\n",
            "bad" => "A B=1\n",
            "labels" => "# of a release\na=file\nb=file\nlone\n",
            "profile" => "{\"defaultAction\":\"SCMP_ACT_ALLOW\"}",
            _ => throw new SampanException(ErrorKind.NotFound, $"open {path}: no such file or directory"),
        };
    }

    [Theory]
    [InlineData("-e A=1 -e SET -e UNSET -e A=2", "\"Env\":[\"A=2\",\"SET=ours\"]")]
    [InlineData("--env-file env -e A=3", "\"Env\":[\"A=3\",\"SET=ours\",\"B=x y=z\"]")]
    [InlineData("-w /w -u me:them", "\"User\":\"me:them\"")]
    [InlineData("--entrypoint=", "\"Entrypoint\":[\"\"]")]
    [InlineData("--entrypoint sh", "\"Entrypoint\":[\"sh\"]")]
    [InlineData("-l a=b -l c", "\"Labels\":{\"a\":\"b\",\"c\":\"\"}")]
    [InlineData("--stop-timeout 0 --stop-signal USR1", "\"StopSignal\":\"USR1\",\"StopTimeout\":0")]
    [InlineData("-v ./x:/y -v ../z:/z:ro -v name:/n -v .:/dot", "\"Binds\":[\"/here/x:/y\",\"/z:/z:ro\",\"name:/n\",\"/here:/dot\"]")]
    [InlineData("--tmpfs /t --tmpfs /u:size=1m", "\"Tmpfs\":{\"/t\":\"\",\"/u\":\"size=1m\"}")]
    [InlineData("--net host", "\"NetworkMode\":\"host\"")]
    [InlineData("-net none", "\"NetworkMode\":\"none\"")]
    [InlineData("-m 64m --memory-swap -1", "\"Memory\":67108864")]
    [InlineData("--cpus 1.5 -cpuset 0-1", "\"NanoCpus\":1500000000,\"CpusetCpus\":\"0-1\"")]
    [InlineData("-cpushare 512", "\"CpuShares\":512")]
    [InlineData("--ulimit nofile=5:10 --ulimit core=-1", "\"Ulimits\":[{\"Name\":\"nofile\",\"Hard\":10,\"Soft\":5},{\"Name\":\"core\",\"Hard\":-1,\"Soft\":-1}]")]
    [InlineData("--device /dev/fuse:rw --device /dev/a:/dev/b:m", "\"Devices\":[{\"PathOnHost\":\"/dev/fuse\",\"PathInContainer\":\"/dev/fuse\",\"CgroupPermissions\":\"rw\"},{\"PathOnHost\":\"/dev/a\",\"PathInContainer\":\"/dev/b\",\"CgroupPermissions\":\"m\"}]")]
    [InlineData("--security-opt seccomp=profile --security-opt no-new-privileges", "\"SecurityOpt\":[\"seccomp={\\\"defaultAction\\\":\\\"SCMP_ACT_ALLOW\\\"}\",\"no-new-privileges\"]")]
    [InlineData("--sysctl net.ipv4.ip_forward=1", "\"Sysctls\":{\"net.ipv4.ip_forward\":\"1\"}")]
    [InlineData("--rm --read-only --privileged", "\"AutoRemove\":true")]
    [InlineData("-l a=flag --label-file labels", "\"Labels\":{\"a\":\"flag\",\"b\":\"file\",\"lone\":\"\"}")]
    [InlineData("--annotation a=b --annotation c=d=e --annotation f", "\"Annotations\":{\"a\":\"b\",\"c\":\"d=e\",\"f\":\"\"}")]
    [InlineData("--cidfile x/../id", "\"ContainerIDFile\":\"/here/id\"")]
    [InlineData("--runtime sampan-runtime", "\"Runtime\":\"sampan-runtime\"")]
    [InlineData("--isolation default", "\"Isolation\":\"default\"")]
    [InlineData("--ipc shareable --pid container:p", "\"IpcMode\":\"shareable\",\"PidMode\":\"container:p\"")]
    [InlineData("--network container:n", "\"NetworkMode\":\"container:n\"")]
    [InlineData("--memory-swappiness 0 --oom-kill-disable", "\"MemorySwappiness\":0,\"OomKillDisable\":true")]
    [InlineData("--cpu-rt-period 1000000 --cpu-rt-runtime 950000", "\"CpuRealtimePeriod\":1000000,\"CpuRealtimeRuntime\":950000")]
    [InlineData("--blkio-weight 300 --blkio-weight-device /dev/sda:200", "\"BlkioWeight\":300,\"BlkioWeightDevice\":[{\"Path\":\"/dev/sda\",\"Weight\":200}]")]
    [InlineData("--device-read-bps /dev/sda:1mb --device-read-bps /dev/sdb:5", "\"BlkioDeviceReadBps\":[{\"Path\":\"/dev/sda\",\"Rate\":1048576},{\"Path\":\"/dev/sdb\",\"Rate\":5}]")]
    [InlineData("--device-write-bps /dev/sda:2k", "\"BlkioDeviceWriteBps\":[{\"Path\":\"/dev/sda\",\"Rate\":2048}]")]
    [InlineData("--device-read-iops /dev/sda:100", "\"BlkioDeviceReadIOps\":[{\"Path\":\"/dev/sda\",\"Rate\":100}]")]
    [InlineData("--device-write-iops /dev/sda:0", "\"BlkioDeviceWriteIOps\":[{\"Path\":\"/dev/sda\",\"Rate\":0}]")]
    [InlineData("--device-cgroup-rule c#1:*#rwm", "\"DeviceCgroupRules\":[\"c 1:* rwm\"]")]
    [InlineData("--cgroup-parent /a/b", "\"CgroupParent\":\"/a/b\"")]
    [InlineData("--mount type=bind,src=./x,dst=/y,ro", "\"Mounts\":[{\"Type\":\"bind\",\"Source\":\"/here/x\",\"Target\":\"/y\",\"ReadOnly\":true}]")]
    [InlineData("--umask 077 --tz local --unsetenv A --unsetenv-all", "\"Timezone\":\"local\",\"Umask\":\"077\",\"UnsetEnv\":[\"A\"],\"UnsetEnvAll\":true")]
    [InlineData("-i", "\"AttachStdin\":true,\"AttachStdout\":true,\"AttachStderr\":true,\"Tty\":false,\"OpenStdin\":true,\"StdinOnce\":true")]
    [InlineData("-i -a stdout", "\"AttachStdin\":false,\"AttachStdout\":true,\"AttachStderr\":false,\"Tty\":false,\"OpenStdin\":true,\"StdinOnce\":false")]
    [InlineData("-i -a STDIN -a stderr", "\"AttachStdin\":true,\"AttachStdout\":false,\"AttachStderr\":true")]
    public void Flags_become_fields(string line, string json)
    {
        var request = Request(line);
        Assert.Contains(json, Encoding.UTF8.GetString(request.Config.ToJson()) + Encoding.UTF8.GetString(request.HostConfig.ToJson()));
    }

    [Fact]
    public void A_directory_instead_of_an_image()
    {
        Assert.Equal("/here/busybox", Request("--rootfs").Rootfs);
        Assert.Null(Request("--rootfs=false").Rootfs);
        Assert.True(Request("--replace --name n").Replace);
    }

    [Fact]
    public void Of_a_detached_container_nothing_is_attached()
    {
        var config = Request("-i", detached: true).Config;
        Assert.Equal((false, false, false, true, false), (config.AttachStdin, config.AttachStdout, config.AttachStderr, config.OpenStdin, config.StdinOnce));
        Assert.Equal("conflicting options: cannot specify both --attach and --detach", Assert.Throws<FlagException>(() => Request("-a stdin", detached: true)).Message);
    }

    [Theory]
    [InlineData("--kernel-memory 4m", "--kernel-memory is ignored")]
    [InlineData("--link db:db", "--link is ignored")]
    [InlineData("--disable-content-trust", "--disable-content-trust is ignored")]
    [InlineData("--cpu-count 2", "--cpu-count is ignored")]
    [InlineData("--cpu-percent 50", "--cpu-percent is ignored")]
    [InlineData("--io-maxbandwidth 1m", "--io-maxbandwidth is ignored")]
    [InlineData("--io-maxiops 5", "--io-maxiops is ignored")]
    [InlineData("--read-only", "")]
    public void What_has_no_effect_is_said(string line, string words)
    {
        var warnings = new List<string>();
        Request(line, warn: warnings.Add);
        Assert.StartsWith(words, string.Join('\n', warnings));
        Assert.Equal(words.Length > 0 ? 1 : 0, warnings.Count);
    }

    [Fact]
    public void Image_and_command()
    {
        var request = Request("--name n -it");
        Assert.Equal(("n", "busybox", true, true), (request.Name, request.Config.Image, request.Config.Tty, request.Config.OpenStdin));
        Assert.Equal(["sh", "-c", "a  b"], request.Config.Cmd!);
    }

    [Theory]
    [InlineData("-e =x")]
    [InlineData("--env-file bad")]
    [InlineData("--env-file missing")]
    [InlineData("--ulimit nofile")]
    [InlineData("--ulimit nofile=x")]
    [InlineData("--ulimit nofile=5:4")]
    [InlineData("--ulimit nofiles=5")]
    [InlineData("--ulimit nofile=1:2:3")]
    [InlineData("--device fuse")]
    [InlineData("--device /dev/a:/dev/b:x")]
    [InlineData("--device /dev/a:/dev/b:rr")]
    [InlineData("--tmpfs t")]
    [InlineData("--sysctl x")]
    [InlineData("--gpus all")]
    [InlineData("--use-api-socket")]
    [InlineData("--storage-opt size=1g")]
    [InlineData("--runtime runc")]
    [InlineData("-a stdinn")]
    [InlineData("--label =x")]
    [InlineData("--label=")]
    [InlineData("--annotation =x")]
    [InlineData("--memory-swappiness 101")]
    [InlineData("--memory-swappiness -2")]
    [InlineData("--blkio-weight 9")]
    [InlineData("--blkio-weight 1001")]
    [InlineData("--blkio-weight-device /dev/sda")]
    [InlineData("--blkio-weight-device sda:100")]
    [InlineData("--blkio-weight-device /dev/sda:9")]
    [InlineData("--device-read-bps /dev/sda")]
    [InlineData("--device-read-bps /sda:1")]
    [InlineData("--device-read-bps /dev/sda:-1")]
    [InlineData("--device-read-bps /dev/sda:1x")]
    [InlineData("--device-read-iops /dev/sda:1k")]
    [InlineData("--umask 8")]
    [InlineData("--umask 1777")]
    [InlineData("--umask=")]
    [InlineData("--label-file missing")]
    [InlineData("--mount type=bind,src")]
    [InlineData("--stop-signal NOPE")]
    [InlineData("--security-opt seccomp=missing")]
    [InlineData("--detach-keys-not-here x")]
    public void Mistakes(string line)
    {
        var e = Assert.ThrowsAny<Exception>(() => Request(line));
        Assert.True(e is FlagException or SampanException, e.ToString());
    }

    /// <param name="line">Arguments between blanks; a # stands for a blank in one.</param>
    private static CreateRequest Request(string line, bool detached = false, Action<string>? warn = null)
    {
        var flags = new FlagSet();
        var container = new ContainerFlags(flags);
        var arguments = ArgumentParser.Parse(flags, [.. line.Split(' ').Select(static word => word.Replace('#', ' ')), "busybox", "sh", "-c", "a  b"], interspersed: false);
        return container.Request(arguments, new Host(), detached, warn ?? (static _ => { }));
    }
}
