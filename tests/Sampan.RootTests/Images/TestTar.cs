using System.Text;
using Sampan.Images;

namespace Sampan.RootTests.Images;

/// <summary>Builds archives entry by entry.</summary>
internal sealed class TestTar
{
    private readonly MemoryStream _stream = new();
    private readonly TarWriter _writer;

    public TestTar() => _writer = new TarWriter(_stream);

    public static FileTime Time { get; } = new(1_600_000_000, 123_456_789);

    public TestTar File(string name, string content = "", uint mode = 0x1A4, uint uid = 0, uint gid = 0, params Xattr[] xattrs)
        => File(name, Encoding.UTF8.GetBytes(content), mode, uid, gid, xattrs);

    public TestTar File(string name, byte[] data, uint mode = 0x1A4, uint uid = 0, uint gid = 0, params Xattr[] xattrs)
    {
        _writer.WriteHeader(new TarEntry { Kind = TarKind.File, Name = Bytes(name), Size = data.Length, Mode = mode, Uid = uid, Gid = gid, Mtime = Time, Xattrs = [.. xattrs] });
        _writer.WriteData(data);
        return this;
    }

    public TestTar Directory(string name, uint mode = 0x1ED, params Xattr[] xattrs)
        => Add(new TarEntry { Kind = TarKind.Directory, Name = Bytes(name + "/"), Mode = mode, Mtime = Time, Xattrs = [.. xattrs] });

    public TestTar Symlink(string name, string target) => Add(new TarEntry { Kind = TarKind.Symlink, Name = Bytes(name), LinkName = Bytes(target), Mode = 0x1FF, Mtime = Time });

    public TestTar HardLink(string name, string target, uint mode = 0x1A4)
        => Add(new TarEntry { Kind = TarKind.HardLink, Name = Bytes(name), LinkName = Bytes(target), Mode = mode, Mtime = Time });

    public TestTar Fifo(string name) => Add(new TarEntry { Kind = TarKind.Fifo, Name = Bytes(name), Mode = 0x1A4, Mtime = Time });

    public TestTar Device(string name, uint major, uint minor) => Add(new TarEntry { Kind = TarKind.CharDevice, Name = Bytes(name), Mode = 0x1B6, Mtime = Time, DeviceMajor = major, DeviceMinor = minor });

    public TestTar Add(TarEntry entry)
    {
        _writer.WriteHeader(entry);
        return this;
    }

    public byte[] ToArray()
    {
        _writer.Finish();
        return _stream.ToArray();
    }

    public MemoryStream ToStream() => new(ToArray());

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
