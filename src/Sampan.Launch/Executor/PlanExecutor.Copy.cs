using System.Runtime.InteropServices;
using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>
/// Copies what an image has in a directory into the tmpfs that will cover it (the mount option <c>tmpcopyup</c>): files, directories, links, devices,
/// their owners, modes, times and extended attributes. What were hard links become files of their own.
/// </summary>
/// <remarks>
/// The image is hostile. No path is ever looked up: every name is one that getdents64 gave, opened below a held directory, links not followed. What is
/// read is looked at again once it is open. Nothing recurses: the directories on the way down are a list, and as deep as that is, a tree may be.
/// </remarks>
public static unsafe partial class PlanExecutor
{
    /// <summary>A directory on the way down: the two sides, and the times that the copy gets once its content is there.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct CopyLevel
    {
        public int From;
        public int To;
        public fixed long Times[4];
    }

    /// <summary>All the memory of a copy: mapped for it, and unmapped after.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct CopyWork
    {
        public statx Stat;
        public fixed byte Dot[8];
        public fixed long Times[4];
        public fixed byte Levels[MaxDepth * LevelSize];
        public fixed byte Entries[EntriesSize];
        public fixed byte Names[ValueSize + 1];
        public fixed byte Value[ValueSize + 1];
    }

    private const int MaxDepth = 1024, LevelSize = 2 * 4 + 4 * 8, EntriesSize = 32768, ValueSize = 65536;
    private const int ReadFlags = (int)(OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_NONBLOCK | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC);

    // The mode of the directory that a tmpfs covers becomes the tmpfs's own.
    private static nint CopyMode(PlanHeader* plan, nint from, nint context, nint option)
    {
        plan->Path[0] = 0;
        var stat = (statx*)plan->Link;
        nint error = Stat(plan, stat, from, plan->Path);
        if (error < 0)
            return error;
        // Four octal digits.
        for (int i = 0; i < 4; i++)
            plan->Path[i] = (byte)('0' + (stat->stx_mode >> (9 - 3 * i) & 7));
        plan->Path[4] = 0;
        return Call(plan, SyscallNumber.fsconfig, context, (nint)FsConfigCommand.FSCONFIG_SET_STRING, option, (nint)plan->Path);
    }

    private static nint CopyTree(PlanHeader* plan, nint from, nint to)
    {
        nint memory = Call(plan, SyscallNumber.mmap, 0, sizeof(CopyWork), 3, 0x22, -1); // PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS
        if (memory is < 0 and > -4096)
            return memory;
        var work = (CopyWork*)memory;
        work->Dot[0] = (byte)'.';
        int depth = 0;
        nint error = Descend(plan, work, work->Levels, from, to, work->Dot);
        while (error == 0 && depth >= 0)
        {
            var level = (CopyLevel*)work->Levels + depth;
            nint length = Call(plan, SyscallNumber.getdents64, level->From, (nint)work->Entries, EntriesSize);
            if (length <= 0)
            {
                error = length;
                if (depth-- > 0)
                    Call(plan, SyscallNumber.utimensat, level->To, 0, (nint)level->Times, 0);
                Call(plan, SyscallNumber.close, level->From);
                Call(plan, SyscallNumber.close, level->To);
                continue;
            }
            // struct linux_dirent64: inode, where the next entry is, length, type, name. getdents64(2)
            for (nint at = 0; at < length && error == 0;)
            {
                byte* entry = work->Entries + at, name = entry + 19;
                at += *(ushort*)(entry + 16);
                if (name[0] == (byte)'.' && (name[1] == 0 || name[1] == (byte)'.' && name[2] == 0))
                    continue;
                error = CopyEntry(plan, work, level, name);
                if (error == -(nint)Errno.ENOENT)
                    error = 0; // removed meanwhile
                if (error == 1)
                {
                    // The rest of this directory is read again when the one found in it is done.
                    Call(plan, SyscallNumber.lseek, level->From, (nint)(*(long*)(entry + 8)), 0);
                    error = depth + 1 == MaxDepth ? -(nint)Errno.ENAMETOOLONG : Descend(plan, work, (byte*)(level + 1), level->From, level->To, name);
                    if (error == 0)
                        depth++;
                    else if (error == -(nint)Errno.ENOENT)
                        error = 0;
                    break;
                }
            }
        }
        Call(plan, SyscallNumber.munmap, (nint)work, sizeof(CopyWork));
        return error;
    }

