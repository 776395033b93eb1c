using System.Diagnostics;
using Sampan.Linux;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>
/// SIGKILL to sampan-runtime at any moment, then <c>delete --force</c>: no state, cgroup, mount or process is left. The first is looked at here, the others
/// by the leak probe.
/// </summary>
public sealed class KilledAnywhereTests : RootTest
{
    [Fact]
    public void Create()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["sleep", "1000"]);
        Each(static _ => { }, id => ["create", "--bundle", bundle.Path, id]);
    }

    [Fact]
    public void Run()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["sleep", "1000"]);
        Each(static _ => { }, id => ["run", "--detach", "--bundle", bundle.Path, id]);
    }

    [Fact]
    public void Create_in_a_user_namespace_that_is_joined()
    {
        int pid = Runtime.State(Runtime.RunDetached(change: s =>
        {
            s.Linux!.Namespaces!.Add(new Oci.LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = s.Linux.GidMappings = [new Oci.LinuxIdMapping { HostID = 100000, Size = 65536 }];
        })).Pid!.Value;
        Bundle bundle = Runtime.NewBundle(s => s.Linux!.Namespaces!.Add(new Oci.LinuxNamespace { Type = "user", Path = $"/proc/{pid}/ns/user" }));
        Each(static _ => { }, id => ["create", "--bundle", bundle.Path, id]);
    }

    [Fact]
    public void Start()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["sleep", "1000"]);
        Each(id => Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).Succeeds(), static id => ["start", id]);
    }

    [Fact]
    public void Delete()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["sleep", "1000"]);
        Each(id => Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds(), static id => ["delete", "--force", id]);
    }

    [Fact]
    public void Exec()
    {
        Bundle bundle = Runtime.NewBundle(s => s.Process!.Args = ["sleep", "1000"]);
        Each(id => Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds(), static id => ["exec", "--detach", id, "sleep", "2000"]);
    }

    /// <summary>The container's process waits for an answer that never comes, whatever its ids were meanwhile.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void While_a_hook_runs(bool userNamespace)
    {
        string id = Runtime.NewId(), marker = InWork("ran");
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Hooks = new Oci.Hooks { CreateRuntime = [new Oci.Hook { Path = "/bin/sh", Args = ["sh", "-c", $"touch {marker}; kill -9 $PPID"] }] };
            if (!userNamespace)
                return;
            s.Linux!.Namespaces!.Add(new Oci.LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = s.Linux.GidMappings = [new Oci.LinuxIdMapping { HostID = 100000, Size = 65536 }];
        });
        Runtime.RunIntoFile(id, "create", "--bundle", bundle.Path, id).ExitsWith(137);
        Assert.True(File.Exists(marker));
        Runtime.Run("delete", "--force", id).Succeeds();
    }

    private void Each(Action<string> prepare, Func<string, string[]> command)
    {
        var campaign = new Campaign(rounds: 15);
        // How long it takes when nobody kills it: the moments to choose from, and a little more.
        var whole = TimeSpan.Zero;
        for (int i = 0; i < 3; i++)
            whole = Max(whole, Once(prepare, command, null));
        for (int round = 0; round < campaign.Rounds; round++)
        {
            TimeSpan moment = whole * 1.1 * campaign.Random.NextDouble();
            try
            {
                Once(prepare, command, moment);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"round {round}, killed after {moment.TotalMilliseconds:F2} of {whole.TotalMilliseconds:F2} ms, {campaign}: {e.Message}", e);
            }
        }
    }

    private TimeSpan Once(Action<string> prepare, Func<string, string[]> command, TimeSpan? moment)
    {
        string id = Runtime.NewId();
        prepare(id);
        var clock = Stopwatch.StartNew();
        TimeSpan taken;
        if (moment is null)
        {
            Runtime.RunIntoFile(id, command(id)).Succeeds();
            taken = clock.Elapsed;
        }
        else
        {
            using Child child = Runtime.Start(command(id));
            while (clock.Elapsed < moment)
                Thread.SpinWait(20);
            Sys.Kill(child.Pid, Signal.SIGKILL);
            SpinWait.SpinUntil(() => child.HasExited, Child.Limit);
            taken = clock.Elapsed;
        }
        Runtime.Run("delete", "--force", id).Succeeds();
        Assert.False(Directory.Exists(Path.Combine(Runtime.StateRoot, id)), $"{id} is still there");
        Assert.Empty(CgroupsOf(id));
        return taken;
    }

    private static List<string> CgroupsOf(string id)
        => [.. Machine.CgroupMounts.SelectMany(m => Directory.EnumerateDirectories(m, id, new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }))];

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
