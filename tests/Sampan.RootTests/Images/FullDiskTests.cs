using System.Globalization;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>No space left, sooner or later: an error of one line, nothing visible, nothing lost, and the same command works once there is space.</summary>
public sealed class FullDiskTests : RootTest
{
    /// <summary>KiB: what the store needs at the end, and how much more it gets after each failure.</summary>
    private const int Enough = 8192, Step = 160;
    private static readonly byte[] s_layer = new TestTar().Directory("etc").File("etc/big", RandomBytes(700_000)).File("etc/motd", "hello").ToArray();
    private readonly Registry.FakeRegistry _registry = new();
    private bool _mounted;

    private string Disk => InWork("disk/x")[..^2];

    protected override void CleanUp()
    {
        _registry.Dispose();
        if (_mounted)
            Host("umount", "--lazy", Disk).Succeeds();
    }

    [Fact]
    public void A_pull() => Fill(() => ["pull", "-q", $"{_registry.Name}/app:1"]);

    [Fact]
    public void A_load()
    {
        string config = $$$"""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{Registry.FakeRegistry.DigestOf(s_layer)}}}"]}}""";
        File.WriteAllBytes(InWork("a.tar"), new TestTar().File("c.json", config).File("l.tar", s_layer).File("manifest.json", """[{"Config":"c.json","RepoTags":["app:1"],"Layers":["l.tar"]}]""").ToArray());
        Fill(() => ["load", "-i", InWork("a.tar")]);
    }

    [Fact]
    public void An_import()
    {
        File.WriteAllBytes(InWork("l.tar"), s_layer);
        Fill(() => ["import", InWork("l.tar"), "app:1"]);
    }

    [Fact]
    public void A_commit()
    {
        MountDisk("size=64m,mode=755");
        Cli sampan = NewSampan("disk/store");
        sampan.Run("run", "--name", "box", "busybox", "sh", "-c", "dd if=/dev/urandom of=/big bs=1000 count=700 2>/dev/null; i=0; while [ $i -lt 50 ]; do echo $i > /f$i; i=$((i+1)); done").Succeeds();
        string[] before = Listing(sampan);
        int used = Number("used"), failures = 0;
        for (int size = used + 8; ; size += Step)
        {
            Assert.True(size < used + Enough, "it never has space enough");
            Size("remount", size);
            var result = sampan.Run("commit", "box", "made");
            if (result.ExitCode == 0)
                break;
            result.ExitsWith(1).SaysOneLine("No space left");
            failures++;
            Assert.Equal(before, Listing(sampan));
        }
        Assert.True(failures > 3, $"it failed only {failures} times");
        Size("remount", 64 << 10);
        Assert.Equal("49\n700000\n", sampan.Run("run", "--rm", "made", "sh", "-c", "cat /f49; stat -c %s /big").Succeeds().Stdout);
        Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/incoming"));
        Assert.Equal(before.Length + 5, Listing(sampan).Length); // layer, its blob, config, manifest, name
    }

    /// <summary>The store is full: what is pushed is there, and is known to be there the next time.</summary>
    [Fact]
    public void A_push()
    {
        MountDisk("size=64m,mode=755");
        Cli sampan = NewSampan("disk/store");
        File.WriteAllBytes(InWork("l.tar"), s_layer);
        sampan.Run("import", InWork("l.tar"), $"{_registry.Name}/app:1").Succeeds();
        string[] before = Listing(sampan);
        Size("remount", Number("used"));
        sampan.Run("push", "-q", $"{_registry.Name}/app:1").FailsWith(1, "is pushed", "o space left");
        Assert.Equal(before, Listing(sampan));
        Assert.Equal("[]", Digests());
        Size("remount", 64 << 10);
        int sent = Uploads();
        sampan.Run("push", "-q", $"{_registry.Name}/app:1").Succeeds();
        Assert.Equal(sent, Uploads());
        Assert.NotEqual("[]", Digests());
        NewSampan("other").Run("pull", "-q", $"{_registry.Name}/app:1").Succeeds();

        string Digests() => sampan.Run("image", "inspect", "-f", "{{json .RepoDigests}}", $"{_registry.Name}/app:1").Succeeds().Line;
        int Uploads() => _registry.Requests.Count(static r => r.Method == "POST");
    }

