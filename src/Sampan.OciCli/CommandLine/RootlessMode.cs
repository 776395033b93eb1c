using Sampan.Linux;
using Sampan.Runtime;

namespace Sampan.OciCli;

/// <summary>`--rootless`: whether the caller may have no say in the host's cgroups; and what else follows from who he is. The rules are runc's.</summary>
/// <param name="Chosen">What the option says; null: find out.</param>
internal sealed record RootlessMode(bool? Chosen)
{
    private const string System = "/run/sampan/runtime", SystemManager = "/run/systemd/private";

    /// <exception cref="UsageException">It is none of true, false and auto.</exception>
    public static RootlessMode Parse(string? value) => value switch
    {
        null or "" or "auto" => new((bool?)null),
        "true" or "1" or "t" or "T" or "TRUE" or "True" => new(true),
        "false" or "0" or "f" or "F" or "FALSE" or "False" => new(false),
        _ => throw new UsageException($"invalid value \"{value}\" for --rootless: want true, false or auto"),
    };

    /// <summary>Where containers are kept when --root does not say it: an ordinary user's below XDG_RUNTIME_DIR.</summary>
    public static string DefaultRoot()
        => Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } directory && HasRuntimeDirectory() ? $"{directory}/sampan-runtime" : System;

    /// <summary>Whether what cannot be done in cgroups is left, where nothing depends on it; and systemd is the user's own.</summary>
    public bool Cgroups(bool systemd)
    {
        if (Chosen is { } chosen)
            return chosen;
        if (!IsRoot)
            return true;
        if (!UserNamespaces.Nested())
            return false;
        // Root of a user namespace, in which either a user's engine runs or a whole system, whose systemd obeys this root.
        return !(systemd && Sys.Faccessat(At.AT_FDCWD, SystemManager, Sys.W_OK) == 0);
    }

    /// <summary>
    /// Makes <see cref="DefaultRoot"/>. What lies in XDG_RUNTIME_DIR for long may be cleaned up, but for what has the sticky bit: XDG Base Directory Specification.
    /// </summary>
    public static void MakeDefaultRoot()
    {
        string root = DefaultRoot();
        if (root == System && !IsRoot)
            throw new SampanException(ErrorKind.InvalidArgument, "XDG_RUNTIME_DIR is not set, and an ordinary user's containers are kept below it: give another place by --root");
        if (root == System)
            return;
        Mkdir.Parents(root, 0x1C0);
        LinuxException.Check(Sys.Fchmodat(At.AT_FDCWD, root, 0x3C0), "chmod", root);
    }

    // The directory is a login's. root's own is none that outlives it; root of a user namespace may be the user who logged in.
    private static bool HasRuntimeDirectory()
        => !IsRoot || UserNamespaces.Nested() && Environment.GetEnvironmentVariable("USER") != "root";

    private static bool IsRoot => Sys.Call(SyscallNumber.geteuid) == 0;
}