    // Opens one directory on both sides, and gives the copy all but its times.
    private static nint Descend(PlanHeader* plan, CopyWork* work, byte* at, nint from, nint to, byte* name)
    {
        var level = (CopyLevel*)at;
        nint source = Call(plan, SyscallNumber.openat, from, (nint)name, (nint)((int)OpenFlags.O_DIRECTORY | ReadFlags));
        if (source < 0)
            return source;
        nint copy = Call(plan, SyscallNumber.openat, to, (nint)name, (nint)((int)OpenFlags.O_DIRECTORY | ReadFlags));
        if (copy < 0)
            return copy;
        level->From = (int)source;
        level->To = (int)copy;
        if (name == work->Dot)
            return 0; // the tmpfs itself, whose owner and mode are its mount's
        nint error = Stat(plan, &work->Stat, source, work->Dot + 1);
        Times(work, level->Times);
        return error < 0 ? error : Attributes(plan, work, source, copy);
    }

    // 0: copied; 1: a directory, made, to be gone through; or -errno.
    private static nint CopyEntry(PlanHeader* plan, CopyWork* work, CopyLevel* level, byte* name)
    {
        nint error = Stat(plan, &work->Stat, level->From, name);
        if (error < 0)
            return error;
        uint type = work->Stat.stx_mode & InodeMode.S_IFMT;
        if (type == InodeMode.S_IFREG)
            return CopyFile(plan, work, level, name);
        if (type == InodeMode.S_IFDIR)
        {
            error = Call(plan, SyscallNumber.mkdirat, level->To, (nint)name, 0x1C0); // 0700
            return error < 0 ? error : 1;
        }
        bool link = type == InodeMode.S_IFLNK;
        if (link)
        {
            nint length = Call(plan, SyscallNumber.readlinkat, level->From, (nint)name, (nint)work->Value, ValueSize);
            if (length < 0)
                return length;
            work->Value[length] = 0;
            error = Call(plan, SyscallNumber.symlinkat, (nint)work->Value, level->To, (nint)name);
        }
        else
        {
            ulong minor = work->Stat.stx_rdev_minor, major = work->Stat.stx_rdev_major;
            error = Call(plan, SyscallNumber.mknodat, level->To, (nint)name, work->Stat.stx_mode, (nint)((major & 0xFFF) << 8 | minor & 0xFF | (minor & 0xFFF00) << 12));
        }
        if (error == 0)
            error = Call(plan, SyscallNumber.fchownat, level->To, (nint)name, (nint)work->Stat.stx_uid, (nint)work->Stat.stx_gid, At.AT_SYMLINK_NOFOLLOW);
        if (error == 0 && !link)
            error = Call(plan, SyscallNumber.fchmodat, level->To, (nint)name, (nint)(work->Stat.stx_mode & InodeMode.Permissions));
        Times(work, work->Times);
        if (error == 0)
            error = Call(plan, SyscallNumber.utimensat, level->To, (nint)name, (nint)work->Times, At.AT_SYMLINK_NOFOLLOW);
        return error;
    }

