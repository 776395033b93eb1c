using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary>
/// A walk through what makes a container, step by step at two prompts: one inside, one on the host. It follows an article that
/// builds a small runtime on aufs; here the same steps show the same things.
/// </summary>
public sealed class ArticleTests : RootTest
{
    [Fact]
    public void A_new_file_lands_in_the_writable_layer_and_nowhere_else()
    {
        Child inside = Interactive("--name", "container1");
        Type(inside, "echo \"hello, world\" > tmpfile; ls /", "tmpfile");
        string upper = Path.Combine(Sampan.Store.ContainerDirectory(), "upper");
        Assert.Equal("hello, world\n", File.ReadAllText(Path.Combine(upper, "tmpfile")));
        Assert.Empty(Directory.GetFiles(Path.Combine(Sampan.Store.Root, "layers"), "tmpfile", SearchOption.AllDirectories));
        Leave(inside);
        Assert.DoesNotContain("tmpfile", Sampan.Run("run", "--rm", "busybox", "ls", "/").Succeeds().Lines);
    }

    [Fact]
    public void An_edited_file_is_copied_up_and_the_image_stays_as_it_was()
    {
        Child inside = Interactive();
        Type(inside, "echo testline:x:99: >> /etc/group; tail -n 1 /etc/group", "testline:x:99:");
        string upper = Path.Combine(Sampan.Store.ContainerDirectory(), "upper");
        Assert.EndsWith("testline:x:99:\n", File.ReadAllText(Path.Combine(upper, "etc/group")));
        Assert.StartsWith("root:x:0:", File.ReadAllText(Path.Combine(upper, "etc/group")));
        Assert.DoesNotContain("testline", File.ReadAllText(InLayer("etc/group")));
        Leave(inside);
    }

    [Fact]
    public void A_deleted_file_leaves_a_whiteout()
    {
        Child inside = Interactive();
        Type(inside, "rm /etc/shadow; ls /etc/shadow", "No such file or directory");
        string whiteout = Path.Combine(Sampan.Store.ContainerDirectory(), "upper/etc/shadow");
        // overlayfs.rst, "whiteouts and opaque directories": a character device 0/0.
        Assert.Equal("character special file 0,0", Host("stat", "-c", "%F %t,%T", whiteout).Succeeds().Line);
        Assert.True(File.Exists(InLayer("etc/shadow")));
        Leave(inside);
    }

    [Fact]
    public void A_directory_made_again_hides_what_the_image_has_there()
    {
        string id = Sampan.RunDetached("busybox", "sh", "-c", "rm -r /var && mkdir /var && touch /var/new && sleep 1000");
        Wait(() => Sampan.Run("exec", id, "ls", "/var").Stdout == "new\n");
        byte[] opaque = new byte[8];
        Assert.Equal(1, Linux.Sys.Lgetxattr(Path.Combine(Sampan.Store.ContainerDirectory(), "upper/var"), "trusted.overlay.opaque", opaque));
        Assert.Equal((byte)'y', opaque[0]);
        Assert.Equal("new", Sampan.Run("exec", id, "ls", "/var").Succeeds().Line);
    }

    [Fact]
    public void Host_and_container_have_hostnames_of_their_own()
    {
        string host = File.ReadAllText("/proc/sys/kernel/hostname").Trim();
        string inside = Sampan.Run("run", "--rm", "busybox", "hostname").Succeeds().Line;
        Assert.Matches("^[0-9a-f]{12}$", inside);
        Assert.NotEqual(host, inside);
        Assert.Equal(host, File.ReadAllText("/proc/sys/kernel/hostname").Trim());
        Assert.Equal("named", Sampan.Run("run", "--rm", "--hostname", "named", "busybox", "hostname").Succeeds().Line);
    }

