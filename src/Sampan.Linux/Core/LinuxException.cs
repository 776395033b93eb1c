using System.Diagnostics.CodeAnalysis;

namespace Sampan.Linux;

/// <summary>A system call that failed: which call, on what, and why.</summary>
public sealed class LinuxException : SampanException
{
    public LinuxException(Errno errno, string call, string subject)
        : base(KindOf(errno), subject.Length == 0 ? $"{call}: {errno.Describe()}" : $"{call} {subject}: {errno.Describe()}")
        => (Errno, Call, Subject) = (errno, call, subject);

    public Errno Errno { get; }

    /// <summary>The call's name, as its man page spells it.</summary>
    public string Call { get; }

    /// <summary>The path, device or name the call worked on; may be empty.</summary>
    public string Subject { get; }

    /// <summary>Returns <paramref name="result"/>, or throws when it is a negative errno.</summary>
    public static nint Check(nint result, string call, string subject = "")
    {
        if (result < 0)
            Throw(result, call, subject);
        return result;
    }

    [DoesNotReturn]
    public static void Throw(nint result, string call, string subject = "") => throw new LinuxException((Errno)(-result), call, subject);

    internal static ErrorKind KindOf(Errno errno) => errno switch
    {
        Errno.ENOENT or Errno.ESRCH => ErrorKind.NotFound,
        Errno.EEXIST => ErrorKind.AlreadyExists,
        Errno.EPERM or Errno.EACCES or Errno.EROFS => ErrorKind.PermissionDenied,
        Errno.EBUSY => ErrorKind.Conflict,
        Errno.ENOSYS or Errno.EOPNOTSUPP => ErrorKind.Unsupported,
        _ => ErrorKind.System,
    };
}
