using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>A new file-system instance by fsopen(2), fsconfig(2), fsmount(2): detached until it is moved to its place.</summary>
internal static class FileSystemSteps
{
    /// <summary>Flags of the whole file system: the options by which fsconfig(2) sets and clears each. Source: fs/fs_context.c of the kernel.</summary>
    public static readonly (MountFlags Flag, string On, string Off)[] SuperblockFlags =
    [
        (MountFlags.MS_RDONLY, "ro", "rw"), (MountFlags.MS_SYNCHRONOUS, "sync", "async"), (MountFlags.MS_DIRSYNC, "dirsync", ""),
        (MountFlags.MS_MANDLOCK, "mand", "nomand"), (MountFlags.MS_LAZYTIME, "lazytime", "nolazytime"),
    ];

    /// <summary>Longest value that fsconfig(2) takes.</summary>
    private const int LongestValue = 255;

    /// <summary>Opens a context in <see cref="Slot.Context"/>.</summary>
    public static void Open(OperationList list, string type, string? source)
    {
        list.Call(SyscallNumber.fsopen, list.Text(type), 1).Into(Slot.Context);
        if (!string.IsNullOrEmpty(source))
            Option(list, "source", source);
    }

    /// <summary>Each option is an operation of its own, so that an error names the one that the file system refused.</summary>
    public static void Options(OperationList list, MountOptions options, string field)
    {
        foreach (var (flag, on, _) in SuperblockFlags)
        {
            if (options.Flags.HasFlag(flag))
                Option(list, on, null);
        }
        foreach (var (key, value) in options.Data)
        {
            list.For(field, value is null ? key : $"{key}={value}");
            Option(list, key, value);
        }
    }

    /// <summary><c>linux.mountLabel</c>: every file of the file system has this SELinux context.</summary>
    public static void Label(OperationList list, string? label)
    {
        if (label is null)
            return;
        list.For("linux.mountLabel", label);
        Option(list, "context", label);
    }

    /// <summary>The same among options for mount(2), which splits them at commas: a context with categories has some.</summary>
    public static string WithLabel(string data, string? label)
        => label is null ? data : data.Length == 0 ? $"context=\"{label}\"" : $"{data},context=\"{label}\"";

    /// <summary>Makes the detached mount, in <see cref="Slot.Mount"/>.</summary>
    public static void Create(OperationList list, MountOptions options)
    {
        list.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_CMD_CREATE);
        list.Call(SyscallNumber.fsmount, Slot.Context, 1, options.Attributes).Into(Slot.Mount);
    }

    public static void Option(OperationList list, string key, string? value)
    {
        if (value is null)
            list.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_SET_FLAG, list.Text(key));
        else
            list.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_SET_STRING, list.Text(key), list.Text(value));
    }

    /// <summary>Whether only mount(2) can do it: fsconfig(2) has no iversion, takes no long value, and does not split at commas.</summary>
    public static bool IsForMount(MountOptions options)
        => !options.CopyUp && (options.Flags.HasFlag(MountFlags.MS_I_VERSION)
            || options.Data.Exists(static o => o.Key.Contains(',') || o.Value is { } value && (value.Length > LongestValue / 3 && System.Text.Encoding.UTF8.GetByteCount(value) > LongestValue || value.Contains(','))));

    /// <summary>mount(2) onto the directory in <see cref="Slot.Target"/>: by going there, so that no path is resolved.</summary>
    public static void ByMount(OperationList list, string type, string? source, MountOptions options, string? label, string field)
    {
        string data = string.Join(',', options.Data.ConvertAll(static o => o.Value is null ? o.Key : $"{o.Key}={o.Value}"));
        data = WithLabel(data, label);
        if (data.Length > 4095)
            throw Compilation.Invalid($"{field}.options", "are longer than a page, which is all that mount(2) takes");
        list.For(field, data.Length == 0 ? type : $"{type} {data}");
        list.Call(SyscallNumber.fchdir, Slot.Target);
        list.Call(SyscallNumber.mount, list.Text(source ?? ""), list.Text("."), list.Text(type), (ulong)options.Flags, data.Length == 0 ? 0 : list.Text(data));
    }
}
