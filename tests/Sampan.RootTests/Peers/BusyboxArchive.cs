using System.Security.Cryptography;
using Sampan.RootTests.Harness;
using Sampan.RootTests.Images;

namespace Sampan.RootTests.Peers;

/// <summary>The image <c>docker.io/library/busybox:latest</c> as `docker save` writes one, which every engine can load.</summary>
internal static class BusyboxArchive
{
    public const string Name = "docker.io/library/busybox:latest";

    public static string Write(PeerRoom room)
    {
        byte[] layer = File.ReadAllBytes(Path.Combine(Machine.Programs, "../share/sampan/images/busybox.tar"));
        string path = Path.Combine(room.Folder, "busybox.tar");
        File.WriteAllBytes(path, new TestTar()
            .File("config.json", $$$"""
                {"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["sh"]},
                 "rootfs":{"type":"layers","diff_ids":["sha256:{{{Convert.ToHexStringLower(SHA256.HashData(layer))}}}"]},"history":[{"created_by":"test"}]}
                """)
            .File("layer.tar", layer)
            .File("manifest.json", $$"""[{"Config":"config.json","RepoTags":["{{Name}}"],"Layers":["layer.tar"]}]""")
            .ToArray());
        return path;
    }
}
