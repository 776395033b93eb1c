using System.Text.Json;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>features and list of sampan-runtime, and the help of each verb.</summary>
public sealed class FeaturesTests : RootTest
{
    [Fact]
    public void Features_are_those_of_the_specification()
    {
        using var json = JsonDocument.Parse(Runtime.Run("features").Succeeds().Stdout);
        JsonElement features = json.RootElement;
        Assert.Equal("1.0.0", features.GetProperty("ociVersionMin").GetString());
        Assert.Equal("1.3.0", features.GetProperty("ociVersionMax").GetString());
        Assert.Equal(["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"], Texts(features.GetProperty("hooks")));
        Assert.Superset(new HashSet<string> { "bind", "rbind", "ro", "rro", "nosuid", "rprivate", "rslave" }, Texts(features.GetProperty("mountOptions")).ToHashSet());
        JsonElement linux = features.GetProperty("linux");
        Assert.Equal(["cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"], Texts(linux.GetProperty("namespaces")));
        Assert.Equal(41, linux.GetProperty("capabilities").GetArrayLength());
        Assert.True(linux.GetProperty("cgroup").GetProperty("v1").GetBoolean());
        Assert.True(linux.GetProperty("cgroup").GetProperty("v2").GetBoolean());
        Assert.True(linux.GetProperty("cgroup").GetProperty("systemd").GetBoolean());
        Assert.Contains("SCMP_ARCH_X86_64", Texts(linux.GetProperty("seccomp").GetProperty("archs")));
        foreach (string name in (string[])["apparmor", "selinux", "netDevices"])
            Assert.True(linux.GetProperty(name).GetProperty("enabled").GetBoolean());
        foreach (string name in (string[])["enabled", "schemata", "monitoring"])
            Assert.True(linux.GetProperty("intelRdt").GetProperty(name).GetBoolean());
        Assert.Equal(["MPOL_BIND", "MPOL_DEFAULT", "MPOL_INTERLEAVE", "MPOL_LOCAL", "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE"],
            Texts(linux.GetProperty("memoryPolicy").GetProperty("modes")).Order(StringComparer.Ordinal));
        Assert.Equal(["MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES"], Texts(linux.GetProperty("memoryPolicy").GetProperty("flags")).Order(StringComparer.Ordinal));
        Assert.Equal(["org.criu.config", "org.systemd.property."], Texts(features.GetProperty("potentiallyUnsafeConfigAnnotations")));
        Assert.True(linux.GetProperty("mountExtensions").GetProperty("idmap").GetProperty("enabled").GetBoolean());
    }

    /// <summary>What is said to be known starts a container; each option that is no attribute of a mount is tried on a tmpfs.</summary>
    [Fact]
    public void Every_mount_option_said_to_be_known_is_taken()
    {
        using var json = JsonDocument.Parse(Runtime.Run("features").Succeeds().Stdout);
        // Those of binds have tests of their own.
        string[] options = [.. Texts(json.RootElement.GetProperty("mountOptions")).Where(o => o is not ("bind" or "rbind" or "idmap" or "ridmap" or "remount"))];
        Runtime.Shell("true", s =>
        {
            foreach (string option in options)
                s.Mounts!.Add(new Oci.Mount { Destination = $"/mnt/{option}", Type = "tmpfs", Source = "tmpfs", Options = [option] });
        }).Succeeds();
    }

    [Fact]
    public void List_as_a_table_as_json_and_as_ids()
    {
        Directory.CreateDirectory(Runtime.StateRoot);
        Assert.Equal("[]", Runtime.Run("list", "--format", "json").Succeeds().Line);
        string running = Runtime.RunDetached(), paused = Runtime.RunDetached(), stopped = Runtime.RunDetached("true");
        Runtime.Run("pause", paused).Succeeds();
        Runtime.WaitForStatus(stopped, "stopped");

        string[] ids = [running, paused, stopped];
        Assert.Equal(ids.Order(StringComparer.Ordinal), Runtime.Run("list", "-q").Succeeds().Lines);
        string[] lines = Runtime.Run("list").Succeeds().Lines;
        Assert.Matches("^ID +PID +STATUS +BUNDLE +CREATED +OWNER$", lines[0]);
        Assert.Contains(lines, l => l.Contains(running) && l.Contains($" {Runtime.State(running).Pid} ") && l.Contains(" running ") && l.EndsWith(" root", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains(paused) && l.Contains(" paused "));
        Assert.Contains(lines, l => l.Contains(stopped) && l.Contains(" 0 ") && l.Contains(" stopped "));

        using var json = JsonDocument.Parse(Runtime.Run("list", "--format", "json").Succeeds().Stdout);
        Assert.Equal(3, json.RootElement.GetArrayLength());
        Assert.All(json.RootElement.EnumerateArray(), e => Assert.Equal("root", e.GetProperty("owner").GetString()));
        Assert.Equal("paused", json.RootElement.EnumerateArray().Single(e => e.GetProperty("id").GetString() == paused).GetProperty("status").GetString());
        Runtime.Run("list", "--format", "xml").FailsWith(1, "xml");
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("resume")]
    [InlineData("ps")]
    [InlineData("update")]
    [InlineData("events")]
    [InlineData("features")]
    [InlineData("list")]
    public void Each_verb_has_its_help(string verb)
    {
        Assert.StartsWith($"NAME:\n   sampan-runtime {verb} - ", Runtime.Run(verb, "--help").Succeeds().Stdout);
        Assert.Contains($"\n     {verb} ", Runtime.Run("--help").Succeeds().Stdout);
    }

    private static string[] Texts(JsonElement array) => [.. array.EnumerateArray().Select(e => e.GetString()!)];
}
