using System.Globalization;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Peers;

/// <summary>
/// Mount, network and PID namespaces for another engine, in which every directory it keeps something in is a folder of the tests'. They
/// live as long as the room's first process, which lives as long as its standard input is open: at the latest when the test program ends,
/// the kernel ends everything in them.
/// </summary>
internal sealed class PeerRoom : IDisposable
{
    // As on a machine of its own: the engines run with the paths they have by default.
    private const string Furnish = """
        set -e
        for directory in run var/lib etc/docker etc/cni; do
          test -d "/$directory" || continue
          mkdir -p "$1/$directory"
          mount --bind "$1/$directory" "/$directory"
        done
        mkdir -p /run/lock
        # The hierarchies of v1 in a directory of the room's: podman makes directories beside them, for those that are not there.
        if test -d /sys/fs/cgroup/memory; then
          mkdir "$1/cgroup"
          mount -t tmpfs -o mode=755 none "$1/cgroup"
          for hierarchy in /sys/fs/cgroup/*; do
            mountpoint -q "$hierarchy" || continue
            mkdir "$1/cgroup/${hierarchy##*/}"
            mount --bind "$hierarchy" "$1/cgroup/${hierarchy##*/}"
          done
          mount --move "$1/cgroup" /sys/fs/cgroup
        fi
        mount -t tmpfs -o mode=1777 none /dev/shm
        echo 1 > /proc/sys/net/ipv4/ip_forward                         # or docker warns
        echo ready
        exec tini -- cat
        """;

    private readonly Child _holder;
    private readonly string _first;
    private string[] _mounts;

    public PeerRoom(string name)
    {
        Token = string.Create(CultureInfo.InvariantCulture, $"srt{Environment.ProcessId}-{name}");
        Folder = Path.Combine(Environment.GetEnvironmentVariable("SAMPAN_TEST_TMP") ?? "/tmp", Token);
        Directory.CreateDirectory(Path.Combine(Folder, "tmp"));
        PeerCgroups.Make(Token);
        _holder = Child.Start("/usr/bin/unshare", ["--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", Furnish, "sh", Folder], HostEnvironment);
        _holder.WaitFor("ready\n");
        _first = File.ReadAllText($"/proc/{_holder.Pid}/task/{_holder.Pid}/children").Trim();
        _mounts = Mounts;
    }

    /// <summary>The name of everything the room makes outside: its folder, and the cgroup below which its containers have theirs.</summary>
    public string Token { get; }

    public string Folder { get; }

    /// <summary>What programs in the room get to see of the environment.</summary>
    public Dictionary<string, string> HostEnvironment => new()
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        ["HOME"] = Folder,
        ["TERM"] = "xterm",
        ["TMPDIR"] = Path.Combine(Folder, "tmp"),
        ["CONTAINERS_CONF"] = Path.Combine(Folder, "containers.conf"),
        ["HOST_CANARY"] = "of the host",
    };

    // mountinfo(5) without the mount and parent ids.
    private string[] Mounts => [.. File.ReadLines($"/proc/{_first}/mountinfo").Select(l => string.Join(' ', l.Split(' ').Skip(2)))];

    public Child Start(params string[] command) => Child.Start("/usr/bin/nsenter", Entering(command), HostEnvironment);

    public Child StartOnTerminal(params string[] command) => Child.StartOnTerminal("/usr/bin/nsenter", Entering(command), HostEnvironment);

    public CommandResult Run(params string[] command) => Start(command).Finish();

    public string Write(string file, string text)
    {
        string path = Path.Combine(Folder, file);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Asserts that the room's mounts are those it had before there was a container, within three seconds.</summary>
    public void AssertNoMountLeft()
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        string[] left;
        // These podman and dockerd make when they first need them, and keep.
        while ((left = [.. Mounts.Except(_mounts).Where(m => m.Split(' ')[2] is not ("/run/netns" or "/run/docker/netns/default"))]).Length > 0 && clock.Elapsed < TimeSpan.FromSeconds(3))
            Thread.Sleep(20);
        Assert.Empty(left);
    }

    /// <summary>From now on what is mounted is the engine's own.</summary>
    public void Furnished() => _mounts = Mounts;

    public void Dispose()
    {
        _holder.Finish();
        PeerCgroups.Remove(Token);
        Directory.Delete(Folder, recursive: true);
    }

    private string[] Entering(string[] command) => ["--target", _first, "--mount", "--net", "--pid", "--", .. command];
}
