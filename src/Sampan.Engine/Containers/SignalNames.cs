using Sampan.Linux;

namespace Sampan.Engine;

/// <summary>Signals as people write them: <c>TERM</c>, <c>SIGTERM</c>, <c>15</c>, <c>RTMIN+3</c>.</summary>
public static class SignalNames
{
    /// <exception cref="SampanException">No such signal.</exception>
    public static Signal Parse(string text)
    {
        if (int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number))
            return number is >= 1 and <= 64 ? (Signal)number : throw Unknown(text);
        string name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal))
            name = name[3..];
        if (name.StartsWith("RTMIN", StringComparison.Ordinal))
            return RealTime(text, Signal.SIGRTMIN, name.AsSpan(5), '+', 1);
        if (name.StartsWith("RTMAX", StringComparison.Ordinal))
            return RealTime(text, Signal.SIGRTMAX, name.AsSpan(5), '-', -1);
        int index = Array.IndexOf(Names, name);
        return index >= 0 ? (Signal)(index + 1) : name == "CLD" ? Signal.SIGCHLD : name == "POLL" ? Signal.SIGIO : throw Unknown(text);
    }

    private static Signal RealTime(string text, Signal from, ReadOnlySpan<char> offset, char sign, int direction)
    {
        if (offset.Length == 0)
            return from;
        if (offset[0] != sign || !int.TryParse(offset[1..], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int by) || by > Signal.SIGRTMAX - Signal.SIGRTMIN)
            throw Unknown(text);
        return from + by * direction;
    }

    private static SampanException Unknown(string text) => new(ErrorKind.InvalidArgument, $"invalid signal: {text}");

    private static string[] Names =>
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];
}