    [Fact]
    public void A_message_queue_of_the_host_is_not_seen_inside()
    {
        string queue = Host("ipcmk", "-Q").Succeeds().Line.Split(' ')[^1];
        try
        {
            Assert.Contains(File.ReadLines("/proc/sysvipc/msg"), l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1] == queue);
            CommandResult inside = Sampan.Run("run", "--rm", "busybox", "sh", "-c", "cat /proc/sysvipc/msg; readlink /proc/self/ns/ipc").Succeeds();
            Assert.Equal(2, inside.Lines.Length);              // the heading and the namespace
            Assert.NotEqual(Machine.ReadLink("/proc/self/ns/ipc"), inside.Lines[1]);
        }
        finally
        {
            Host("ipcrm", "-q", queue).Succeeds();
        }
    }

    [Fact]
    public void Root_inside_is_an_ordinary_user_outside()
    {
        string id = Sampan.RunDetached("--userns", "auto", "busybox", "sleep", "1000");
        Assert.Equal("0", Sampan.Run("exec", id, "id", "-u").Succeeds().Line);
        string pid = Sampan.Inspect(id, "State.Pid");
        string[] map = File.ReadAllText($"/proc/{pid}/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("0", map[0]);
        Assert.NotEqual("0", map[1]);
        Assert.Contains($"\nUid:\t{map[1]}\t{map[1]}\t", File.ReadAllText($"/proc/{pid}/status"));
        // The image's files are root's inside, and what root makes is its own.
        Assert.Equal("0 0", Sampan.Run("exec", id, "stat", "-c", "%u %g", "/etc/passwd").Succeeds().Line);
        Assert.Equal("0", Sampan.Run("exec", id, "sh", "-c", "touch /made && stat -c %u /made").Succeeds().Line);
    }

    [Fact]
    public void Mount_inside_shows_its_own_root_and_not_the_hosts_mounts()
    {
        string[] inside = Sampan.Run("run", "--rm", "busybox", "mount").Succeeds().Lines;
        Assert.Contains(inside, l => l.StartsWith("overlay on / type overlay (rw", StringComparison.Ordinal));
        Assert.Contains(inside, l => l.StartsWith("proc on /proc type proc (rw,nosuid,nodev,noexec,relatime)", StringComparison.Ordinal));
        Assert.Contains(inside, l => l.StartsWith("tmpfs on /dev type tmpfs (rw,nosuid,", StringComparison.Ordinal));
        Assert.Single(inside, l => l.Contains(" on / type ", StringComparison.Ordinal));
        Assert.All(inside, l => Assert.Matches("^.* on /($| |proc|dev|sys|etc/(hosts|hostname|resolv.conf) )", l));
        Assert.Equal("bin dev etc home proc root sys tmp usr var", string.Join(' ', Sampan.Run("run", "--rm", "busybox", "ls", "/").Succeeds().Lines));
    }

    [Fact]
    public void Nothing_of_a_container_is_mounted_on_the_host()
    {
        Sampan.Run("run", "--rm", "busybox", "true").Succeeds();
        string before = File.ReadAllText("/proc/self/mountinfo");
        string id = Sampan.RunDetached("busybox", "sleep", "1000");
        Assert.Equal(before, File.ReadAllText("/proc/self/mountinfo"));
        Sampan.Run("rm", "-f", id).Succeeds();
    }

    [Fact]
    public void Ps_inside_starts_at_1()
    {
        string[] inside = Sampan.Run("run", "--rm", "busybox", "sh", "-c", "ps; true").Succeeds().Lines;
        Assert.Equal(3, inside.Length);                        // the heading, sh, ps
        Assert.Matches(@"^\s*1 root .* sh -c ps; true$", inside[1]);
    }

    [Fact]
    public void A_volume_shows_both_ways()
    {
        string from = InWork("from1/given");
        File.WriteAllText(from, "of the host\n");
        string directory = Path.GetDirectoryName(from)!;
        Child inside = Interactive("--name", "container1", "-v", $"{directory}:/to1");
        Type(inside, "cat /to1/given; echo of the container > /to1/made", "of the host");
        Wait(() => File.Exists(Path.Combine(directory, "made")));
        Assert.Equal("of the container\n", File.ReadAllText(Path.Combine(directory, "made")));
        File.WriteAllText(Path.Combine(directory, "later"), "");
        Type(inside, "ls /to1", "later");
        Leave(inside);
        Assert.True(File.Exists(from));
    }

    [Fact]
    public void A_memory_limit_kills_what_exceeds_it_and_inspect_says_so()
    {
        Machine.RequireController("memory");
        string id = Sampan.RunDetached("-m", "32m", "busybox", "sh", "-c", "tail /dev/zero");
        Sampan.WaitForStatus(id, "exited");
        Assert.Equal("True", Sampan.Inspect(id, "State.OOMKilled"));
        Assert.Equal("137", Sampan.Inspect(id, "State.ExitCode"));
    }

    [Fact]
    public void The_articles_own_flags()
    {
        Machine.RequireController("cpuset");
        string id = Sampan.RunDetached("--name", "own", "-m", "100m", "--cpushare", "512", "--cpuset", "0", "--net", "none", "busybox", "sleep", "1000");
        Assert.Equal("104857600", Sampan.Inspect(id, "HostConfig.Memory"));
        Assert.Equal("512", Sampan.Inspect(id, "HostConfig.CpuShares"));
        Assert.Equal("0", Sampan.Inspect(id, "HostConfig.CpusetCpus"));
        Assert.Matches(@"Cpus_allowed_list:\s*0\n", Sampan.Run("exec", id, "cat", "/proc/1/status").Succeeds().Stdout);
        Assert.Equal("lo", Sampan.Run("exec", id, "ls", "/sys/class/net").Succeeds().Line);
    }

    [Fact]
    public void Aufs_is_refused_with_a_way_out()
        => Sampan.Run("--storage-driver", "aufs", "run", "--rm", "busybox", "true").FailsWith(125, "aufs", "overlay");

    private Child Interactive(params string[] options)
    {
        Child child = Sampan.StartOnTerminal(["run", "-ti", .. options, "busybox", "sh"]);
        child.WaitFor("# ");
        return child;
    }

    /// <summary>Types a line at the prompt and waits for its end, which its echo does not hold.</summary>
    private static void Type(Child child, string line, string answer)
    {
        child.Write(line + "; echo end-of-$((1+1))\r");
        Assert.Contains(answer, child.WaitFor("end-of-2"));
    }

    private static void Leave(Child child)
    {
        child.Write("exit\r");
        child.Finish().Succeeds();
    }

    /// <summary>A file of the image's one layer.</summary>
    private string InLayer(string path)
        => Directory.GetDirectories(Path.Combine(Sampan.Store.Root, "layers")).SelectMany(l => new[] { Path.Combine(l, path), Path.Combine(l, "fs", path), Path.Combine(l, "diff", path), Path.Combine(l, "tree", path) })
            .Single(f => File.Exists(f));

    private static void Wait(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, Child.Limit), "it never came to that");
}
