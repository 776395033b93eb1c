using System.Text;
using Sampan.Images;
using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Storage;

/// <summary>What <see cref="IStorageDriver"/> promises, held against one driver by each subclass.</summary>
[DiffersByHost]
public abstract class StorageConformance : RootTest
{
    private const string Capability = "0100000200040000000000000000000000000000";
    private readonly List<string> _layers = [];

    internal abstract IStorageDriver Driver { get; }

    [Fact]
    public void Layers_are_seen_as_one_tree()
    {
        Layer(new TestTar().File("lower", "1").File("both", "1").File("gone", "1").File("dir/a", "1").File("opaque/old", "1").File("again/old", "1").Symlink("link", "lower"));
        Layer(new TestTar().File("both", "2").File(".wh.gone").File("dir/b", "2").File("opaque/new", "2").File("opaque/.wh..wh..opq").File(".wh.again").Directory("again").File("again/new", "2"));
        Assert.Equal(
            "./again/new=2 ./both=2 ./dir/a=1 ./dir/b=2 ./lower=1 ./opaque/new=2",
            InContainer("find . -type f | sort | while read f; do printf '%s=%s ' $f $(cat $f); done; cat link >/dev/null; test ! -e gone").TrimEnd());
    }

    [Fact]
    public void Everything_there_is_to_a_file_is_kept()
    {
        var capability = new Xattr("security.capability"u8.ToArray(), Convert.FromHexString(Capability));
        Layer(new TestTar().Directory("d", 0x3FF).File("d/setuid", "x", 0x9ED, 1000, 4_000_000_000).File("d/capable", "x", 0x1ED, 0, 0, capability, new Xattr("user.note"u8.ToArray(), [0, 1, 255]))
            .HardLink("d/hard", "d/setuid").Symlink("d/link", "nowhere").Fifo("d/fifo").Device("d/null", 1, 3).File("d/name with \u00e4 and \\ and :", "x"));
        string stat = "%n %A %u %g %Y %h %t:%T";
        Assert.Equal("""
            . drwxr-xr-x 0 0
            d drwxrwxrwt 0 0 1600000000
            d/capable -rwxr-xr-x 0 0 1600000000 1 0:0
            d/fifo prw-r--r-- 0 0 1600000000 1 0:0
            d/hard -rwsr-xr-x 1000 4000000000 1600000000 2 0:0
            d/link lrwxrwxrwx 0 0 1600000000 1 0:0
            d/name with ä and \ and : -rw-r--r-- 0 0 1600000000 1 0:0
            d/null crw-rw-rw- 0 0 1600000000 1 1:3
            d/setuid -rwsr-xr-x 1000 4000000000 1600000000 2 0:0
            2020-09-13 12:26:40.123456789 +0000
            same inode

            """,
            InContainer($"export TZ=UTC LC_ALL=C.UTF-8; stat -c '%n %A %u %g' .; stat -c '%n %A %u %g %Y' d; for f in d/*; do stat -c '{stat}' \"$f\"; done; stat -c %y d/setuid; test d/setuid -ef d/hard && echo same inode"));
        Assert.Equal(Capability, Xattr("d/capable", "security.capability"));
        Assert.Equal("0001ff", Xattr("d/capable", "user.note"));
    }

    [Fact]
    public void What_one_container_writes_no_other_sees()
    {
        string layer = Layer(new TestTar().File("f", "image").File("g", "image"));
        string one = Create("one"), two = Create("two");
        Run(one, "echo one > f; rm g; echo new > n");
        Assert.Equal("image\nimage\n", Run(two, "echo $(cat f); echo $(cat g); test ! -e n"));
        Assert.Equal(["f", "g"], Directory.GetFiles(layer).Select(Path.GetFileName).Order());
        Assert.Equal("image", File.ReadAllText(layer + "/f"));
    }

    [Fact]
    public void Changes_are_told()
    {
        Layer(new TestTar().File("edit", "1").File("chmod", "1").File("remove", "1").File("dir/keep", "1").File("dir/edit", "1").File("dir/remove", "1").File("tree/a", "1").File("untouched", "1").File("became/x", "1").File("redone/old", "1"));
        string container = Create("c");
        Run(container, "echo 2 >> edit; chmod 700 chmod; rm remove; echo 2 >> dir/edit; rm dir/remove; rm -r tree; mkdir -p new/deep; echo 1 > new/deep/file; rm -r became; echo 1 > became; rm -r redone; mkdir redone; echo 1 > redone/new");
        Assert.Equal(
            "C /became C /chmod C /dir C /dir/edit D /dir/remove C /edit A /new A /new/deep A /new/deep/file C /redone A /redone/new D /redone/old D /remove D /tree",
            string.Join(' ', Driver.Changes(container, _layers).Select(c => $"{(char)c.Kind} {c.Path}")));
        // became, chmod, dir/edit, edit, new/deep/file, redone/new; each once.
        Assert.Equal(2 + 1 + 3 + 3 + 2 + 2, Driver.WrittenSize(container, _layers));
        Run(container, "ln edit another");
        Assert.Equal(2 + 1 + 3 + 3 + 2 + 2, Driver.WrittenSize(container, _layers));
    }

