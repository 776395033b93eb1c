using Sampan.Images;
using Sampan.Linux;

namespace Sampan.Cli.Verbs;

/// <summary>A file that a verb writes: it is there when all of it is written, or as it was before.</summary>
internal static class WholeFile
{
    /// <summary>Bytes.</summary>
    public const int Buffer = 256 << 10;

    /// <param name="path">A name of a regular file, or of one that is not there; a pipe or a device is written to as it is.</param>
    public static void Write(string path, Action<Stream> write)
    {
        bool special = Sys.Statx(At.AT_FDCWD, path, out var status, 0) == 0 && (status.stx_mode & 0xF000) != 0x8000;
        string temporary = special ? path : $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var flags = special ? OpenFlags.O_WRONLY : OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL;
            using (var stream = new BufferedStream(new FdStream(Open.File(temporary, flags, 0x180), path), Buffer))
                write(stream);
            if (!special)
                LinuxException.Check(Sys.Renameat2(At.AT_FDCWD, temporary, At.AT_FDCWD, path), "rename", path);
        }
        catch when (!special)
        {
            Sys.Unlinkat(At.AT_FDCWD, temporary);
            throw;
        }
    }
}
