namespace Sampan.Linux;

/// <summary>Flags of <see href="https://man7.org/linux/man-pages/man2/rename.2.html">renameat2(2)</see>.</summary>
[Flags]
public enum RenameFlags : uint
{
    None = 0, RENAME_NOREPLACE = 1, RENAME_EXCHANGE = 2, RENAME_WHITEOUT = 4,
}

public static partial class Sys
{
    public static nint Renameat2(int oldDirectory, FileName oldPath, int newDirectory, FileName newPath, RenameFlags flags = RenameFlags.None)
    {
        using var o = oldPath.ToCString();
        using var n = newPath.ToCString();
        return Retry(SyscallNumber.renameat2, oldDirectory, o, newDirectory, n, (nint)flags);
    }
}
