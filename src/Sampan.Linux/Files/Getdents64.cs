using System.Buffers.Binary;

namespace Sampan.Linux;

public static unsafe partial class Sys
{
    /// <summary><see href="https://man7.org/linux/man-pages/man2/getdents.2.html">getdents64(2)</see>: struct linux_dirent64 one after another; bytes, 0 at the end.</summary>
    public static nint Getdents64(int directory, Span<byte> buffer)
    {
        fixed (byte* b = buffer)
            return Retry(SyscallNumber.getdents64, directory, (nint)b, buffer.Length);
    }
}

/// <summary>Listing directories.</summary>
public static class Directories
{
    private const int NameOffset = 19;

    /// <summary>The names in a directory, without <c>.</c> and <c>..</c>, in no order. Reads from the descriptor's position to the end.</summary>
    public static List<byte[]> Names(int directory, string subject)
    {
        var names = new List<byte[]>();
        Span<byte> buffer = stackalloc byte[16384];
        while (true)
        {
            nint result = Sys.Getdents64(directory, buffer);
            if (result == -(nint)Errno.ENOENT)
                return []; // somebody has removed the directory meanwhile
            int n = (int)LinuxException.Check(result, "getdents64", subject);
            if (n == 0)
                return names;
            for (int at = 0; at < n;)
            {
                int length = BinaryPrimitives.ReadUInt16LittleEndian(buffer[(at + 16)..]);
                var name = buffer.Slice(at + NameOffset, length - NameOffset);
                name = name[..name.IndexOf((byte)0)];
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    names.Add(name.ToArray());
                at += length;
            }
        }
    }

    /// <summary>The names in the directory <paramref name="path"/>, or null when there is none.</summary>
    public static List<string>? NamesIfExists(string path)
    {
        nint fd = Sys.Openat(At.AT_FDCWD, path, OpenFlags.O_DIRECTORY | OpenFlags.O_RDONLY);
        if (fd == -(nint)Errno.ENOENT)
            return null;
        using var directory = new PathFd((int)LinuxException.Check(fd, "open", path));
        return Names(directory.Number, path).ConvertAll(System.Text.Encoding.UTF8.GetString);
    }
}
