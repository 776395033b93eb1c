using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>Times as <see href="https://www.rfc-editor.org/rfc/rfc3339">RFC 3339</see> writes them, UTC, always nine digits of a second.</summary>
public static class Rfc3339
{
    /// <summary>Bytes of <c>2016-10-06T00:17:09.669794202Z</c>.</summary>
    public const int Length = 30;

    public static void Format(timespec time, Span<byte> to)
    {
        var moment = DateTime.UnixEpoch.AddTicks(time.tv_sec * TimeSpan.TicksPerSecond);
        Digits(to, 0, 4, moment.Year);
        to[4] = (byte)'-';
        Digits(to, 5, 2, moment.Month);
        to[7] = (byte)'-';
        Digits(to, 8, 2, moment.Day);
        to[10] = (byte)'T';
        Digits(to, 11, 2, moment.Hour);
        to[13] = (byte)':';
        Digits(to, 14, 2, moment.Minute);
        to[16] = (byte)':';
        Digits(to, 17, 2, moment.Second);
        to[19] = (byte)'.';
        Digits(to, 20, 9, (int)time.tv_nsec);
        to[29] = (byte)'Z';
    }

    public static string Format(timespec time)
    {
        Span<byte> text = stackalloc byte[Length];
        Format(time, text);
        return System.Text.Encoding.ASCII.GetString(text);
    }

    private static void Digits(Span<byte> to, int at, int count, int value)
    {
        for (int i = at + count - 1; i >= at; i--, value /= 10)
            to[i] = (byte)('0' + value % 10);
    }
}