    private static nint CopyFile(PlanHeader* plan, CopyWork* work, CopyLevel* level, byte* name)
    {
        nint source = Call(plan, SyscallNumber.openat, level->From, (nint)name, ReadFlags);
        if (source < 0)
            return source;
        nint copy = Call(plan, SyscallNumber.openat, level->To, (nint)name, (nint)(OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_CLOEXEC), 0x180); // 0600
        nint error = copy < 0 ? copy : Stat(plan, &work->Stat, source, work->Dot + 1);
        if (error >= 0 && (work->Stat.stx_mode & InodeMode.S_IFMT) != InodeMode.S_IFREG)
            error = -(nint)Errno.ESTALE; // somebody put something else in its place
        if (error >= 0)
            error = CopyData(plan, work, source, copy, (nint)work->Stat.stx_size);
        Times(work, work->Times);
        if (error >= 0)
            error = Attributes(plan, work, source, copy);
        if (error >= 0)
            error = Call(plan, SyscallNumber.utimensat, copy, 0, (nint)work->Times, 0);
        Call(plan, SyscallNumber.close, source);
        if (copy >= 0)
            Call(plan, SyscallNumber.close, copy);
        return error;
    }

    // Holes stay holes: a small image can hold a file of any length.
    private static nint CopyData(PlanHeader* plan, CopyWork* work, nint source, nint copy, nint size)
    {
        const int SEEK_DATA = 3, SEEK_HOLE = 4;
        nint at = 0;
        while (at < size)
        {
            at = Call(plan, SyscallNumber.lseek, source, at, SEEK_DATA);
            if (at == -(nint)Errno.ENXIO)
                break;
            nint end = at < 0 ? at : Call(plan, SyscallNumber.lseek, source, at, SEEK_HOLE);
            if (end < 0)
                return end;
            while (at < end)
            {
                nint n = Call(plan, SyscallNumber.pread64, source, (nint)work->Value, end - at < ValueSize ? end - at : ValueSize, at);
                if (n > 0)
                    n = Call(plan, SyscallNumber.pwrite64, copy, (nint)work->Value, n, at);
                if (n <= 0)
                    return n; // 0: cut short meanwhile
                at += n;
            }
        }
        return Call(plan, SyscallNumber.ftruncate, copy, size);
    }

    // The owner first: to change it takes away set-user-ID bits and file capabilities.
    private static nint Attributes(PlanHeader* plan, CopyWork* work, nint source, nint copy)
    {
        nint error = Call(plan, SyscallNumber.fchown, copy, (nint)work->Stat.stx_uid, (nint)work->Stat.stx_gid);
        if (error == 0)
            error = Call(plan, SyscallNumber.fchmod, copy, (nint)(work->Stat.stx_mode & InodeMode.Permissions));
        if (error < 0)
            return error;
        nint length = Call(plan, SyscallNumber.flistxattr, source, (nint)work->Names, ValueSize);
        byte* name = work->Names;
        while (name < work->Names + length)
        {
            nint size = Call(plan, SyscallNumber.fgetxattr, source, (nint)name, (nint)work->Value, ValueSize);
            if (size >= 0)
                error = Call(plan, SyscallNumber.fsetxattr, copy, (nint)name, (nint)work->Value, size);
            // What a tmpfs of this kernel does not take, or not from us, is left out.
            if (error is < 0 and not (-(nint)Errno.EOPNOTSUPP or -(nint)Errno.EPERM))
                return error;
            while (*name++ != 0) { }
        }
        return 0;
    }

    private static void Times(CopyWork* work, long* times)
    {
        times[0] = work->Stat.stx_atime.tv_sec;
        times[1] = work->Stat.stx_atime.tv_nsec;
        times[2] = work->Stat.stx_mtime.tv_sec;
        times[3] = work->Stat.stx_mtime.tv_nsec;
    }

    private static nint Stat(PlanHeader* plan, statx* stat, nint directory, byte* name)
        => Call(plan, SyscallNumber.statx, directory, (nint)name, At.AT_EMPTY_PATH | At.AT_SYMLINK_NOFOLLOW | At.AT_NO_AUTOMOUNT, 0x7FF, (nint)stat);
}
