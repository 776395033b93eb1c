using Sampan.Linux;

namespace Sampan.RootTests.Harness;

/// <summary>A pseudo-terminal as a terminal emulator holds it: <see href="https://man7.org/linux/man-pages/man7/pty.7.html">pty(7)</see>.</summary>
internal sealed unsafe class Pty : IDisposable
{
    private const uint TIOCGPTN = 0x80045430, TIOCSPTLCK = 0x40045431, TIOCSWINSZ = 0x5414, TCGETS = 0x5401;

    // Held so that the master sees no end of file between the child's start and its opening of the slave,
    // and so that the settings can be read after the child has gone.
    private FileFd? _slave;

    private Pty(FileFd master, string slavePath) => (Master, SlavePath, _slave) = (master, slavePath, Open_(slavePath));

    public FileFd Master { get; }

    public string SlavePath { get; }

    public static Pty Open(int columns, int rows)
    {
        var master = Linux.Open.File("/dev/ptmx", OpenFlags.O_RDWR | OpenFlags.O_NOCTTY);
        int number, unlocked = 0;
        LinuxException.Check(Sys.Call(SyscallNumber.ioctl, master.Number, unchecked((nint)TIOCSPTLCK), (nint)(&unlocked)), "ioctl", "TIOCSPTLCK");
        LinuxException.Check(Sys.Call(SyscallNumber.ioctl, master.Number, unchecked((nint)TIOCGPTN), (nint)(&number)), "ioctl", "TIOCGPTN");
        var pty = new Pty(master, $"/dev/pts/{number}");
        pty.Resize(columns, rows);
        return pty;
    }

    /// <summary>Sets the size in character cells; the foreground process group gets SIGWINCH.</summary>
    public void Resize(int columns, int rows)
    {
        ushort* size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        LinuxException.Check(Sys.Call(SyscallNumber.ioctl, Master.Number, (nint)TIOCSWINSZ, (nint)size), "ioctl", "TIOCSWINSZ");
    }

    /// <summary>struct termios as the kernel has it, 36 bytes, in hexadecimal: to compare before and after.</summary>
    public string Settings
    {
        get
        {
            byte* termios = stackalloc byte[64];
            LinuxException.Check(Sys.Call(SyscallNumber.ioctl, Master.Number, (nint)TCGETS, (nint)termios), "ioctl", "TCGETS");
            return Convert.ToHexString(new ReadOnlySpan<byte>(termios, 36));
        }
    }

    internal FileFd DuplicateMaster() => new((int)LinuxException.Check(Sys.Call(SyscallNumber.fcntl, Master.Number, 1030 /* F_DUPFD_CLOEXEC */, 0), "fcntl", SlavePath));

    /// <summary>Lets go of the slave, so that the reader gets all that is left and then the end.</summary>
    internal void CloseAfterDrain(OutputBuffer output)
    {
        _slave?.Dispose();
        _slave = null;
        output.WaitForEnd(TimeSpan.FromSeconds(1));
    }

    public void Dispose()
    {
        _slave?.Dispose();
        Master.Dispose();
    }

    private static FileFd Open_(string path) => Linux.Open.File(path, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY);
}
