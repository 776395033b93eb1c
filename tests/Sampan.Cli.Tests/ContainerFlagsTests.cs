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
    public void Flags_become_fields(string line, string json)
    {
        var request = Request(line);
        Assert.Contains(json, Encoding.UTF8.GetString(request.Config.ToJson()) + Encoding.UTF8.GetString(request.HostConfig.ToJson()));
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
    [InlineData("--network bridge")]
    [InlineData("--pid container:x")]
    [InlineData("--uts private")]
    [InlineData("--stop-signal NOPE")]
    [InlineData("--security-opt seccomp=missing")]
    [InlineData("--detach-keys-not-here x")]
    public void Mistakes(string line)
    {
        var e = Assert.ThrowsAny<Exception>(() => Request(line));
        Assert.True(e is FlagException or SampanException, e.ToString());
    }

    private static CreateRequest Request(string line)
    {
        var flags = new FlagSet();
        var container = new ContainerFlags(flags);
        var arguments = ArgumentParser.Parse(flags, [.. line.Split(' '), "busybox", "sh", "-c", "a  b"], interspersed: false);
        return container.Request(arguments, new Host());
    }
}
