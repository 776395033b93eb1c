using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>Images that podman and buildah push are pulled and run here, and the other way round. All three speak to a registry in podman's room.</summary>
[Collection(nameof(Podman))]
public sealed class PodmanImageTests(Podman podman) : PeerTest(podman)
{
    private const string Registry = "127.0.0.1:5000";

    [Theory]
    [InlineData("oci", "gzip")]
    [InlineData("v2s2", "gzip")]
    [InlineData("oci", "zstd")]
    public void What_podman_pushes_is_run(string format, string compression)
    {
        StartRegistry();
        Run("push", "--tls-verify=false", "--format", format, "--compression-format", compression, BusyboxArchive.Name, $"{Registry}/box").Succeeds();
        Cli sampan = NewSampan();
        Inside(sampan, "pull", "-q", $"{Registry}/box").Succeeds();
        Assert.Equal("hi", sampan.Run("run", "--rm", $"{Registry}/box", "echo", "hi").Succeeds().Line);
        using var manifest = System.Text.Json.JsonDocument.Parse(File.ReadAllText($"{sampan.Store.Root}/images/blobs/sha256/{sampan.Run("image", "inspect", "-f", "{{.Descriptor.digest}}", $"{Registry}/box").Succeeds().Line[7..]}"));
        string type = manifest.RootElement.GetProperty("layers")[0].GetProperty("mediaType").GetString()!;
        Assert.Contains(format == "oci" ? compression : "docker", type);
    }

    [Fact]
    public void What_buildah_makes_is_run_as_it_was_configured()
    {
        StartRegistry();
        Buildah("from", "--name", "working", BusyboxArchive.Name).Succeeds();
        try
        {
            Directory.CreateDirectory(InWork("files"));
            File.WriteAllText(InWork("files/greeting"), "hello");
            Buildah("copy", "--chown", "7:8", "--chmod", "640", "working", InWork("files"), "/data").Succeeds();
            Buildah("config", "--env", "NAME=value", "--workingdir", "/data", "--user", "7", "--entrypoint", """["sh", "-c"]""", "--cmd", "'cat greeting; echo $NAME; stat -c %u:%g:%a greeting'", "--label", "made=here", "working").Succeeds();
            Buildah("commit", "working", "made").Succeeds();
            Buildah("push", "--tls-verify=false", "made", $"docker://{Registry}/made").Succeeds();
        }
        finally
        {
            Buildah("rm", "working");
        }
        Cli sampan = NewSampan();
        Inside(sampan, "pull", "-q", $"{Registry}/made").Succeeds();
        Assert.Equal(["hellovalue", "7:8:640"], sampan.Run("run", "--rm", $"{Registry}/made").Succeeds().Lines);
        Assert.Equal("here", sampan.Run("image", "inspect", "-f", "{{.Config.Labels.made}}", $"{Registry}/made").Succeeds().Line);
        Run("rmi", "-f", "localhost/made").Succeeds();
    }

    [Fact]
    public void What_is_pushed_podman_runs_and_buildah_builds_on()
    {
        StartRegistry();
        Cli sampan = NewSampan();
        sampan.Run("run", "--name", "box", "busybox", "sh", "-c", "mkdir -p /opt/x; echo hi > /opt/x/f; chmod 711 /opt/x; rm -r /var/www").Succeeds();
        sampan.Run("commit", "-c", "ENV WHO=me", "-c", "CMD [\"sh\", \"-c\", \"cat /opt/x/f; echo $WHO; stat -c %a /opt/x; ls /var\"]", "box", $"{Registry}/ours:1").Succeeds();
        string digest = sampan.Run("image", "inspect", "-f", "{{.Descriptor.digest}}", $"{Registry}/ours:1").Succeeds().Line;
        Inside(sampan, "push", "-q", $"{Registry}/ours:1").Succeeds();
        try
        {
            Run("pull", "-q", "--tls-verify=false", $"{Registry}/ours@{digest}").Succeeds();
            Run("pull", "-q", "--tls-verify=false", $"{Registry}/ours:1").Succeeds();
            Assert.Equal("hi\nme\n711\nspool\n", Run(Arguments("run", "--rm", $"{Registry}/ours:1")).Succeeds().Stdout);
            string from = Buildah("from", "--tls-verify=false", $"{Registry}/ours:1").Succeeds().Line;
            Assert.Equal("[WHO=me]", Buildah("inspect", "--format", "{{ .OCIv1.Config.Env }}", from).Succeeds().Line.Replace("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin ", ""));
            Buildah("rm", from).Succeeds();
        }
        finally
        {
            Run("rmi", "-f", $"{Registry}/ours:1");
        }
    }

    private string[] Arguments(string verb, params string[] arguments) => podman.NewContainer(verb, arguments);

    private CommandResult Buildah(params string[] arguments) => Keep(podman.Room.Start(["buildah", .. arguments])).Finish();

    /// <summary>On the room's own loopback, with a store of the test's.</summary>
    private void StartRegistry()
    {
        Machine.RequirePrograms("docker-registry", "buildah");
        File.WriteAllText(InWork("registry.yml"), $"version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\nstorage: {{filesystem: {{rootdirectory: {Work}/registry}}}}\nhttp: {{addr: '{Registry}'}}\n");
        // It ends with the nsenter(1) that the test ends.
        Child registry = Keep(podman.Room.Start("setpriv", "--pdeathsig", "KILL", "sh", "-c", "ip link set lo up && echo up && exec docker-registry serve \"$1\"", "sh", InWork("registry.yml")));
        registry.WaitFor("up");
        // The kernel's list of listening sockets of the room, port 5000 in hexadecimal.
        Assert.True(SpinWait.SpinUntil(() => podman.Room.Run("cat", "/proc/net/tcp").Stdout.Contains(":1388 00000000:0000 0A"), Child.Limit), "docker-registry does not come up");
    }

    private CommandResult Inside(Cli sampan, params string[] arguments)
        => Keep(podman.Room.Start(["env", $"SAMPAN_ROOT={sampan.Store.Root}", $"SAMPAN_RUNROOT={sampan.Store.RunRoot}", Path.GetFullPath(Path.Combine(Machine.Programs, "sampan")), .. arguments])).Finish();
}
