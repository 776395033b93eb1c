using System.Globalization;
using System.Text;

namespace Sampan;

/// <summary>What kind of failure it is; each edge (exit code, HTTP status, gRPC code) maps these once.</summary>
public enum ErrorKind
{
    /// <summary>The caller asked for something malformed: a flag, a reference, a field.</summary>
    InvalidArgument,
    /// <summary>The thing named does not exist.</summary>
    NotFound,
    /// <summary>The name is taken.</summary>
    AlreadyExists,
    /// <summary>The thing is in a state that forbids the request (running, stopped, in use).</summary>
    Conflict,
    /// <summary>The kernel or a policy refuses.</summary>
    PermissionDenied,
    /// <summary>This kernel or host lacks what is asked for.</summary>
    Unsupported,
    /// <summary>Stored or received data is damaged.</summary>
    Corrupt,
    /// <summary>A program inside the container exists but cannot be executed (exit code 126).</summary>
    CannotInvoke,
    /// <summary>A program inside the container does not exist (exit code 127).</summary>
    CommandNotFound,
    /// <summary>A system call failed for a reason of the host.</summary>
    System,
}

/// <summary>A failure in words a user can act on: lower case, no period, names the object.</summary>
public class SampanException : Exception
{
    public SampanException(ErrorKind kind, string message, Exception? inner = null) : base(OneLine(message), inner) => Kind = kind;

    public ErrorKind Kind { get; }

    private const int Longest = 32_000, Tail = 1000;

    /// <summary>A message that quotes names of who knows whom: none may end the line, drive the reader's terminal, or hide the cause behind a megabyte.</summary>
    public static string OneLine(string message)
    {
        if (message.Length > Longest)
            message = $"{message.AsSpan(0, Longest - Tail)}…{message.AsSpan(message.Length - Tail)}";
        if (!message.AsSpan().ContainsAnyInRange('\0', '\u001F') && !message.AsSpan().ContainsAnyInRange('\u007F', '\u009F'))
            return message;
        var line = new StringBuilder(message.Length + 32);
        foreach (char c in message)
        {
            if (c == '\n')
                line.Append("\\n");
            else if (char.IsControl(c))
                line.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                line.Append(c);
        }
        return line.ToString();
    }
}