    [Fact]
    public void Changes_become_a_layer_that_shows_the_same_tree()
    {
        Layer(new TestTar().File("edit", "1").File("remove", "1").File("dir/keep", "1").File("dir/remove", "1").File("redone/old", "1").File("replaced/x", "1").File("move/x/y", "moved").File("mode", "kept"));
        string container = Create("c");
        Run(container, "mv move moved; chmod 600 mode; echo 2 >> edit; rm remove dir/remove; ln edit hard; ln -s edit soft; mkfifo fifo; mknod dev c 1 7; chmod 4755 edit; rm -r redone; mkdir redone; echo 1 > redone/new; rm -r replaced; echo 1 > replaced; touch -d @1 old");
        const string look = "find . ! -path . | sort | while read f; do stat -c '%n %A %u %g %h %t:%T %N' $f; test -f $f && cat $f; stat -c '%n %y' $f | grep -v ^./redone || :; done";
        string seen = Run(container, look);
        byte[] first = LayerOf(container);
        Assert.Equal(first, LayerOf(container));
        Layer(first);
        Assert.Equal(seen, Run(Create("d"), look));
    }

    [Fact]
    public void A_container_that_changed_nothing_makes_an_empty_layer()
    {
        Layer(new TestTar().File("f", "1").HardLink("g", "f").Device("d", 1, 3).Symlink("s", "f"));
        string container = Create("c");
        Run(container, "cat f > /dev/null");
        Assert.Empty(Driver.Changes(container, _layers));
        Assert.Equal(new byte[1024], LayerOf(container));
    }

    [Fact]
    public void An_image_without_layers_is_an_empty_tree()
    {
        string container = Create("c");
        Assert.Equal("0\n", Run(container, "find . ! -path . | wc -l"));
        Run(container, "echo 1 > f");
        Assert.Equal("A /f", string.Join(' ', Driver.Changes(container, []).Select(c => $"{(char)c.Kind} {c.Path}")));
    }

    [Fact]
    public void Removing_leaves_nothing_however_deep()
    {
        Layer(new TestTar().File("f", "1"));
        string container = Create("c");
        Run(container, "i=0; while [ $i -lt 1500 ]; do mkdir d; cd d; i=$((i+1)); done; echo 1 > f");
        Driver.Remove(container);
        Assert.Empty(Directory.GetFileSystemEntries(container));
        Driver.Remove(container);
    }

    [Fact]
    public void A_file_is_read_without_a_mount()
    {
        Layer(new TestTar().File("etc/passwd", "lower").File("etc/group", "lower").Symlink("etc/link", "passwd").Fifo("etc/fifo").File("sub/x", "1"));
        Layer(new TestTar().File("etc/passwd", "upper").File("etc/.wh.group").File(".wh.sub"));
        string container = Create("c");
        Run(container, "echo mine > etc/mine");
        var view = Driver.View(container, _layers);
        string? Read(string path) => LayeredFile.Read(view, path, 100) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        Assert.Equal(("upper", null, "mine\n", null, null), (Read("/etc/passwd"), Read("/etc/group"), Read("/etc/mine"), Read("/sub/x"), Read("/no/such/file")));
        Assert.Contains("not a regular file", Assert.Throws<SampanException>(() => Read("/etc/link")).Message);
        Assert.Contains("not a regular file", Assert.Throws<SampanException>(() => Read("/etc/fifo")).Message);
        Assert.Contains("not a regular file", Assert.Throws<SampanException>(() => Read("/etc")).Message);
        Run(container, "head -c 200 /dev/zero > etc/long; mv etc moved; ln -s moved etc");
        Assert.Contains("longer than", Assert.Throws<SampanException>(() => Read("/moved/long")).Message);
        Assert.Contains("not a regular file", Assert.Throws<SampanException>(() => Read("/etc/passwd")).Message);
    }

    private string Layer(TestTar tar) => Layer(tar.ToArray());

    /// <summary>Puts a layer on top.</summary>
    private string Layer(byte[] tar)
    {
        // Characters that overlayfs's options need escaped are part of every path here.
        string path = Path.Combine(Work, $"la:y,e\\r{_layers.Count}");
        Directory.CreateDirectory(path);
        using (var unpacker = new LayerUnpacker(path))
        {
            unpacker.Unpack(new MemoryStream(tar));
            unpacker.Settle(_layers);
        }
        _layers.Insert(0, path);
        return path;
    }

    private string Create(string name)
    {
        string container = Path.Combine(Work, name);
        Directory.CreateDirectory(container);
        var rootfs = Driver.Create(container, _layers);
        Assert.True(Directory.Exists(Path.Combine(container, rootfs.Path)));
        // Where the tree is: the tests mount as the runtime does.
        File.WriteAllText(container + ".options", string.Join(',', rootfs.Mount?.Options ?? []));
        return container;
    }

    /// <summary>Runs a script in the container's tree, mounted in a mount namespace that ends with it.</summary>
    private string Run(string container, string script)
    {
        string options = File.ReadAllText(container + ".options");
        string mount = options.Length == 0 ? "" : $"mount -t overlay overlay -o '{options}' '{container}/rootfs' && ";
        return Host("unshare", "--mount", "--propagation", "private", "sh", "-c", $"{mount}cd '{container}/rootfs' && {script}").Succeeds().Stdout;
    }

    private string InContainer(string script) => Run(Create("container"), script);

    private string Xattr(string file, string name)
        => Run(Path.Combine(Work, "container"), $"python3 -c 'import os,sys; print(os.getxattr(sys.argv[1], sys.argv[2]).hex())' {file} {name}").Trim();

    private byte[] LayerOf(string container)
    {
        var stream = new MemoryStream();
        Driver.WriteLayer(container, _layers, stream);
        return stream.ToArray();
    }
}

public sealed class OverlayDriverTests : StorageConformance
{
    internal override IStorageDriver Driver { get; } = new OverlayDriver();
}

public sealed class CopyDriverTests : StorageConformance
{
    internal override IStorageDriver Driver { get; } = new CopyDriver();
}
