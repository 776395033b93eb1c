using System.Runtime.InteropServices;

namespace Sampan.Linux;

/// <summary>The kernel's struct termios (not the C library's) of <see href="https://man7.org/linux/man-pages/man2/TCSETS.2const.html">TCGETS(2const)</see>; 36 bytes.</summary>
[StructLayout(LayoutKind.Sequential, Size = 36)]
public unsafe struct termios
{
    public uint c_iflag;
    public uint c_oflag;
    public uint c_cflag;
    public uint c_lflag;
    public byte c_line;
    public fixed byte c_cc[19];

    private const uint IGNBRK = 1, BRKINT = 2, PARMRK = 8, ISTRIP = 0x20, INLCR = 0x40, IGNCR = 0x80, ICRNL = 0x100, IXON = 0x400;
    private const uint OPOST = 1, ONLCR = 4, B38400 = 0xF, CSIZE = 0x30, CS8 = 0x30, CREAD = 0x80, PARENB = 0x100;
    private const uint ISIG = 1, ICANON = 2, ECHO = 8, ECHOE = 0x10, ECHONL = 0x40, ECHOCTL = 0x200, ECHOKE = 0x800, ECHOK = 0x20, IEXTEN = 0x8000;
    private const int VTIME = 5, VMIN = 6;

    /// <summary>
    /// A new pty's settings as the kernel makes them (tty_std_termios of drivers/tty/tty_io.c, INIT_C_CC), but without ONLCR: a line written
    /// ends with a line feed alone for who reads the master.
    /// </summary>
    public static termios PlainPty()
    {
        var plain = new termios { c_iflag = ICRNL | IXON, c_oflag = OPOST, c_cflag = B38400 | CS8 | CREAD, c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN };
        // VINTR, VQUIT, VERASE, VKILL, VEOF, VTIME, VMIN, VSWTC, VSTART, VSTOP, VSUSP, VEOL, VREPRINT, VDISCARD, VWERASE, VLNEXT, VEOL2
        ReadOnlySpan<byte> characters = [3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0];
        characters.CopyTo(new Span<byte>(plain.c_cc, 19));
        return plain;
    }

    /// <summary>These settings, but a line written ends with a line feed alone.</summary>
    public readonly termios Plain() => this with { c_oflag = c_oflag & ~ONLCR };

    /// <summary>These settings made raw as by cfmakeraw(3): every byte passes as it is, both ways.</summary>
    /// <param name="keepOutput">Whether output is processed as before: for one whose lines are to end with a line feed alone and still begin at the left.</param>
    public readonly termios Raw(bool keepOutput = false)
    {
        var raw = this;
        raw.c_iflag &= ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
        raw.c_oflag = keepOutput ? raw.c_oflag | OPOST : raw.c_oflag & ~OPOST;
        raw.c_lflag &= ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
        raw.c_cflag = (raw.c_cflag & ~(CSIZE | PARENB)) | CS8;
        raw.c_cc[VMIN] = 1;
        raw.c_cc[VTIME] = 0;
        return raw;
    }

    /// <summary>These settings with what is typed not shown, save for the end of the line.</summary>
    public readonly termios Silent()
    {
        var silent = this;
        silent.c_lflag = (silent.c_lflag & ~ECHO) | ECHONL;
        return silent;
    }
}

public static unsafe partial class Sys
{
    private const int TCGETS = 0x5401, TCSETS = 0x5402, TCSETSW = 0x5403;

    public static nint GetTerminal(int fd, out termios settings)
    {
        termios filled = default;
        nint result = Call(SyscallNumber.ioctl, fd, TCGETS, (nint)(&filled));
        settings = filled;
        return result;
    }

    /// <summary>At once, as TCSANOW. In a background process group the kernel sends SIGTTOU first.</summary>
    public static nint SetTerminal(int fd, termios settings) => Retry(SyscallNumber.ioctl, fd, TCSETS, (nint)(&settings));

    public static bool IsTerminal(int fd) => GetTerminal(fd, out _) >= 0;
}

/// <summary>A terminal in raw mode, until disposed.</summary>
public sealed class RawTerminal : IDisposable
{
    private readonly int _fd;
    private readonly bool _keepOutput;
    private readonly termios _before;
    private bool _raw;

    /// <param name="fd">A terminal; stays the caller's.</param>
    /// <param name="keepOutput">See <see cref="termios.Raw"/>.</param>
    public RawTerminal(int fd, bool keepOutput = false)
    {
        (_fd, _keepOutput) = (fd, keepOutput);
        LinuxException.Check(Sys.GetTerminal(fd, out _before), "tcgetattr");
        Enter();
    }

    /// <summary>Raw again, after a shell that stopped and continued us has set modes of its own.</summary>
    public void Enter()
    {
        _raw = true;
        LinuxException.Check(Sys.SetTerminal(_fd, _before.Raw(_keepOutput)), "tcsetattr");
    }

    /// <summary>As it was before. A terminal that has gone meanwhile needs no restoring.</summary>
    public void Dispose()
    {
        if (_raw)
            Sys.SetTerminal(_fd, _before);
        _raw = false;
    }
}
