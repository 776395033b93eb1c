namespace Sampan.Oci;

/// <summary>runtime-spec 1.3, config.md, "Process".</summary>
public sealed class Process : OciObject
{
    public bool Terminal;
    public ConsoleSize? ConsoleSize;
    public User? User;
    public List<string>? Args;
    public List<string>? Env;
    public string? Cwd;
    public LinuxCapabilities? Capabilities;
    public List<PosixRlimit>? Rlimits;
    public bool NoNewPrivileges;
    public string? ApparmorProfile;
    public int? OomScoreAdj;
    public Scheduler? Scheduler;
    public string? SelinuxLabel;
    public IoPriority? IoPriority;
    public ExecCpuAffinity? ExecCpuAffinity;

    public override void Map(JsonMap map)
    {
        map.Flag("terminal", ref Terminal);
        map.Object("consoleSize", ref ConsoleSize);
        map.Object("user", ref User);
        map.Texts("args", ref Args);
        map.Texts("env", ref Env);
        map.RequiredText("cwd", ref Cwd);
        map.Object("capabilities", ref Capabilities);
        map.Objects("rlimits", ref Rlimits);
        map.Flag("noNewPrivileges", ref NoNewPrivileges);
        map.Text("apparmorProfile", ref ApparmorProfile);
        map.Number("oomScoreAdj", ref OomScoreAdj);
        map.Object("scheduler", ref Scheduler);
        map.Text("selinuxLabel", ref SelinuxLabel);
        map.Object("ioPriority", ref IoPriority);
        map.Object("execCPUAffinity", ref ExecCpuAffinity);
    }
}

/// <summary>Character cells.</summary>
public sealed class ConsoleSize : OciObject
{
    public uint Height;
    public uint Width;

    public override void Map(JsonMap map)
    {
        map.Number("height", ref Height);
        map.Number("width", ref Width);
    }
}

/// <summary>config.md, "POSIX-platform User".</summary>
public sealed class User : OciObject
{
    public uint Uid;
    public uint Gid;
    public uint? Umask;
    public List<uint>? AdditionalGids;

    public override void Map(JsonMap map)
    {
        map.Number("uid", ref Uid);
        map.Number("gid", ref Gid);
        map.Number("umask", ref Umask);
        map.Numbers("additionalGids", ref AdditionalGids);
        if (!map.Reading)
            return;
        // (uid_t)-1 means "leave as it is" to setresuid(2): a process would silently stay root.
        if (Uid == uint.MaxValue)
            map.Fail("uid", "4294967295 is not a user id");
        if (Gid == uint.MaxValue)
            map.Fail("gid", "4294967295 is not a group id");
        if (AdditionalGids?.IndexOf(uint.MaxValue) is { } at and >= 0)
            map.Fail($"additionalGids[{at}]", "4294967295 is not a group id");
    }
}

/// <summary>config.md, "Linux Process", <c>capabilities</c>: names such as <c>CAP_CHOWN</c>.</summary>
public sealed class LinuxCapabilities : OciObject
{
    public List<string>? Bounding;
    public List<string>? Effective;
    public List<string>? Inheritable;
    public List<string>? Permitted;
    public List<string>? Ambient;

    public override void Map(JsonMap map)
    {
        map.Texts("bounding", ref Bounding);
        map.Texts("effective", ref Effective);
        map.Texts("inheritable", ref Inheritable);
        map.Texts("permitted", ref Permitted);
        map.Texts("ambient", ref Ambient);
    }
}

/// <summary>config.md, "POSIX process", <c>rlimits</c>.</summary>
public sealed class PosixRlimit : OciObject
{
    /// <summary>Such as <c>RLIMIT_NOFILE</c>.</summary>
    public string? Type;
    public ulong? Hard;
    public ulong? Soft;

    public override void Map(JsonMap map)
    {
        map.RequiredText("type", ref Type);
        map.Number("hard", ref Hard);
        map.Number("soft", ref Soft);
    }
}

public sealed class Scheduler : OciObject
{
    public string? Policy;
    public int? Nice;
    public int? Priority;
    public List<string>? Flags;
    public ulong? Runtime;
    public ulong? Deadline;
    public ulong? Period;

    public override void Map(JsonMap map)
    {
        map.RequiredText("policy", ref Policy);
        map.Number("nice", ref Nice);
        map.Number("priority", ref Priority);
        map.Texts("flags", ref Flags);
        map.Number("runtime", ref Runtime);
        map.Number("deadline", ref Deadline);
        map.Number("period", ref Period);
    }
}

public sealed class IoPriority : OciObject
{
    public string? Class;
    public int Priority;

    public override void Map(JsonMap map)
    {
        map.RequiredText("class", ref Class);
        map.Number("priority", ref Priority);
    }
}

public sealed class ExecCpuAffinity : OciObject
{
    public string? Initial;
    public string? Final;

    public override void Map(JsonMap map)
    {
        map.Text("initial", ref Initial);
        map.Text("final", ref Final);
    }
}
