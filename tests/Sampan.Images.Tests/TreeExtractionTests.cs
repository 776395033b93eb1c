using System.Text;
using Sampan.Linux;

namespace Sampan.Images.Tests;

/// <summary>File trees as archives, and archives as file trees, as <c>cp</c> copies them.</summary>
public sealed class TreeExtractionTests : IDisposable
{
    private readonly string _work = Directory.CreateTempSubdirectory("sampan-tree-").FullName;

    public TreeExtractionTests()
    {
        Directory.CreateDirectory($"{_work}/root/dest");
        Directory.CreateDirectory($"{_work}/root/etc");
        Directory.CreateDirectory($"{_work}/etc");
    }

    public void Dispose() => Directory.Delete(_work, recursive: true);

    [Fact]
    public void A_tree_goes_and_comes()
    {
        Directory.CreateDirectory($"{_work}/src/sub");
        File.WriteAllText($"{_work}/src/a", "a");
        File.WriteAllText($"{_work}/src/sub/.wh.b", "not a whiteout");
        File.CreateSymbolicLink($"{_work}/src/link", "/nowhere");
        Assert.Equal(0, (int)Sys.Linkat(At.AT_FDCWD, $"{_work}/src/a", At.AT_FDCWD, $"{_work}/src/hard"));
        File.SetUnixFileMode($"{_work}/src/sub", (UnixFileMode)0b111_101_000);
        Directory.SetLastWriteTimeUtc($"{_work}/src/sub", DateTime.UnixEpoch.AddSeconds(1000));
        var tar = new MemoryStream();
        using (var parent = Open.Directory(_work))
            Assert.Equal(15, TreeArchive.Write(parent, "src"u8, "new"u8, static id => id, tar));
        Unpack(tar.ToArray(), confined: true);
        Assert.Equal("a", File.ReadAllText($"{_work}/root/dest/new/hard"));
        Assert.Equal("not a whiteout", File.ReadAllText($"{_work}/root/dest/new/sub/.wh.b"));
        Assert.Equal("/nowhere", new FileInfo($"{_work}/root/dest/new/link").LinkTarget);
        Assert.Equal((UnixFileMode)0b111_101_000, File.GetUnixFileMode($"{_work}/root/dest/new/sub"));
        Assert.Equal(DateTime.UnixEpoch.AddSeconds(1000), Directory.GetLastWriteTimeUtc($"{_work}/root/dest/new/sub"));
        Assert.Equal(0, (int)Sys.Statx(At.AT_FDCWD, $"{_work}/root/dest/new/a", out var file));
        Assert.Equal(2u, file.stx_nlink);
    }

    [Fact]
    public void The_contents_alone_have_no_name_above()
    {
        File.WriteAllText($"{_work}/etc/a", "a");
        var tar = new MemoryStream();
        using (var parent = Open.Directory($"{_work}/etc"))
            TreeArchive.Write(parent, "."u8, default, static id => id, tar);
        Unpack(tar.ToArray(), confined: true);
        Assert.Equal("a", File.ReadAllText($"{_work}/root/dest/a"));
    }

    [Fact]
    public void A_link_of_the_archive_is_followed_in_the_root_or_not_at_all()
    {
        byte[] tar = Archive(Link("a", "/etc"), FileOf("a/planted"));
        Assert.Throws<SampanException>(() => Unpack(tar, confined: true));
        Assert.Empty(Directory.GetFileSystemEntries($"{_work}/root/etc"));
        Unpack(tar, confined: false);
        Assert.True(File.Exists($"{_work}/root/etc/planted"));
        // Up and out is the root's own top.
        Unpack(Archive(Link("up", "../../../../../etc"), FileOf("up/too")), confined: false);
        Assert.True(File.Exists($"{_work}/root/etc/too"));
        Assert.Empty(Directory.GetFileSystemEntries($"{_work}/etc"));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/../x")]
    public void Names_that_lead_out(string name)
        => Assert.Contains("leads out", Assert.Throws<SampanException>(() => Unpack(Archive(FileOf(name)), confined: false)).Message);

    [Fact]
    public void A_directory_and_something_else_do_not_replace_one_another()
    {
        File.WriteAllText($"{_work}/root/dest/file", "old");
        Directory.CreateDirectory($"{_work}/root/dest/dir");
        Assert.Contains("non-directory \"file", Assert.Throws<SampanException>(() => Unpack(Archive(Dir("file/")), confined: true)).Message);
        Assert.Contains("directory \"dir", Assert.Throws<SampanException>(() => Unpack(Archive(FileOf("dir")), confined: true)).Message);
        Assert.Contains("directory \"dir", Assert.Throws<SampanException>(() => Unpack(Archive(Link("dir", "x")), confined: true)).Message);
        File.CreateSymbolicLink($"{_work}/root/dest/link", "file");
        Unpack(Archive(FileOf("link"), Link("file", "x")), confined: true);
        Assert.Null(new FileInfo($"{_work}/root/dest/link").LinkTarget);
        Assert.Equal("x", new FileInfo($"{_work}/root/dest/file").LinkTarget);
    }

    [Fact]
    public void Missing_directories_are_made()
    {
        Unpack(Archive(FileOf("a/b/c/file"), FileOf("a/b/d/file")), confined: true);
        Assert.Equal("content", File.ReadAllText($"{_work}/root/dest/a/b/d/file"));
        Assert.True(File.Exists($"{_work}/root/dest/a/b/c/file"));
    }

    [Fact]
    public void Rights_are_kept_only_where_that_is_wanted()
    {
        var entry = FileOf("suid");
        entry.Mode = 0xDED; // 06755
        Unpack(Archive(entry), confined: true, keepsRights: false);
        Assert.Equal((UnixFileMode)0x1ED, File.GetUnixFileMode($"{_work}/root/dest/suid"));
        Unpack(Archive(entry), confined: true, keepsRights: true);
        Assert.Equal((UnixFileMode)0xDED, File.GetUnixFileMode($"{_work}/root/dest/suid"));
    }

    private void Unpack(byte[] tar, bool confined, bool keepsRights = true)
    {
        uint uid = (uint)Sys.Call(SyscallNumber.getuid), gid = (uint)Sys.Call(SyscallNumber.getgid);
        using var root = Open.Directory($"{_work}/root");
        using var extraction = new TreeExtraction(root, "/dest", confined, keepsRights, (_, _) => (uid, gid));
        extraction.Unpack(new MemoryStream(tar));
    }

    private static TarEntry FileOf(string name) => new() { Name = Encoding.UTF8.GetBytes(name), Kind = TarKind.File, Mode = 0x1A4, Size = 7 };

    private static TarEntry Link(string name, string target) => new() { Name = Encoding.UTF8.GetBytes(name), Kind = TarKind.Symlink, LinkName = Encoding.UTF8.GetBytes(target) };

    private static TarEntry Dir(string name) => new() { Name = Encoding.UTF8.GetBytes(name), Kind = TarKind.Directory, Mode = 0x1ED };

    private static byte[] Archive(params TarEntry[] entries)
    {
        var stream = new MemoryStream();
        var writer = new TarWriter(stream);
        foreach (var entry in entries)
        {
            writer.WriteHeader(entry);
            if (entry.Kind == TarKind.File)
                writer.WriteData("content"u8);
        }
        writer.Finish();
        return stream.ToArray();
    }
}
