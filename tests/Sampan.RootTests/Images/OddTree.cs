using Sampan.RootTests.Harness;

namespace Sampan.RootTests.Images;

/// <summary>A tree of every odd kind of file, and all that can be seen of a tree.</summary>
internal static class OddTree
{
    /// <returns>Its directory, in the test's.</returns>
    public static string Make(RootTest test)
    {
        string source = test.InWork("source/x")[..^2];
        string longName = new('n', 120), longer = string.Join('/', Enumerable.Repeat(new string('d', 100), 5));
        test.Host("sh", "-c", $$"""
            cd {{source}} && mkdir -p {{longer}} && echo 1 > {{longer}}/{{longName}} && ln -s {{longer}}/{{longName}} longlink && ln {{longer}}/{{longName}} hard
            mkfifo fifo && mknod dev b 7 200 && echo 2 > 'umläut name' && chown 3000000:3000001 hard && chmod 6711 hard
            truncate -s 5M sparse && for at in 0 1 2 3 4 9 17 40 80 200; do printf data | dd of=sparse bs=4096 seek=$((at*4)) conv=notrunc status=none; done
            truncate -s 1M hole && printf end | dd of=endsparse bs=1 seek=3000000 status=none && : > empty && mkdir emptydir && chmod 1777 emptydir
            touch -d '1960-01-02 03:04:05.25 UTC' old && touch -h -d '2001-02-03 04:05:06 UTC' longlink emptydir
            echo 3 > capable && setcap cap_net_raw,cap_chown+ep capable
            python3 -c "import os; os.setxattr('old', 'user.bin', bytes(range(256))); os.setxattr('emptydir', 'user.d', b'x')"
            """).Succeeds();
        return source;
    }

    /// <summary>How often a directory is linked is the file system's own affair.</summary>
    /// <param name="seconds">Times to the second; else to the nanosecond.</param>
    public static string Look(RootTest test, string root, bool seconds, bool xattrs) => test.Host("python3", "-c", """
        import os, sys, hashlib, stat
        os.chdir(sys.argv[1])
        for d, ds, fs in os.walk('.'):
            ds.sort()
            for f in ['.'] + sorted(ds + fs):
                p = os.path.normpath(os.path.join(d, f)); s = os.lstat(p)
                x = {a: os.getxattr(p, a, follow_symlinks=False) for a in sorted(os.listxattr(p, follow_symlinks=False)) if not a.startswith('trusted.overlay.')} if sys.argv[3] == 'True' else {}
                h = hashlib.sha256(open(p, 'rb').read()).hexdigest() if os.path.isfile(p) and not os.path.islink(p) else ''
                print(p, oct(s.st_mode), s.st_uid, s.st_gid, s.st_nlink if not stat.S_ISDIR(s.st_mode) else '', s.st_rdev, s.st_size if h else '', s.st_mtime_ns // 10**9 if sys.argv[2] == 'True' else s.st_mtime_ns, os.readlink(p) if os.path.islink(p) else '', x, h)
        """, root, seconds.ToString(), xattrs.ToString()).Succeeds().Stdout;
}
