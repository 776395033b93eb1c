using Sampan.Images;
using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>Archives as GNU tar writes them, in each of its formats, unpacked to the same tree.</summary>
public sealed class OtherWritersTests : RootTest
{
    [Theory]
    [InlineData("--format=gnu")]
    [InlineData("--format=oldgnu")]
    [InlineData("--format=posix")]
    [InlineData("--format=posix --xattrs --xattrs-include=*")]
    [InlineData("--format=gnu --sparse")]
    [InlineData("--format=posix --sparse --sparse-version=0.0")]
    [InlineData("--format=posix --sparse --sparse-version=0.1")]
    [InlineData("--format=posix --sparse --sparse-version=1.0")]
    [InlineData("--format=posix --sparse --xattrs --xattrs-include=*")]
    public void An_archive_of_gnu_tar_is_unpacked_exactly(string options)
    {
        string source = OddTree.Make(this);
        Host("sh", "-c", $"tar -C {source} {options.Replace("*", "'*'", StringComparison.Ordinal)} -cf {Work}/a.tar .").Succeeds();
        string root = InWork("root");
        Directory.CreateDirectory(root);
        using (var unpacker = new LayerUnpacker(root))
        using (var tar = File.OpenRead($"{Work}/a.tar"))
            unpacker.Unpack(tar);
        bool seconds = !options.Contains("posix", StringComparison.Ordinal), xattrs = options.Contains("--xattrs", StringComparison.Ordinal);
        Assert.Equal(OddTree.Look(this, source, seconds, xattrs), OddTree.Look(this, root, seconds, xattrs));
    }
}
