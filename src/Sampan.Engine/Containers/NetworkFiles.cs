using System.Text;

using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>The container's own /etc/hosts, /etc/hostname and /etc/resolv.conf, in its directory; bound over the image's.</summary>
internal static class NetworkFiles
{
    /// <summary>Bytes; a host's file that is longer is not taken.</summary>
    private const int Limit = 64 << 10;

    private const uint Readable = 0x1A4;

    public static void Write(string bundle, ContainerSettings config, HostConfig host, uint owner)
    {
        string hostname = config.Hostname ?? "";
        Text($"{bundle}/hostname", $"{hostname}\n", owner);
        Text($"{bundle}/hosts", host.NetworkMode == "host" ? SmallFile.ReadIfExists("/etc/hosts", Limit) ?? Hosts(hostname) : Hosts(hostname), owner);
        // Without a network nobody answers, so nobody is named.
        Text($"{bundle}/resolv.conf", host.NetworkMode == "host" ? SmallFile.ReadIfExists("/etc/resolv.conf", Limit) ?? "" : "", owner);
    }

    private static string Hosts(string hostname)
        => $"127.0.0.1\tlocalhost{(hostname.Length > 0 ? $" {hostname}" : "")}\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

    private static void Text(string path, string text, uint owner) => Put(path, Encoding.UTF8.GetBytes(text), owner);

    /// <summary>A file that everybody in the container may read.</summary>
    internal static void Put(string path, ReadOnlySpan<byte> bytes, uint owner)
    {
        using var file = Open.File(path, OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_TRUNC, Readable);
        LinuxException.Check(Sys.WriteAll(file.Number, bytes), "write", path);
        // Whatever our umask is, a user of the container can read them.
        LinuxException.Check(Sys.Fchmod(file.Number, Readable), "fchmod", path);
        if (owner != 0)
            LinuxException.Check(Sys.Fchown(file.Number, owner, owner), "fchown", path);
    }
}
