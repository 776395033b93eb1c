using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>What is wrong is told in one line that names it, and leaves nothing: no state, no cgroup, no mount.</summary>
public sealed class BadInputTests : RootTest
{
    [Theory]
    [InlineData("no-such-verb")]
    [InlineData("run --no-such-flag x")]
    [InlineData("state no-such-container")]
    [InlineData("start no-such-container")]
    [InlineData("kill no-such-container TERM")]
    [InlineData("delete no-such-container")]
    public void An_unknown_word_is_named(string arguments)
        => Runtime.Run(arguments.Split(' ')).Fails(arguments.Contains("flag", StringComparison.Ordinal) ? "no-such-flag" : arguments.Contains("verb", StringComparison.Ordinal) ? "no-such-verb" : "no-such-container");

    [Theory]
    [InlineData("../escape")]
    [InlineData("a/b")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    public void An_id_that_is_a_path_is_refused(string id)
        => Runtime.Run("run", "--bundle", Runtime.NewBundle().Path, id).Fails();

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"ociVersion\": 1}")]
    [InlineData("{\"ociVersion\": \"1.0.2\", \"process\": {\"args\": \"sh\", \"cwd\": \"/\"}}")]
    [InlineData("")]
    public void A_malformed_config_is_refused(string config)
    {
        Bundle bundle = Runtime.NewBundle();
        File.WriteAllText(Path.Combine(bundle.Path, "config.json"), config);
        FailsClean(bundle, "config.json");
    }

    [Fact]
    public void A_missing_config_or_bundle_is_named()
    {
        Runtime.Run("run", "--bundle", Work, Runtime.NewId()).Fails("config.json");
        Runtime.Run("run", "--bundle", "/no/such/bundle", Runtime.NewId()).Fails("/no/such/bundle");
    }

    [Fact]
    public void A_missing_root_is_named()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Root!.Path = "no-such-rootfs");
        FailsClean(bundle, "no-such-rootfs");
    }

    [Fact]
    public void A_missing_command_is_named()
        => FailsClean(Runtime.NewBundle(s => s.Process!.Args = ["no-such-command"]), "no-such-command");

    [Fact]
    public void A_command_that_is_no_program_is_named()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["/etc/passwd"]);
        FailsClean(bundle, "/etc/passwd");
    }

    [Fact]
    public void No_arguments_at_all()
        => FailsClean(Runtime.NewBundle(s => s.Process!.Args = []), "args");

    [Fact]
    public void A_mount_of_an_unknown_type_is_named()
        => FailsClean(Runtime.NewBundle(s => s.Mounts!.Add(new Mount { Destination = "/m", Type = "nosuchfs", Source = "none" })), "nosuchfs");

    [Fact]
    public void A_user_namespace_without_a_map_is_refused()
        => FailsClean(Runtime.NewBundle(s => s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" })), "uidMappings");

    [Fact]
    public void A_hook_that_fails_fails_the_container()
        => FailsClean(Runtime.NewBundle(s => s.Hooks = new Hooks { CreateRuntime = [new Hook { Path = "/bin/false" }] }), "/bin/false");

    [Fact]
    public void A_user_that_is_no_user_is_refused()
    {
        Bundle bundle = Runtime.NewBundle();
        string config = Path.Combine(bundle.Path, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace("\"uid\": 0", "\"uid\": 4294967295", StringComparison.Ordinal));
        FailsClean(bundle, "uid");
    }

    [Fact]
    public void A_memory_limit_too_low_to_be_made_in_is_named()
    {
        Machine.RequireController("memory");
        FailsClean(Runtime.NewBundle(s => s.Linux!.Resources!.Memory = new LinuxMemory { Limit = 4096 }), "linux.resources.memory.limit");
    }

    private void FailsClean(Bundle bundle, string name)
    {
        string id = Runtime.NewId();
        Runtime.Run("run", "--bundle", bundle.Path, id).Fails(name);
        Assert.False(Directory.Exists(Path.Combine(Runtime.StateRoot, id)));
        Runtime.Run("create", "--bundle", bundle.Path, id).Fails(name);
        Assert.False(Directory.Exists(Path.Combine(Runtime.StateRoot, id)));
    }
}
