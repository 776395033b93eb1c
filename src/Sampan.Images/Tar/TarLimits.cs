namespace Sampan.Images;

/// <summary>Bounds on what an archive may make its reader hold in memory. An archive that exceeds one is refused.</summary>
internal static class TarLimits
{
    /// <summary>Bytes of one extended header, and of all global ones together: room for 64 KiB attributes and long names.</summary>
    public const int PaxHeader = 1 << 20;

    /// <summary>Bytes of a name or link target; the kernel's PATH_MAX is 4096.</summary>
    public const int LongName = 1 << 16;

    /// <summary>Segments of one sparse file.</summary>
    public const int SparseSegments = 1 << 20;
}
