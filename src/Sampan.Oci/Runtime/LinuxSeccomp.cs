namespace Sampan.Oci;

/// <summary><see href="https://github.com/opencontainers/runtime-spec/blob/v1.3.0/config-linux.md#seccomp">runtime-spec 1.3, config-linux.md, "Seccomp"</see>.</summary>
public sealed class LinuxSeccomp : OciObject
{
    /// <summary>Such as <c>SCMP_ACT_ERRNO</c>.</summary>
    public string? DefaultAction;
    public uint? DefaultErrnoRet;

    /// <summary>Such as <c>SCMP_ARCH_X86_64</c>.</summary>
    public List<string>? Architectures;

    /// <summary>Such as <c>SECCOMP_FILTER_FLAG_LOG</c>.</summary>
    public List<string>? Flags;
    public string? ListenerPath;
    public string? ListenerMetadata;

    /// <summary>The rules. Of a profile that was read, they are read when they are first asked for: they are most of a usual config.json.</summary>
    /// <exception cref="OciFormatException">A rule that is not what the specification says.</exception>
    public List<LinuxSyscall>? Syscalls
    {
        get
        {
            if (_unread is not null)
                (_syscalls, _unread) = (_unread.Read<LinuxSyscall>(), null);
            return _syscalls;
        }
        set => (_syscalls, _unread) = (value, null);
    }

    private List<LinuxSyscall>? _syscalls;
    private UnreadArray? _unread;

    /// <summary>What the filter follows from, in two parts: the same bytes, the same filter. Null once somebody has had the rules, who may have changed them.</summary>
    public byte[]? Source(out ReadOnlySpan<byte> rules)
    {
        rules = default;
        if (_unread is null)
            return null;
        rules = _unread.Json;
        var rest = new LinuxSeccomp
        {
            DefaultAction = DefaultAction, DefaultErrnoRet = DefaultErrnoRet, Architectures = Architectures, Flags = Flags,
            ListenerPath = ListenerPath, ListenerMetadata = ListenerMetadata,
        };
        return rest.ToJson();
    }

    public override void Map(JsonMap map)
    {
        map.RequiredText("defaultAction", ref DefaultAction);
        map.Number("defaultErrnoRet", ref DefaultErrnoRet);
        map.Texts("architectures", ref Architectures);
        map.Texts("flags", ref Flags);
        map.Text("listenerPath", ref ListenerPath);
        map.Text("listenerMetadata", ref ListenerMetadata);
        if (map.Reading)
        {
            Syscalls = null;
            _unread = map.Unread("syscalls");
            return;
        }
        var syscalls = Syscalls;
        map.Objects("syscalls", ref syscalls);
    }
}

public sealed class LinuxSyscall : OciObject
{
    public List<string>? Names;
    public string? Action;
    public uint? ErrnoRet;

    /// <summary>All must hold, except that several conditions on one argument are alternatives, as libseccomp's callers have it.</summary>
    public List<LinuxSeccompArg>? Args;

    public override void Map(JsonMap map)
    {
        map.Texts("names", ref Names);
        map.RequiredText("action", ref Action);
        map.Number("errnoRet", ref ErrnoRet);
        map.Objects("args", ref Args);
    }
}

public sealed class LinuxSeccompArg : OciObject
{
    /// <summary>0 to 5.</summary>
    public uint Index;
    public ulong? Value;
    public ulong? ValueTwo;

    /// <summary>Such as <c>SCMP_CMP_MASKED_EQ</c>.</summary>
    public string? Op;

    public override void Map(JsonMap map)
    {
        map.Number("index", ref Index);
        map.Number("value", ref Value);
        map.Number("valueTwo", ref ValueTwo);
        map.RequiredText("op", ref Op);
    }
}
