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
        string source = MakeTree();
        Host("sh", "-c", $"tar -C {source} {options.Replace("*", "'*'", StringComparison.Ordinal)} -cf {Work}/a.tar .").Succeeds();
        string root = InWork("root");
        Directory.CreateDirectory(root);
        using (var unpacker = new LayerUnpacker(root))
        using (var tar = File.OpenRead($"{Work}/a.tar"))
            unpacker.Unpack(tar);
        Assert.Equal(Look(source, options), Look(root, options));
    }

    private string MakeTree()
    {
        string source = InWork("source/x")[..^2];
        string longName = new('n', 120), longer = string.Join('/', Enumerable.Repeat(new string('d', 100), 5));
        Host("sh", "-c", $$"""
            cd {{source}} && mkdir -p {{longer}} && echo 1 > {{longer}}/{{longName}} && ln -s {{longer}}/{{longName}} longlink && ln {{longer}}/{{longName}} hard
            mkfifo fifo && mknod dev b 7 200 && echo 2 > 'umläut name' && chown 3000000:3000001 hard && chmod 6711 hard
            truncate -s 5M sparse && for at in 0 1 2 3 4 9 17 40 80 200; do printf data | dd of=sparse bs=4096 seek=$((at*4)) conv=notrunc status=none; done
            truncate -s 1M hole && printf end | dd of=endsparse bs=1 seek=3000000 status=none && : > empty && mkdir emptydir && chmod 1777 emptydir
            touch -d '1960-01-02 03:04:05.25 UTC' old && touch -h -d '2001-02-03 04:05:06 UTC' longlink emptydir
            python3 -c "import os; os.setxattr('old', 'user.bin', bytes(range(256))); os.setxattr('emptydir', 'user.d', b'x')"
            """).Succeeds();
        return source;
    }

    /// <summary>Everything that can be seen; times to the second, for not every format has more.</summary>
    private string Look(string root, string options)
    {
        bool seconds = !options.Contains("posix", StringComparison.Ordinal);
        string xattrs = options.Contains("--xattrs", StringComparison.Ordinal) ? "getfattr" : "none";
        return Host("python3", "-c", """
            import os, sys, hashlib
            os.chdir(sys.argv[1])
            for d, ds, fs in os.walk('.'):
                ds.sort()
                for f in ['.'] + sorted(ds + fs):
                    p = os.path.normpath(os.path.join(d, f)); s = os.lstat(p)
                    x = {a: os.getxattr(p, a, follow_symlinks=False) for a in sorted(os.listxattr(p, follow_symlinks=False))} if sys.argv[3] == 'getfattr' else {}
                    h = hashlib.sha256(open(p, 'rb').read()).hexdigest() if os.path.isfile(p) and not os.path.islink(p) else ''
                    print(p, oct(s.st_mode), s.st_uid, s.st_gid, s.st_nlink if f != '.' else '', s.st_rdev, s.st_size if h else '', s.st_mtime_ns // 10**9 if sys.argv[2] == 's' else s.st_mtime_ns, os.readlink(p) if os.path.islink(p) else '', x, h)
            """, root, seconds ? "s" : "ns", xattrs).Succeeds().Stdout;
    }
}
