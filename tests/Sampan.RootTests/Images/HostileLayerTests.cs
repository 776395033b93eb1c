using System.Text;
using Sampan.Images;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>Archives that try to reach outside the directory they are unpacked into: whether refused or unpacked, the host stays as it was.</summary>
public sealed class HostileLayerTests : RootTest
{
    [Fact]
    public void Names_that_lead_out_are_refused()
    {
        foreach (string name in (string[])["../victim/file", "a/../../victim/file", "/../victim/file", ".."])
            Assert.Contains("leads out", Refused(new TestTar().File(name, "bad")));
    }

    [Fact]
    public void An_absolute_name_stays_inside()
    {
        string root = Unpacked(new TestTar().File($"{Victim}/file", "bad").File("/etc/x", "1"));
        Assert.Equal("1", File.ReadAllText($"{root}/etc/x"));
        Assert.Equal("bad", File.ReadAllText($"{root}{Victim}/file"));
    }

    [Fact]
    public void A_link_then_a_file_through_it_stays_inside()
    {
        foreach (string target in (string[])[Victim, "../../../../../../../../.." + Victim, "../victim", "/", "."])
            Try(new TestTar().Symlink("link", target).File("link/file", "bad").File("link/new", "bad"));
    }

    [Fact]
    public void A_file_in_place_of_a_link_replaces_the_link()
    {
        string root = Unpacked(new TestTar().Symlink("link", $"{Victim}/file").File("link", "bad"));
        Assert.Null(new FileInfo($"{root}/link").LinkTarget);
        Assert.Equal("bad", File.ReadAllText($"{root}/link"));
    }

    [Fact]
    public void A_directory_in_place_of_a_link_replaces_the_link()
    {
        string root = Unpacked(new TestTar().Symlink("link", Victim).Directory("link", 0x1FF).File("link/file", "bad"));
        Assert.Equal("bad", File.ReadAllText($"{root}/link/file"));
    }

    [Fact]
    public void A_hard_link_never_reaches_through_a_link()
    {
        // Left as it is: the victim would have a second name.
        Try(new TestTar().Symlink("dir", Victim).HardLink("hard", "dir/file"));
        Try(new TestTar().Symlink("link", $"{Victim}/file").HardLink("hard", "link"));
        Try(new TestTar().Symlink("dir", Victim).HardLink("hard", "dir/file").File("hard", "bad"));
        Try(new TestTar().HardLink("hard", $"{Victim}/file").File("hard", "bad"));
        Assert.Contains("leads out", Refused(new TestTar().HardLink("hard", "../victim/file")));
        // A link to a link is that link, and what is then written replaces it.
        string root = Unpacked(new TestTar().Symlink("link", $"{Victim}/file").HardLink("hard", "link").File("hard", "bad"));
        Assert.Equal("bad", File.ReadAllText($"{root}/hard"));
    }

    [Fact]
    public void A_mode_is_never_set_through_a_link()
    {
        Try(new TestTar().Symlink("link", $"{Victim}/file").HardLink("link2", "link", mode: 0xFFF));
        Try(new TestTar().Symlink("link", Victim).Directory("link/.", 0x1FF));
        Try(new TestTar().Symlink("link", Victim).Directory("link", 0x1FF));
    }

    [Fact]
    public void A_whiteout_never_reaches_through_a_link()
    {
        Try(new TestTar().Symlink("link", Victim).File("link/.wh.file"));
        Try(new TestTar().Symlink("link", Victim).File("link/.wh..wh..opq"));
        foreach (string name in (string[])[".wh.", ".wh..", ".wh...", "a/.wh..."])
            Assert.Contains("hides nothing", Refused(new TestTar().File(name)));
    }

    [Fact]
    public void Special_files_in_place_of_links_replace_the_links()
    {
        string root = Unpacked(new TestTar().Symlink("a", $"{Victim}/file").Fifo("a").Symlink("b", $"{Victim}/file").Device("b", 1, 3));
        Assert.Equal("fifo\ncharacter special file\n", Host("stat", "-c", "%F", $"{root}/a", $"{root}/b").Succeeds().Stdout);
    }

    [Fact]
    public void Attributes_that_steer_overlayfs_are_dropped()
    {
        string root = Unpacked(new TestTar().Directory("d", 0x1ED,
            new Xattr("trusted.overlay.redirect"u8.ToArray(), "/etc"u8.ToArray()), new Xattr("trusted.overlay.opaque"u8.ToArray(), "y"u8.ToArray()), new Xattr("user.ok"u8.ToArray(), "1"u8.ToArray())));
        using var directory = Linux.Open.Directory(root + "/d");
        Assert.Equal(["user.ok"], Metadata.XattrsOf(directory.Number, "d").ConvertAll(x => Encoding.UTF8.GetString(x.Name)));
        Assert.False(Overlay.IsOpaque(directory.Number));
    }

