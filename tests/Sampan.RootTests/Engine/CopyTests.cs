using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary><c>cp</c> between a container, running or not, and the host.</summary>
public sealed class CopyTests : RootTest
{
    private string Running(params string[] options) => Sampan.RunDetached([.. options, "busybox", "sh", "-c", "test -e /ready && exec sleep 1000; mkdir -p /dir/sub; echo one > /dir/one; echo two > /dir/sub/two; ln -s one /dir/link; ln -s /dir /dirlink; ln -s /etc/passwd /abs; chown -R 33:7 /dir; touch /ready; sleep 1000"]);

    private string Stopped(params string[] options)
    {
        string id = Ready(Running(options));
        Sampan.Run("kill", id).Succeeds();
        Sampan.WaitForStatus(id, "exited");
        return id;
    }

    private string Ready(string id)
    {
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("exec", id, "test", "-e", "/ready").ExitCode == 0, Child.Limit));
        return id;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Out_of_a_container(bool runs)
    {
        string id = runs ? Ready(Running()) : Stopped();
        string to = InWork("out/x")[..^2];
        // A file: as a name, into a directory, over a file.
        Sampan.Run("cp", $"{id}:/dir/one", $"{to}/new").Succeeds();
        Assert.Equal("one\n", File.ReadAllText($"{to}/new"));
        Assert.Equal("0 0", Host("stat", "-c", "%u %g", $"{to}/new").Line);
        Sampan.Run("cp", $"{id}:dir/sub/two", to).Succeeds();
        Sampan.Run("cp", $"{id}:/dir/sub/two", $"{to}/new").Succeeds();
        Assert.Equal("two\n", File.ReadAllText($"{to}/two") + File.ReadAllText($"{to}/new")[4..]);
        // A directory: into one that is there, as one that is not, its contents.
        Sampan.Run("cp", "-a", $"{id}:/dir", to).Succeeds();
        Assert.Equal("two\n", File.ReadAllText($"{to}/dir/sub/two"));
        Assert.Equal("33 7", Host("stat", "-c", "%u %g", $"{to}/dir/one").Line);
        Assert.Equal("one", Machine.ReadLink($"{to}/dir/link"));
        Sampan.Run("cp", $"{id}:/dir", $"{to}/fresh").Succeeds();
        Assert.True(File.Exists($"{to}/fresh/sub/two"));
        Directory.CreateDirectory($"{to}/contents");
        Sampan.Run("cp", $"{id}:/dir/.", $"{to}/contents").Succeeds();
        Assert.True(File.Exists($"{to}/contents/one"));
        Sampan.Run("cp", $"{id}:/dir/.", $"{to}/contents2/").Succeeds();
        Assert.True(File.Exists($"{to}/contents2/one"));
        // Links: as they are, or what they lead to in the container.
        Sampan.Run("cp", $"{id}:/abs", $"{to}/abs").Succeeds();
        Assert.Equal("/etc/passwd", Machine.ReadLink($"{to}/abs"));
        Sampan.Run("cp", "-L", $"{id}:/abs", $"{to}/followed").Succeeds();
        Assert.Contains("nobody", File.ReadAllText($"{to}/followed"));
        Assert.NotEqual(File.ReadAllText("/etc/passwd"), File.ReadAllText($"{to}/followed"));
        Sampan.Run("cp", "-L", $"{id}:/dirlink", to).Succeeds();
        Assert.True(File.Exists($"{to}/dirlink/one"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Into_a_container(bool runs)
    {
        string id = runs ? Ready(Running()) : Stopped();
        string from = InWork("src/sub/x")[..^6];
        File.WriteAllText($"{from}/a", "a");
        File.WriteAllText($"{from}/sub/b", "b");
        File.CreateSymbolicLink($"{from}/l", "a");
        Host("chown", "-R", "1000:1001", from).Succeeds();
        Host("chmod", "751", $"{from}/sub").Succeeds();
        Sampan.Run("cp", $"{from}/a", $"{id}:/made").Succeeds();
        Sampan.Run("cp", $"{from}/a", $"{id}:/dir/one").Succeeds();
        Sampan.Run("cp", from, $"{id}:/dir").Succeeds();
        Sampan.Run("cp", "-a", from, $"{id}:/asnew").Succeeds();
        Sampan.Run("cp", $"{from}/.", $"{id}:/dirlink/sub").Succeeds();
        Sampan.Run("cp", "-L", $"{from}/l", $"{id}:/dir/l").Succeeds();
        // A link in the way of a file is followed, in the container.
        Sampan.Run("cp", $"{from}/a", $"{id}:/abs").Succeeds();
        if (!runs)
            Sampan.Run("start", id).Succeeds();
        Ready(id);
        Assert.Equal("a 0 0", Inside("cat /made; stat -c ' %u %g' /made"));
        Assert.Equal("b", Inside("cat /dir/src/sub/b"));
        Assert.Equal("751 0 0", Inside("stat -c '%a %u %g' /dir/src/sub"));
        Assert.Equal("1000 1001", Inside("stat -c '%u %g' /asnew/sub/b"));
        Assert.Equal("a", Inside("readlink /asnew/l"));
        Assert.Equal("ab", Inside("cat /dir/sub/a /dir/sub/sub/b"));
        Assert.Equal("a", Inside("test -h /dir/l || cat /dir/l"));
        Assert.Equal("a", Inside("cat /etc/passwd; test -h /abs && echo"));
        Assert.Contains("nobody", File.ReadAllText("/etc/passwd"));

        string Inside(string script) => Sampan.Run("exec", id, "sh", "-c", script).Succeeds().Line;
    }

    [Fact]
    public void Archives_through_pipes()
    {
        string id = Ready(Running());
        Cli("cp {0}:/dir - | tar -t > names");
        Assert.Equal(["dir/", "dir/link", "dir/one", "dir/sub/", "dir/sub/two"], File.ReadAllLines(InWork("names")));
        Cli("cp {0}:/dir/. - | tar -t > names");
        Assert.Contains("./one", File.ReadAllLines(InWork("names")));
        Cli("cp {0}:/dir/one - | tar -xO > names");
        Assert.Equal("one\n", File.ReadAllText(InWork("names")));
        // Owners are those of the archive.
        File.WriteAllText(InWork("f"), "f");
        Host("sh", "-c", $"cd '{Work}' && tar --owner=12 --group=13 -c f | {Command("cp - {0}:/dir", id)}").Succeeds();
        Assert.Equal("12 13", Sampan.Run("exec", id, "stat", "-c", "%u %g", "/dir/f").Succeeds().Line);
        Assert.Contains("must be a directory", Host("sh", "-c", $"tar -cf - -T /dev/null | {Command("cp - {0}:/dir/one", id)}").ExitsWith(1).Stderr);
        Assert.Contains("not a tar archive", Host("sh", "-c", $"seq 1000 | {Command("cp - {0}:/dir", id)}").ExitsWith(1).Stderr);
        Assert.Contains("leads out", Host("sh", "-c", $"cd '{Work}' && tar -cP --transform 's,^f,../../../f,' f | {Command("cp - {0}:/dir", id)}").ExitsWith(1).Stderr);

        void Cli(string line) => Host("sh", "-c", $"cd '{Work}' && {Command(line, id)}").Succeeds();
    }

    private string Command(string line, string id) => $"'{Path.Combine(Machine.Programs, "sampan")}' --root '{Sampan.Store.Root}' --runroot '{Sampan.Store.RunRoot}' {string.Format(line, id)}";

    [Fact]
    public void Mounts_are_seen_as_the_container_sees_them()
    {
        string volume = InWork("vol/x")[..^2], shut = InWork("shut/x")[..^2];
        File.WriteAllText($"{volume}/v", "of the volume");
        File.WriteAllText($"{shut}/s", "read only");
        string id = Ready(Running("-v", $"{volume}:/vol", "-v", $"{shut}:/shut:ro", "--tmpfs", "/tmpfs"));
        string a = InWork("a");
        File.WriteAllText(a, "new");
        Sampan.Run("exec", id, "sh", "-c", "echo t > /tmpfs/t").Succeeds();
        Sampan.Run("cp", $"{id}:/tmpfs/t", InWork("t")).Succeeds();
        foreach (bool runs in (bool[])[true, false])
        {
            if (!runs)
                Sampan.Run("kill", id).Succeeds();
            Sampan.WaitForStatus(id, runs ? "running" : "exited");
            Sampan.Run("cp", $"{id}:/vol/v", InWork("v")).Succeeds();
            Assert.Equal("of the volume", File.ReadAllText(InWork("v")));
            Sampan.Run("cp", a, $"{id}:/vol/new{runs}").Succeeds();
            Assert.Equal("new", File.ReadAllText($"{volume}/new{runs}"));
            Sampan.Run("cp", a, $"{id}:/shut").FailsWith(1, "read-only");
            // A file that is itself a mount is written to.
            Sampan.Run("cp", a, $"{id}:/etc/hosts").Succeeds();
            Sampan.Run("cp", $"{id}:/etc/hosts", InWork("hosts")).Succeeds();
            Assert.Equal("new", File.ReadAllText(InWork("hosts")));
        }
        Assert.DoesNotContain("new", File.ReadAllText("/etc/hosts").Split('\n')[0]);
        string frozen = Ready(Sampan.RunDetached("--read-only", "--tmpfs", "/run", "busybox", "sh", "-c", "sleep 1000"), "/bin");
        Sampan.Run("cp", a, $"{frozen}:/x").FailsWith(1, "read-only");
        Sampan.Run("kill", frozen).Succeeds();
        Sampan.WaitForStatus(frozen, "exited");
        Sampan.Run("cp", a, $"{frozen}:/x").FailsWith(1, "read-only");
    }

    private string Ready(string id, string path)
    {
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("exec", id, "test", "-e", path).ExitCode == 0, Child.Limit));
        return id;
    }

    [Fact]
    public void Mistakes()
    {
        string id = Ready(Running("--name", "box"));
        string file = InWork("file");
        File.WriteAllText(file, "f");
        string work = Work;
        Sampan.Run("cp", "box:/none", work).FailsWith(1, "box:/none");
        Sampan.Run("cp", $"{work}/none", "box:/").FailsWith(1, $"{work}/none");
        Sampan.Run("cp", "box:/dir", file).FailsWith(1, "directory", file);
        Sampan.Run("cp", work, "box:/dir/one").FailsWith(1, "directory", "box:/dir/one");
        Sampan.Run("cp", file, "box:/newdir/").FailsWith(1, "no such directory", "box:/newdir/");
        Sampan.Run("cp", file, "box:/no/where").FailsWith(1, "no such directory", "box:/no");
        Sampan.Run("cp", "box:/dir/one", $"{work}/no/where").FailsWith(1, "no such directory", "/no");
        Sampan.Run("cp", "box:/dir/one/", work).FailsWith(1, "not a directory");
        Sampan.Run("cp", "box:/x", "box:/y").FailsWith(1, "between containers");
        Sampan.Run("cp", file, work).FailsWith(1, "container");
        Sampan.Run("cp", "nobody:/x", work).FailsWith(1, "nobody");
        Sampan.Run("exec", id, "sh", "-c", "ln -s loop /loop; mkdir /dir2; touch /dir2/sub").Succeeds();
        Sampan.Run("cp", "-L", "box:/loop", work).FailsWith(1, "links");
        // A directory over a file, a file over a directory, deep in a tree.
        Sampan.Run("cp", "box:/dir", InWork("t/x")[..^2]).Succeeds();
        Sampan.Run("cp", $"{work}/t/dir/.", "box:/dir2").FailsWith(1, "non-directory", "sub");
        // A file with a colon in its name.
        File.WriteAllText(InWork("box:x"), "colon");
        Sampan.StartIn(work, "cp", "./box:x", "box:/colon").Finish().Succeeds();
        Assert.Equal("colon", Sampan.Run("exec", id, "cat", "/colon").Succeeds().Stdout);
        Assert.Equal("", Sampan.Run("cp", "box:/dir/one", $"{work}/quiet").Succeeds().Stderr);
    }

    [Fact]
    public void Owners_in_a_user_namespace()
    {
        string id = Ready(Running("--userns", "auto"));
        string file = InWork("file");
        File.WriteAllText(file, "f");
        Host("chown", "1000:1001", file).Succeeds();
        Sampan.Run("cp", file, $"{id}:/root/f").Succeeds();
        Sampan.Run("cp", "-a", file, $"{id}:/root/g").Succeeds();
        Assert.Equal("0 0\n1000 1001", Sampan.Run("exec", id, "stat", "-c", "%u %g", "/root/f", "/root/g").Succeeds().Line);
        Sampan.Run("cp", "-a", $"{id}:/dir/one", InWork("one")).Succeeds();
        Assert.Equal("33 7", Host("stat", "-c", "%u %g", InWork("one")).Line);
    }

    [Fact]
    public void A_program_that_runs_as_its_owner_is_an_ordinary_one_on_the_host()
    {
        string id = Ready(Running());
        Sampan.Run("exec", id, "sh", "-c", "cp /bin/busybox /suid; chmod 6755 /suid; mkdir -m 2775 /sgid").Succeeds();
        Sampan.Run("cp", $"{id}:/suid", InWork("suid")).Succeeds();
        Sampan.Run("cp", $"{id}:/sgid", InWork("sgid")).Succeeds();
        Sampan.Run("cp", "-a", $"{id}:/suid", InWork("archived")).Succeeds();
        Assert.Equal("755\n775\n6755", Host("stat", "-c", "%a", InWork("suid"), InWork("sgid"), InWork("archived")).Succeeds().Line);
        Sampan.Run("cp", InWork("archived"), $"{id}:/back").Succeeds();
        Assert.Equal("6755", Sampan.Run("exec", id, "stat", "-c", "%a", "/back").Succeeds().Line);
    }

    [Fact]
    public void Not_while_its_monitor_is_about_to_start_it_again()
    {
        string id = Sampan.RunDetached("--name", "again", "--restart", "always", "busybox", "false");
        // Each wait is twice as long as the last: some is long enough to be met.
        Assert.True(SpinWait.SpinUntil(() => Sampan.Run("cp", "again:/etc/passwd", InWork("passwd")) is { ExitCode: 1 } result && result.Stderr.Contains("restarting", StringComparison.Ordinal), Child.Limit));
        Sampan.Run("rm", "-f", id).Succeeds();
    }

    [Fact]
    public void A_directory_of_the_hosts_as_the_root()
    {
        string tree = InWork("tree/x")[..^2], file = InWork("file");
        Host("tar", "-xpf", Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar"), "-C", tree).Succeeds();
        File.WriteAllText(file, "copied");
        Sampan.Run("create", "--name", "tree", "--rootfs", "--mount", "type=tmpfs,target=/tmp", tree, "cat", "/in").Succeeds();
        Sampan.Run("cp", file, "tree:/in").Succeeds();
        Assert.Equal("copied", File.ReadAllText($"{tree}/in"));
        Sampan.Run("cp", "tree:/in", InWork("out")).Succeeds();
        Assert.Equal("copied", Sampan.Run("start", "-a", "tree").Succeeds().Stdout);
        Assert.Equal("0B tree", Sampan.Run("ps", "-a", "--filter", "name=tree", "--format", "{{.Size}} {{.Names}}{{.Mounts}}").Succeeds().Line);
        Assert.Contains("Containers", Sampan.Run("system", "df").Succeeds().Stdout);
    }

    [Fact]
    public void A_container_that_never_ran()
    {
        Sampan.Run("create", "--name", "fresh", "busybox", "cat", "/in").Succeeds();
        string file = InWork("file");
        File.WriteAllText(file, "copied");
        Sampan.Run("cp", file, "fresh:/in").Succeeds();
        Assert.Equal("copied", Sampan.Run("start", "-a", "fresh").Succeeds().Stdout);
        Assert.Equal("A /in", Sampan.Run("diff", "fresh").Succeeds().Line);
    }
}
