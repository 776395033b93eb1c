using Sampan.Linux;

namespace Sampan.Launch;

/// <summary>A new file-system instance by fsopen(2), fsconfig(2), fsmount(2): detached until it is moved to its place.</summary>
internal static class FileSystemSteps
{
    /// <summary>Makes a detached mount of <paramref name="type"/> in <see cref="Slot.Mount"/>.</summary>
    public static void New(OperationList list, string type, string? source, MountOptions options)
    {
        list.Call(SyscallNumber.fsopen, list.Text(type), 1).Into(Slot.Context);
        if (!string.IsNullOrEmpty(source))
            Option(list, "source", source);
        Options(list, options);
        list.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_CMD_CREATE);
        list.Call(SyscallNumber.fsmount, Slot.Context, 1, options.Set).Into(Slot.Mount);
    }

    public static void Options(OperationList list, MountOptions options)
    {
        foreach (var (key, value) in options.Data)
            Option(list, key, value);
    }

    public static void Option(OperationList list, string key, string? value)
    {
        if (value is null)
            list.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_SET_FLAG, list.Text(key));
        else
            list.Call(SyscallNumber.fsconfig, Slot.Context, FsConfigCommand.FSCONFIG_SET_STRING, list.Text(key), list.Text(value));
    }
}