    [Fact]
    public void A_hundred_thousand_opaque_markers_take_seconds_at_most()
    {
        var tar = new TestTar();
        for (int i = 0; i < 1000; i++)
            tar.File($"d/f{i}");
        for (int i = 0; i < 100_000; i++)
            tar.File("d/.wh..wh..opq");
        byte[] archive = tar.ToArray();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        string root = Unpack(archive);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"took {clock.Elapsed}");
        Assert.Equal(1000, Directory.GetFiles(root + "/d").Length);
    }

    [Fact]
    public void A_name_too_long_for_the_kernel_is_an_error_of_one_line()
    {
        Assert.Contains("file name too long", Refused(new TestTar().File(new string('n', 300))));
        Assert.DoesNotContain('\n', Refused(new TestTar().File(string.Concat(Enumerable.Repeat("d/", 3000)) + "x")));
    }

    [Fact]
    public void A_hard_link_to_nothing_is_refused()
        => Assert.Contains("is no file of this layer", Refused(new TestTar().HardLink("a", "missing")));

    [Fact]
    public void Mutated_archives_never_reach_the_host()
    {
        var sample = new TestTar().Symlink("up", "../victim");
        // One changed letter away from a name behind the link.
        for (int i = 0; i < 10; i++)
            sample.File($"up{i}file", "x");
        byte[] good = sample.Directory("d", 0x3FF).File("d/f", "content", 0x9ED).Symlink("d/l", Victim).HardLink("h", "d/f").Fifo("p").Device("n", 1, 3)
            .File("d/.wh.x").File("d/.wh..wh..opq").File(new string('n', 150), "long").ToArray();
        var random = new Random(1);
        for (int round = 0; round < 1000; round++)
        {
            byte[] bad = (byte[])good.Clone();
            for (int i = random.Next(1, 5); i > 0; i--)
            {
                int block = random.Next(bad.Length / 512) * 512;
                // Names, links, types and sizes are where the harm is; '/', '.' and letters of existing names make it likelier.
                int at = block + random.Next(3) switch { 0 => random.Next(12), 1 => 157 + random.Next(12), _ => 124 + random.Next(33) };
                bad[at] = random.Next(4) == 0 ? (byte)random.Next(256) : (byte)"///.dlfup0125"[random.Next(13)];
                FixChecksum(bad, block);
            }
            string root = InWork("mutated");
            Directory.CreateDirectory(root);
            try
            {
                using var unpacker = new LayerUnpacker(root);
                unpacker.Unpack(new MemoryStream(bad));
            }
            catch (SampanException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
            Linux.TreeRemoval.Remove(root);
            if (round % 50 == 0)
                AssertUntouched();
        }
        AssertUntouched();
    }

    private static void FixChecksum(byte[] archive, int at)
    {
        archive.AsSpan(at + 148, 8).Fill((byte)' ');
        int sum = 0;
        foreach (byte b in archive.AsSpan(at, 512))
            sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(archive, at + 148);
    }

    private int _count;

    private string Victim
    {
        get
        {
            string victim = Path.Combine(Work, "victim");
            if (!Directory.Exists(victim))
            {
                Directory.CreateDirectory(victim);
                File.WriteAllText(victim + "/file", "good");
                File.SetUnixFileMode(victim + "/file", UnixFileMode.UserRead | UnixFileMode.UserWrite);
                File.SetUnixFileMode(victim, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
            return victim;
        }
    }

    private string Unpack(byte[] archive)
    {
        string root = InWork($"layer{_count++}");
        Directory.CreateDirectory(root);
        _ = Victim;
        using (var unpacker = new LayerUnpacker(root))
            unpacker.Unpack(new MemoryStream(archive));
        AssertUntouched();
        return root;
    }

    private string Unpacked(TestTar tar) => Unpack(tar.ToArray());

    /// <summary>Refused or not: the victim is the judge.</summary>
    private void Try(TestTar tar)
    {
        try
        {
            Unpacked(tar);
        }
        catch (SampanException e)
        {
            Assert.DoesNotContain('\n', e.Message);
        }
        AssertUntouched();
    }

    private string Refused(TestTar tar)
    {
        string message = Assert.Throws<SampanException>(() => Unpacked(tar)).Message;
        AssertUntouched();
        return message;
    }

    private void AssertUntouched()
    {
        Assert.Equal("good", File.ReadAllText(Victim + "/file"));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(Victim).Select(Path.GetFileName));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Victim + "/file"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Victim));
        Assert.Equal("1", Host("stat", "-c", "%h", Victim + "/file").Succeeds().Line);
        using var victim = Linux.Open.Directory(Victim);
        Assert.False(Overlay.IsOpaque(victim.Number));
    }
}
