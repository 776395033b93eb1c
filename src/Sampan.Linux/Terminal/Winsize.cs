using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>struct winsize of <see href="https://man7.org/linux/man-pages/man2/TIOCGWINSZ.2const.html">TIOCGWINSZ(2const)</see>, in character cells; 8 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct winsize
{
    public ushort ws_row;
    public ushort ws_col;
    public ushort ws_xpixel;
    public ushort ws_ypixel;
}

public static unsafe partial class Sys
{
    private const int TIOCGWINSZ = 0x5413, TIOCSWINSZ = 0x5414;

    public static nint GetWindowSize(int terminal, out winsize size)
    {
        winsize filled = default;
        nint result = Call(SyscallNumber.ioctl, terminal, TIOCGWINSZ, (nint)(&filled));
        size = filled;
        return result;
    }

    /// <summary>Of a pty's master: the slave's foreground process group gets SIGWINCH when the size changed.</summary>
    public static nint SetWindowSize(int terminal, winsize size) => Call(SyscallNumber.ioctl, terminal, TIOCSWINSZ, (nint)(&size));
}
