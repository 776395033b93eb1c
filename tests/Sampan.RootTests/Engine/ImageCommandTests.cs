using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Engine;

/// <summary><c>images</c>, <c>import</c>, <c>load</c>, <c>commit</c>, <c>rmi</c> from the command line.</summary>
public sealed class ImageCommandTests : RootTest
{
    private static string BusyboxTar => Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_root_file_system_is_imported_plain_or_compressed(bool compressed)
    {
        string file = InWork(compressed ? "rootfs.tar.gz" : "rootfs.tar");
        byte[] tar = File.ReadAllBytes(BusyboxTar);
        File.WriteAllBytes(file, compressed ? Gzip(tar) : tar);
        Assert.Matches("^sha256:[0-9a-f]{64}$", Sampan.Run("import", file, "imported:v1").Succeeds().Line);
        Assert.Equal("from it", Sampan.Run("run", "--rm", "imported:v1", "echo", "from it").Succeeds().Line);
        Assert.Matches(@"(?m)^imported +v1 +[0-9a-f]{12} ", Sampan.Run("images").Succeeds().Stdout);
        Sampan.Run("rmi", "imported:v1").Succeeds();
        Assert.DoesNotContain("imported", Sampan.Run("images").Succeeds().Stdout);
    }

    [Fact]
    public void An_archive_of_docker_save_is_loaded_with_its_configuration()
    {
        string archive = InWork("docker.tar");
        byte[] layer = File.ReadAllBytes(BusyboxTar);
        byte[] second = Tar(("etc/second", "of the second layer"), ("etc/.wh.shadow", ""));
        byte[] config = Encoding.UTF8.GetBytes($$$"""
            {"architecture":"amd64","os":"linux","config":{"Env":["FROM_IMAGE=yes","PATH=/bin"],"Cmd":["sh","-c","echo cmd $FROM_IMAGE; pwd; id -u"],"WorkingDir":"/etc","User":"33"},
             "rootfs":{"type":"layers","diff_ids":["{{{Digest(layer)}}}","{{{Digest(second)}}}"]}}
            """);
        string configName = Digest(config)[7..] + ".json";
        File.WriteAllBytes(archive, Tar(
            [.. Entry("one/layer.tar", layer), .. Entry("two/layer.tar", second), .. Entry(configName, config),
             .. Entry("manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"{{configName}}","RepoTags":["loaded:docker"],"Layers":["one/layer.tar","two/layer.tar"]}]"""))]));
        Assert.Equal("Loaded image: loaded:docker", Sampan.Run("load", "-i", archive).Succeeds().Line);
        Assert.Equal("cmd yes\n/etc\n33\n", Sampan.Run("run", "--rm", "loaded:docker").Succeeds().Stdout);
        Assert.Equal("of the second layer", Sampan.Run("run", "--rm", "loaded:docker", "cat", "second").Succeeds().Stdout);
        Sampan.Run("run", "--rm", "loaded:docker", "test", "-e", "/etc/shadow").ExitsWith(1);
    }

    [Fact]
    public void An_image_in_use_is_not_removed()
    {
        string file = InWork("rootfs.tar");
        File.Copy(BusyboxTar, file);
        Sampan.Run("import", file, "used").Succeeds();
        string id = Sampan.RunDetached("used", "sleep", "1000");
        Sampan.Run("rmi", "used").FailsWith(1, "used");
        Assert.Equal("still", Sampan.Run("exec", id, "echo", "still").Succeeds().Line);
        Sampan.Run("rm", "-f", id).Succeeds();
        Sampan.Run("rmi", "used").Succeeds();
    }

    [Fact]
    public void A_commit_is_an_image_like_any_other()
    {
        Sampan.Run("run", "--name", "source", "busybox", "sh", "-c", "echo 1 > /new; rm -r /var/www; echo x >> /etc/group").Succeeds();
        Assert.Matches("^sha256:[0-9a-f]{64}$", Sampan.Run("commit", "source", "kept:1").Succeeds().Line);
        Assert.Equal("1\nx\n", Sampan.Run("run", "--rm", "kept:1", "sh", "-c", "cat /new; tail -n 1 /etc/group; ls -d /var/www 2>/dev/null").Stdout);
        Assert.Equal("no", Sampan.Run("run", "--rm", "busybox", "sh", "-c", "test -e /new || echo no").Succeeds().Line);
    }

    private static string Digest(byte[] bytes) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Gzip(byte[] bytes)
    {
        var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
            gzip.Write(bytes);
        return result.ToArray();
    }

    private static byte[] Tar(params (string Name, string Text)[] files)
        => Tar([.. files.SelectMany(f => Entry(f.Name, Encoding.UTF8.GetBytes(f.Text)))]);

    private static IEnumerable<TarEntry> Entry(string name, byte[] content)
        => [new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content), Mode = (UnixFileMode)0b110_100_100 }];

    private static byte[] Tar(TarEntry[] entries)
    {
        var result = new MemoryStream();
        using (var writer = new TarWriter(result, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
                writer.WriteEntry(entry);
        }
        return result.ToArray();
    }
}
