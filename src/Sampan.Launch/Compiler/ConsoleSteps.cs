using Sampan.Linux;
using Sampan.Oci;

namespace Sampan.Launch;

/// <summary>
/// A terminal: a pty of the container's own devpts, its master sent to the parent, its slave as stdio and as /dev/console.
/// Source: runtime-spec 1.3, config.md, <c>process.terminal</c>; ioctl_tty(2), pts(4).
/// </summary>
internal static class ConsoleSteps
{
    private const uint TIOCSPTLCK = 0x40045431, TIOCGPTPEER = 0x5441, TIOCSWINSZ = 0x5414, TIOCSCTTY = 0x540E, TCSETS = 0x5402;

    /// <summary>For a new container: before the root is switched, so that /dev/console can be mounted.</summary>
    public static void Open(Compilation c)
    {
        var process = c.Spec.Process;
        if (process is not { Terminal: true })
            return;
        OpenPty(c.Child, process, c.Request.PlainTerminal);
        if (!c.NewMountNamespace)
            return;
        c.Child.For("process.terminal", "/dev/console");
        c.CloneTree(Slot.Terminal, "");
        c.OpenTarget("/dev/console", TargetKind.File, Slot.Target, Compilation.InRootNoLinks);
        c.Attach();
    }

    /// <summary>Opens the pty below <see cref="Slot.Root"/>, sends the master to the parent, and puts the slave on descriptors 0 to 2.</summary>
    public static void OpenPty(OperationList child, Process process, bool plain)
    {
        child.For("process.terminal", "/dev/pts/ptmx");
        var how = child.Data.Struct(new open_how
        {
            flags = (ulong)(OpenFlags.O_RDWR | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC), resolve = Compilation.InRootNoLinks,
        });
        child.Call(SyscallNumber.openat2, Slot.Root, child.Text("/dev/pts/ptmx"), how, 24).Into(Slot.Console);
        child.Call(SyscallNumber.ioctl, Slot.Console, TIOCSPTLCK, child.Data.Struct(0));
        // Not by name: the slave comes from the master itself, whatever the image has put at /dev/pts/0.
        child.Call(SyscallNumber.ioctl, Slot.Console, TIOCGPTPEER, OpenFlags.O_RDWR | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC).Into(Slot.Terminal);
        if (process.ConsoleSize is { } size)
            child.Call(SyscallNumber.ioctl, Slot.Console, TIOCSWINSZ, child.Data.Struct((ulong)(ushort)size.Height | (ulong)(ushort)size.Width << 16));
        // Here, where no output can have come before.
        if (plain)
            child.Call(SyscallNumber.ioctl, Slot.Terminal, TCSETS, child.Data.Struct(termios.PlainPty()));
        child.Special(OpCode.SendFd, Slot.Console, (int)Stage.Descriptor);
        if (process.User is { Uid: not 0 } user)
            child.Call(SyscallNumber.fchown, Slot.Terminal, user.Uid, -1);
        child.Call(SyscallNumber.ioctl, Slot.Terminal, TIOCSCTTY, 0);
        for (int fd = 0; fd < 3; fd++)
            child.Call(SyscallNumber.dup2, Slot.Terminal, fd);
    }
}
