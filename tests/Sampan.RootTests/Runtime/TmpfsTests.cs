using Sampan.Oci;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Runtime;

/// <summary>runtime-spec 1.3, config.md, "Linux mount options": a tmpfs over what the image has, and <c>tmpcopyup</c>.</summary>
public sealed class TmpfsTests : RootTest
{
    private static Mount Tmpfs(string destination, params string[] options) => new() { Destination = destination, Type = "tmpfs", Source = "tmpfs", Options = [.. options] };

    private CommandResult Run(string command, Action<string> prepare, Action<Spec> change)
    {
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["sh", "-c", command];
            change(s);
        });
        prepare(bundle.Rootfs);
        return Runtime.Run("run", "--bundle", bundle.Path, Runtime.NewId());
    }

    [Fact]
    public void What_the_image_has_is_copied_with_all_that_belongs_to_it()
    {
        CommandResult result = Run("cd /data; stat -c '%A %u:%g %s %Y %n' . * sub/deep/file; readlink link; cat sub/deep/file; echo new > sub/new; grep ' /data ' /proc/mounts", root =>
        {
            string script = """
                mkdir -p "$1/data/sub/deep" && cd "$1/data" && chmod 1751 . && chown 5:6 . sub/deep
                echo text > sub/deep/file && chown 1000:1001 sub/deep/file && chmod 4754 sub/deep/file && touch -d @1000000 sub/deep/file
                touch -d @3000000 sub && ln -s /etc/passwd link && chown -h 7:8 link && touch -h -d @2000000 link && mkfifo -m 640 pipe && mknod -m 606 node c 1 3
                """;
            Host("sh", "-ec", script, "sh", root).Succeeds();
        }, s => s.Mounts!.Add(Tmpfs("/data", "tmpcopyup"))).Succeeds();
        Assert.Matches(@"^drwxr-x--t 0:0 \d+ \d+ \.\nlrwxrwxrwx 7:8 11 2000000 link\ncrw----rw- 0:0 0 \d+ node\nprw-r----- 0:0 0 \d+ pipe\ndrwxr-xr-x 0:0 \d+ 3000000 sub\n-rwsr-xr-- 1000:1001 5 1000000 sub/deep/file\n/etc/passwd\ntext\ntmpfs /data tmpfs rw,", result.Stdout);
    }

    [Fact]
    public void Extended_attributes_come_along()
    {
        string id = Runtime.NewId();
        Bundle bundle = Runtime.NewBundle(s =>
        {
            s.Process!.Args = ["sleep", "1000"];
            s.Mounts!.Add(Tmpfs("/data", "tmpcopyup"));
        });
        Host("sh", "-ec", "mkdir $1/data; cp $1/bin/busybox $1/data/tool; setcap cap_net_raw+ep $1/data/tool", "sh", bundle.Rootfs).Succeeds();
        Runtime.RunIntoFile(id, "run", "--detach", "--bundle", bundle.Path, id).Succeeds();
        Assert.EndsWith("cap_net_raw=ep", Host("getcap", $"/proc/{Runtime.State(id).Pid}/root/data/tool").Succeeds().Line);
    }

    /// <summary>More entries than one getdents64 gives, with directories among them, so that reading goes on where it was left.</summary>
    [Fact]
    public void A_large_tree_is_copied_once_and_whole()
    {
        CommandResult result = Run("cd /data; find . -type f | wc -l; find . | sort -u | wc -l; md5sum d77/big; stat -c %b-%s sparse", root =>
        {
            for (int i = 0; i < 300; i++)
            {
                Directory.CreateDirectory($"{root}/data/d{i}");
                for (int j = 0; j < 10; j++)
                    File.WriteAllText($"{root}/data/d{i}/a-file-with-a-long-name-so-that-few-of-them-fill-a-buffer-{j}", "x");
                File.WriteAllText($"{root}/data/f{i}-{new string('x', 200)}", "x");
            }
            byte[] big = new byte[1_000_003];
            new Random(7).NextBytes(big);
            File.WriteAllBytes($"{root}/data/d77/big", big);
            File.WriteAllBytes(InWork("big"), big);
            using var sparse = File.Create($"{root}/data/sparse");
            sparse.SetLength(5L << 30);
            sparse.Position = 3L << 30;
            sparse.WriteByte(1);
        }, s => s.Mounts!.Add(Tmpfs("/data", "tmpcopyup", "size=64m"))).Succeeds();
        Assert.Equal(["3302", "3603", Host("md5sum", InWork("big")).Succeeds().Line.Split(' ')[0] + "  d77/big", "8-5368709120"], result.Lines);
    }

    [Fact]
    public void It_is_read_only_only_once_everything_is_in()
        => Assert.Equal("text\nread only\n", Run("cat /data/file; touch /data/x 2>/dev/null || echo read only", root =>
        {
            Directory.CreateDirectory($"{root}/data");
            File.WriteAllText($"{root}/data/file", "text\n");
        }, s => s.Mounts!.Add(Tmpfs("/data", "tmpcopyup", "ro"))).Succeeds().Stdout);

    [Fact]
    public void In_a_user_namespace_owners_are_those_inside()
        => Assert.Equal("0:0 3:4\n", Run("stat -c %u:%g /data/mine /data/other | xargs", root =>
        {
            Directory.CreateDirectory($"{root}/data");
            File.WriteAllText($"{root}/data/mine", "");
            File.WriteAllText($"{root}/data/other", "");
            Host("chown", "-R", "100000:200000", root).Succeeds();
            Host("chown", "100003:200004", $"{root}/data/other").Succeeds();
        }, s =>
        {
            s.Linux!.Namespaces!.Add(new LinuxNamespace { Type = "user" });
            s.Linux.UidMappings = [new LinuxIdMapping { HostID = 100000, Size = 65536 }];
            s.Linux.GidMappings = [new LinuxIdMapping { HostID = 200000, Size = 65536 }];
            s.Mounts!.Add(Tmpfs("/data", "tmpcopyup"));
        }).Succeeds().Stdout);

    [Fact]
    public void A_link_at_the_destination_leads_within_the_image()
    {
        string outside = InWork("outside/secret");
        File.WriteAllText(outside, "");
        CommandResult result = Run($"ls {Path.GetDirectoryName(outside)}", root =>
        {
            Directory.CreateDirectory(root + Path.GetDirectoryName(outside));
            File.WriteAllText($"{root}{Path.GetDirectoryName(outside)}/inside", "");
            File.CreateSymbolicLink($"{root}/data", Path.GetDirectoryName(outside)!);
        }, s => s.Mounts!.Add(Tmpfs("/data", "tmpcopyup"))).Succeeds();
        Assert.Equal("inside", result.Line);
    }

    [Fact]
    public void A_tree_too_deep_or_too_large_is_an_error_that_names_the_mount()
    {
        Action<Spec> copy = s => s.Mounts!.Add(Tmpfs("/data", "tmpcopyup", "size=64k"));
        Run("true", root => Directory.CreateDirectory($"{root}/data/" + string.Join('/', Enumerable.Repeat("d", 1500))), copy).Fails("/data");
        Run("true", root =>
        {
            Directory.CreateDirectory($"{root}/data");
            File.WriteAllBytes($"{root}/data/big", new byte[1 << 20]);
        }, copy).Fails("mounts[7]: copy_tree /data: no space left on device");
    }

    [Theory]
    [InlineData("751", "")]
    [InlineData("700", "mode=700")]
    public void A_tmpfs_has_the_mode_of_the_directory_it_covers_unless_told_another(string expected, string option)
        => Assert.Equal(expected, Run("stat -c %a /data", root => Host("mkdir", "-m", "751", $"{root}/data").Succeeds(),
            s => s.Mounts!.Add(Tmpfs("/data", option.Length == 0 ? [] : [option]))).Succeeds().Line);

    [Fact]
    public void A_tmpfs_over_nothing_is_everybodys() => Assert.Equal("1777", Runtime.Shell("stat -c %a /made", s => s.Mounts!.Add(Tmpfs("/made"))).Succeeds().Line);
}