    /// <summary>The layer is here, and is not unpacked once more only to find that out.</summary>
    [Fact]
    public void A_commit_of_what_was_committed_before_makes_no_files()
    {
        const int Files = 300, Few = 40;
        MountDisk("size=64m,mode=755");
        Cli sampan = NewSampan("disk/store");
        sampan.Run("run", "--name", "box", "busybox", "sh", "-c", $"i=0; while [ $i -lt {Files} ]; do echo $i > /f$i; i=$((i+1)); done").Succeeds();
        sampan.Run("commit", "box", "one").Succeeds();
        Host("mount", "-o", $"remount,nr_inodes={Number("iused") + Few}", Disk).Succeeds();
        sampan.Run("commit", "-m", "another", "box", "two").Succeeds();
        Assert.Equal(sampan.Run("image", "inspect", "-f", "{{.RootFS.Layers}}", "one").Succeeds().Line, sampan.Run("image", "inspect", "-f", "{{.RootFS.Layers}}", "two").Succeeds().Line);
        Assert.Equal($"{Files - 1}", sampan.Run("run", "--rm", "--read-only", "two", "cat", $"/f{Files - 1}").Succeeds().Line);
    }

    /// <summary>A column of df(1); sizes in KiB.</summary>
    private int Number(string column) => int.Parse(Host("df", "-k", $"--output={column}", Disk).Succeeds().Lines[^1].Trim(), CultureInfo.InvariantCulture);

    /// <summary>Names, blobs and layers that the store has.</summary>
    private static string[] Listing(Cli sampan)
        => [.. sampan.Run("images", "--format", "{{.Repository}}:{{.Tag}} {{.ID}}").Succeeds().Lines, .. Directory.GetFiles(sampan.Store.Root + "/images/blobs/sha256").Order(), .. Directory.GetDirectories(sampan.Store.Root + "/layers").Order()];

    private void MountDisk(string options)
    {
        Host("mount", "-t", "tmpfs", "-o", options, "none", Disk).Succeeds();
        _mounted = true;
    }

    private void Fill(Func<string[]> command)
    {
        _registry.Image("1", s_layer);
        Size("mount", 64);
        _mounted = true;
        Cli sampan = NewSampan("disk/store");
        int failures = 0;
        for (int size = 64; ; size += Step)
        {
            Assert.True(size < Enough, "it never has space enough");
            Size("remount", size);
            var result = sampan.Run(command());
            if (result.ExitCode == 0)
                break;
            result.ExitsWith(1).SaysOneLine("No space left");
            failures++;
            Assert.Equal("", sampan.Run("images", "-q").Succeeds().Stdout);
        }
        Assert.True(failures > 3, $"it failed only {failures} times");
        // The next writer has cleared up, and all is as if nothing had been.
        sampan.Run("tag", sampan.Run("images", "-q").Succeeds().Line, "again").Succeeds();
        string layer = Directory.GetDirectories(sampan.Store.Root + "/layers").Single();
        Assert.Equal("hello", File.ReadAllText(layer + "/fs/etc/motd"));
        Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/incoming"));
        Assert.Equal(3, Directory.GetFiles(sampan.Store.Root + "/images/blobs/sha256").Length);
        Assert.False(File.Exists(sampan.Store.Root + "/images/.unfinished"));
        if (Directory.Exists(sampan.Store.Root + "/downloads"))
            Assert.Empty(Directory.GetFileSystemEntries(sampan.Store.Root + "/downloads"));
    }

    private void Size(string how, int size)
    {
        string options = string.Create(CultureInfo.InvariantCulture, $"size={size}k,mode=755");
        Host("mount", how == "mount" ? ["-t", "tmpfs", "-o", options, "none", Disk] : ["-o", $"remount,{options}", Disk]).Succeeds();
    }

    private static byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(6).NextBytes(bytes);
        return bytes;
    }
}
