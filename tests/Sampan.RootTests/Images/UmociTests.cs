using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>The store as it lies, read by umoci(1) and skopeo(1), and what they write, read here.</summary>
public sealed class UmociTests : RootTest
{
    [Fact]
    public void Our_tree_is_umocis_attribute_by_attribute()
    {
        string source = OddTree.Make(this);
        Host("sh", "-c", $"tar -C {source} --format=posix --xattrs '--xattrs-include=*' -cf {Work}/odd.tar .").Succeeds();
        Cli sampan = NewSampan();
        sampan.Run("import", $"{Work}/odd.tar", "odd").Succeeds();
        Assert.Equal(Theirs(sampan, "odd"), Ours(sampan, "odd"));
    }

    [Fact]
    public void Layers_over_layers_make_the_same_tree()
    {
        Cli sampan = NewSampan();
        const string First = "mkdir -p /a/b/c /gone /over; echo 1 > /a/b/c/f; echo 2 > /over/kept; ln /a/b/c/f /a/link; chmod 750 /a; touch -d @1 /a/b; echo 5 > /kind";
        const string Second = "rm -r /gone; rm -r /over; mkdir /over; echo 3 > /over/new; rm /a/link; echo 4 >> /a/b/c/f; rm -r /var/spool; ln -s nowhere /var/spool; rm /kind; mkdir /kind; echo 6 > /kind/x";
        foreach (var (from, to, script) in ((string, string, string)[])[("busybox", "one", First), ("one", "two", Second)])
        {
            sampan.Run("run", "--name", to, from, "sh", "-c", script).Succeeds();
            sampan.Run("commit", to, to).Succeeds();
        }
        Assert.Equal(Theirs(sampan, "two"), Ours(sampan, "two"));
    }

    [Fact]
    public void What_umoci_makes_is_loaded_and_run()
    {
        Cli sampan = NewSampan();
        sampan.Run("run", "--rm", "busybox", "true").Succeeds();
        string layout = InWork("layout");
        Host("skopeo", "copy", $"oci:{sampan.Store.Root}/images:docker.io/library/busybox:latest", $"oci:{layout}:box").Succeeds();
        Host("umoci", "unpack", "--image", $"{layout}:box", InWork("bundle")).Succeeds();
        Host("sh", "-c", $"cd {Work}/bundle/rootfs && echo hi > new && rm -r var/www && mkdir -m 711 odd && ln new odd/link").Succeeds();
        Host("umoci", "repack", "--image", $"{layout}:more", InWork("bundle")).Succeeds();
        Host("umoci", "config", "--image", $"{layout}:more", "--config.env", "A=b", "--config.user", "7:8").Succeeds();
        Host("skopeo", "copy", $"oci:{layout}:more", $"oci-archive:{Work}/more.tar:example.com/more:1").Succeeds();
        sampan.Run("load", "-i", $"{Work}/more.tar").Succeeds();
        Assert.Equal(["hi", "711", "b", "7 8"], sampan.Run("run", "--rm", "example.com/more:1", "sh", "-c", "cat /odd/link; stat -c %a /odd; echo $A; echo $(id -u) $(id -g); ls /var/www 2>/dev/null").ExitsWith(1).Lines);
    }

    [Fact]
    public void Skopeo_reads_the_store_as_it_lies()
    {
        Cli sampan = NewSampan();
        sampan.Run("run", "--name", "box", "busybox", "sh", "-c", "echo hi > /f").Succeeds();
        sampan.Run("commit", "box", "two:1").Succeeds();
        string image = $"oci:{sampan.Store.Root}/images:docker.io/library/two:1";
        Assert.Equal(sampan.Run("image", "inspect", "-f", "{{.Descriptor.digest}}", "two:1").Succeeds().Line, Host("skopeo", "inspect", "--format", "{{.Digest}}", image).Succeeds().Line);
        Host("skopeo", "copy", image, $"dir:{Work}/copy").Succeeds();
        Assert.Equal(["docker.io/library/busybox:latest", "docker.io/library/two:1"], Host("umoci", "list", "--layout", $"{sampan.Store.Root}/images").Succeeds().Lines.Order());
    }

    private string Theirs(Cli sampan, string name)
    {
        Host("umoci", "unpack", "--image", $"{sampan.Store.Root}/images:docker.io/library/{name}:latest", InWork($"umoci-{name}")).Succeeds();
        return OddTree.Look(this, $"{Work}/umoci-{name}/rootfs", seconds: false, xattrs: true);
    }

    /// <summary>As a container sees it: the layers under an overlay, in a mount namespace that ends with the look.</summary>
    private string Ours(Cli sampan, string name)
    {
        string[] layers = sampan.Run("image", "inspect", "-f", "{{.GraphDriver.Data.UpperDir}}:{{.GraphDriver.Data.LowerDir}}", name).Succeeds().Line.Split(':');
        if (layers.Length == 2 && !layers[1].StartsWith('/'))
            return OddTree.Look(this, layers[0], seconds: false, xattrs: true);
        Directory.CreateDirectory(InWork("merged"));
        Host("mount", "-t", "overlay", "-o", $"ro,lowerdir={string.Join(':', layers)}", "overlay", InWork("merged")).Succeeds();
        try
        {
            return OddTree.Look(this, InWork("merged"), seconds: false, xattrs: true);
        }
        finally
        {
            Host("umount", InWork("merged")).Succeeds();
        }
    }
}
