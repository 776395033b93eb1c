using System.Text.Json;
using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Conformance.Config;

/// <summary>config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle".</summary>
public sealed class HookTests : ConformanceTest
{
    private Bundle Bundle(Action<Spec>? change = null)
    {
        Bundle bundle = NewBundle(s =>
        {
            s.Hostname = "inner";
            s.Annotations = new() { ["org.example.key"] = "value" };
        });
        // Each witness writes below the root, which hooks of either side can reach.
        Hook At(string name, bool inside = false) => new()
        {
            Path = inside ? "/witness" : HostWitness, Args = ["hook", $"to={(inside ? "" : bundle.Rootfs)}/tmp/{name}", "stdin="], Env = ["KEY=value of " + name],
        };
        bundle.Spec.Hooks = new Hooks
        {
            Prestart = [At("prestart")], CreateRuntime = [At("createRuntime1"), At("createRuntime2")], CreateContainer = [At("createContainer")],
            StartContainer = [At("startContainer", inside: true)], Poststart = [At("poststart")], Poststop = [At("poststop")],
        };
        change?.Invoke(bundle.Spec);
        bundle.Save();
        return bundle;
    }

    private static string[] Ran(Bundle bundle)
        => [.. new DirectoryInfo(Path.Combine(bundle.Rootfs, "tmp")).GetFiles().OrderBy(f => f.LastWriteTimeUtc).Select(f => f.Name)];

    private static Report Of(Bundle bundle, string hook) => Report.Parse(File.ReadAllText(Path.Combine(bundle.Rootfs, "tmp", hook)));

    [Fact]
    public void Each_runs_in_its_step_in_its_namespaces_with_its_environment_and_the_state()
    {
        Bundle bundle = Bundle(s => s.Process!.Args = ["/witness", "list=/tmp", "wait"]);
        string id = Runtime.NewId(), host = Machine.ReadLink("/proc/self/ns/uts");
        Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).Succeeds();
        Assert.Equal(["prestart", "createRuntime1", "createRuntime2", "createContainer"], Ran(bundle));
        int pid = Runtime.State(id).Pid!.Value;
        string container = Machine.ReadLink($"/proc/{pid}/ns/uts");

        Runtime.Run("start", id).Succeeds();
        Assert.Equal(["prestart", "createRuntime1", "createRuntime2", "createContainer", "startContainer", "poststart"], Ran(bundle));
        Assert.DoesNotContain("poststart", ReportOf(id)["list=/tmp"].Split(' ')[..0]);
        Assert.Contains("startContainer", ReportOf(id)["list=/tmp"]);               // before the program

        Runtime.Run("kill", id, "KILL").Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Assert.DoesNotContain("poststop", Ran(bundle));
        Runtime.Run("delete", id).Succeeds();
        Assert.Equal("poststop", Ran(bundle)[^1]);

        foreach (var (name, status, inside) in new[] { ("prestart", "creat", false), ("createRuntime1", "creat", false), ("createRuntime2", "creat", false), ("createContainer", "creat", true),
            ("startContainer", "", true), ("poststart", "running", false), ("poststop", "stopped", false) })
        {
            Report report = Of(bundle, name);
            Assert.Equal("value of " + name.TrimEnd(' '), Assert.Single(report.All("env"))["KEY=".Length..]);
            Assert.Equal("hook", report["arg.0"]);
            // Those inside run in the container's PID namespace or beside it: a /proc need not have them.
            if (!inside || report["ns.uts"] != "ENOENT")
                Assert.Equal(inside ? container : host, report["ns.uts"]);
            Assert.Equal(inside ? "inner" : File.ReadAllText("/proc/sys/kernel/hostname").Trim(), report["hostname"]);
            Assert.Equal(["0", "1", "2"], report.Keys("fd.").Where(f => f is "0" or "1" or "2" || !report["fd." + f].EndsWith("/tmp/" + name, StringComparison.Ordinal)).Distinct());

            JsonElement state = JsonDocument.Parse(report["stdin="]).RootElement;
            Assert.Equal(id, state.GetProperty("id").GetString());
            Assert.StartsWith(status, state.GetProperty("status").GetString());
            Assert.Equal(bundle.Path, state.GetProperty("bundle").GetString());
            Assert.Equal("value", state.GetProperty("annotations").GetProperty("org.example.key").GetString());
            Assert.NotEmpty(state.GetProperty("ociVersion").GetString()!);
            if (!inside && name != "poststop")
                Assert.Equal(pid, state.GetProperty("pid").GetInt32());
        }
        // Of createContainer the path is the host's, of startContainer the container's.
        Assert.DoesNotContain(Of(bundle, "startContainer").Mounts, m => m.Place.StartsWith(Work, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    public void One_that_fails_is_an_error_and_no_container_is_left(string point)
    {
        foreach (Hook fails in (Hook[])[new Hook { Path = "/no/such/hook" }, point == "startContainer" ? new Hook { Path = "/witness", Args = ["x", "to=/no/such/file"] } : new Hook { Path = "/bin/false" }])
        {
            Bundle bundle = Bundle(s => HooksOf(s, point).Insert(0, fails));
            Refused(bundle);
            Assert.DoesNotContain("poststart", Ran(bundle));
            Assert.Contains("poststop", Ran(bundle));       // "continue the lifecycle at step 12", of which 13 is poststop
        }
    }

    /// <summary>"path MUST be absolute": found out before there is anything.</summary>
    [Theory]
    [InlineData("prestart")]
    [InlineData("poststart")]
    [InlineData("poststop")]
    public void A_relative_path_is_an_error(string point)
    {
        Hook[] wrong = [new Hook { Path = "bin/true" }];
        Refused(s => s.Hooks = new Hooks { Prestart = point == "prestart" ? [.. wrong] : null, Poststart = point == "poststart" ? [.. wrong] : null, Poststop = point == "poststop" ? [.. wrong] : null });
    }

    [Fact]
    public void One_that_takes_longer_than_its_timeout_fails()
        => Assert.InRange(Refused(s => s.Hooks = new Hooks { CreateRuntime = [new Hook { Path = HostWitness, Args = ["x", "to=/dev/null", "wait"], Timeout = 1 }] }).Elapsed.TotalSeconds, 0.9, 10);

    /// <summary>"If any poststop hook fails, the runtime MUST log a warning, but the remaining hooks and lifecycle continue as if the hook had succeeded."</summary>
    [Fact]
    public void A_poststop_that_fails_is_a_warning()
    {
        Bundle bundle = Bundle(s => s.Hooks!.Poststop!.Insert(0, new Hook { Path = "/bin/false" }));
        string id = Runtime.NewId();
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        Runtime.WaitForStatus(id, "stopped");
        Assert.Contains("/bin/false", Runtime.Run("delete", id).Succeeds().Stderr);
        Assert.Contains("poststop", Ran(bundle));
        Assert.NotEqual(0, Runtime.Run("state", id).ExitCode);
    }

    private static List<Hook> HooksOf(Spec spec, string point) => point switch
    {
        "prestart" => spec.Hooks!.Prestart!,
        "createRuntime" => spec.Hooks!.CreateRuntime!,
        "createContainer" => spec.Hooks!.CreateContainer!,
        _ => spec.Hooks!.StartContainer!,
    };
}
