namespace Sampan.Linux;

public static partial class Sys
{
    /// <summary>The file was written to.</summary>
    public const uint IN_MODIFY = 2;

    /// <summary>Its mode, or its number of names, changed.</summary>
    public const uint IN_ATTRIB = 4;

    /// <summary>A name in the directory appeared, by being made or by a rename.</summary>
    public const uint IN_CREATE = 0x100, IN_MOVED_TO = 0x80;

    /// <summary>The file itself was removed, or renamed.</summary>
    public const uint IN_DELETE_SELF = 0x400, IN_MOVE_SELF = 0x800;

    /// <summary><see href="https://man7.org/linux/man-pages/man2/inotify_init.2.html">inotify_init1(2)</see>, IN_CLOEXEC and IN_NONBLOCK.</summary>
    public static nint InotifyInit() => Call(SyscallNumber.inotify_init1, 0x80800);

    /// <summary><see href="https://man7.org/linux/man-pages/man2/inotify_add_watch.2.html">inotify_add_watch(2)</see>.</summary>
    public static nint InotifyAddWatch(int inotify, FileName path, uint mask)
    {
        using var p = path.ToCString();
        return Call(SyscallNumber.inotify_add_watch, inotify, p, (nint)mask);
    }
}
