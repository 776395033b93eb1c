using Sampan.Linux;

namespace Sampan.Images;

/// <summary>How overlayfs marks what is gone: <see href="https://docs.kernel.org/filesystems/overlayfs.html">overlayfs</see>, "whiteouts and opaque directories".</summary>
internal static class Overlay
{
    /// <summary>Attributes with this prefix steer overlayfs; they never come from an archive nor go into one.</summary>
    public static ReadOnlySpan<byte> Prefix => "trusted.overlay."u8;

    public static ReadOnlySpan<byte> UserPrefix => "user.overlay."u8;

    private static ReadOnlySpan<byte> OpaqueName => "trusted.overlay.opaque"u8;

    /// <summary>A character device 0:0 hides what lies below.</summary>
    public static bool IsWhiteout(in statx file) => file.Type == InodeMode.S_IFCHR && file.stx_rdev_major == 0 && file.stx_rdev_minor == 0;

    public static nint MakeWhiteout(int directory, ReadOnlySpan<byte> name) => Sys.Mknodat(directory, name, InodeMode.S_IFCHR, 0);

    /// <summary>True when nothing of the layers below shows in this directory.</summary>
    public static bool IsOpaque(int directory)
    {
        Span<byte> value = stackalloc byte[1];
        return Sys.Fgetxattr(directory, OpaqueName, value) == 1 && value[0] == 'y';
    }

    public static nint MakeOpaque(int directory) => Sys.Fsetxattr(directory, OpaqueName, "y"u8);
}
